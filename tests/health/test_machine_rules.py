"""How far heat and low voltage slow the looks down."""

from __future__ import annotations

import pytest

from edge.health.machine_rules import slowdown


@pytest.mark.parametrize(
    ("temperature", "throttled", "slower"),
    [
        (None, 0, 1),
        (60, 0, 1),
        (76, 0, 2),
        (81, 0, 4),
        (86, 0, 8),
        (50, 0x50000, 1),
        (50, 0x4, 4),
        (50, 0x2, 2),
        (90, 0x4, 8),
    ],
)
def test_a_machine_that_is_hot_or_short_of_power_looks_less_often(
    temperature: float | None, throttled: int, slower: float
) -> None:
    assert slowdown(temperature, throttled) == slower
