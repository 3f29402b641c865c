"""The token bucket."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.budget import TokenBucket


@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 30)), min_size=1, max_size=100),
    st.floats(0.01, 10),
    st.floats(1, 50),
)
def test_no_stretch_of_time_takes_more_than_its_share(
    steps: list[tuple[float, float]], rate: float, capacity: float
) -> None:
    bucket, now, taken = TokenBucket(rate=rate, capacity=capacity), 0.0, list[tuple[float, float]]()
    for elapsed, amount in steps:
        now += elapsed
        if bucket.take(now, amount):
            taken.append((now, amount))
    for first, (start, _) in enumerate(taken):
        total = 0.0
        for at, amount in taken[first:]:
            total += amount
            assert total <= capacity + rate * (at - start) + 1e-6


def test_it_is_full_at_first_and_fills_again() -> None:
    bucket = TokenBucket(rate=0.5, capacity=2.0)
    assert [bucket.take(10.0) for _ in range(3)] == [True, True, False]
    assert not bucket.take(11.0)
    assert bucket.take(12.0)
    assert [bucket.take(1000.0) for _ in range(3)] == [True, True, False]


def test_it_may_start_with_less() -> None:
    bucket = TokenBucket(rate=1.0, capacity=10.0, level=0.0)
    assert not bucket.affords(5.0, 1.0), "time counts from the first use"
    assert bucket.affords(6.0, 1.0)


def test_checking_spends_nothing() -> None:
    bucket = TokenBucket(rate=1.0, capacity=1.0)
    assert bucket.affords(0.0, 1.0) and bucket.affords(0.0, 1.0)
    assert not bucket.affords(0.0, 1.1)
    assert bucket.take(0.0)


def test_a_debt_is_waited_out() -> None:
    bucket = TokenBucket(rate=2.0, capacity=10.0)
    assert bucket.wait(0.0) == 0
    bucket.spend(0.0, 30.0)
    assert bucket.wait(0.0) == 10.0
    assert not bucket.take(9.0, 0.0)
    assert bucket.wait(20.0) == 0
    # A clock that goes back earns nothing.
    assert bucket.wait(5.0) == 0
