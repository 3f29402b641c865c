"""Times as text."""

from __future__ import annotations

import time

import pytest

from edge.times import utc_text


@pytest.mark.parametrize(
    ("unix", "text"),
    [
        (0.0, "1970-01-01T00:00:00Z"),
        (1795248930.0, "2026-11-21T08:15:30Z"),
        (1795248930.999, "2026-11-21T08:15:30Z"),
    ],
)
def test_utc_in_whole_seconds(unix: float, text: str) -> None:
    assert utc_text(unix) == text


def test_the_device_s_time_zone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    assert utc_text(1795248930.0) == "2026-11-21T08:15:30Z"
