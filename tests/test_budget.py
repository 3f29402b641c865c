"""How much the journal may write."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.budget import CAPACITY_BYTES, RATE_BYTES_PER_S, TokenBucket

DAY = 86400.0
LARGEST = 100_000


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3600), st.integers(0, LARGEST)), min_size=1, max_size=200))
def test_a_day_never_costs_more_than_five_megabytes(batches: list[tuple[float, int]]) -> None:
    budget, now, written = TokenBucket(0.0), 0.0, []
    for gather, size in batches * 5:
        now += gather
        now += budget.wait(now)
        assert budget.wait(now) < 1e-6
        budget.spend(now, size)
        written.append((now, size))
    for start, _ in written[:: max(1, len(written) // 50)]:
        assert sum(size for at, size in written if start <= at < start + DAY) <= 5_000_000


def test_a_quiet_room_never_waits() -> None:
    budget = TokenBucket(0.0)
    for now in range(0, int(DAY), 300):
        assert budget.wait(now) == 0
        budget.spend(now, 10_000)


def test_a_debt_is_waited_out() -> None:
    budget = TokenBucket(0.0)
    budget.spend(0.0, int(CAPACITY_BYTES / 2 + 10 * RATE_BYTES_PER_S))
    assert 9.9 < budget.wait(0.0) <= 10.1
    assert budget.wait(20.0) == 0
    # A clock that goes back earns nothing.
    assert budget.wait(5.0) == 0
