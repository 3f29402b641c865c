"""The wall clock, corrected when it is set."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from edge.health.wall_clock import STEP_MIN_S, WallClock
from edge.times import utc_text


def test_times_from_before_the_clock_was_set_are_converted_correctly_afterwards() -> None:
    """A Pi without a battery: it starts with the time of its last stop, and is set 3 hours forward by the network."""
    clock = WallClock(100.0, 1_800_000_000.0)
    began = 130.0
    assert utc_text(began + clock.offset()) == "2027-01-15T08:00:30Z"
    assert not clock.update(140.0, 1_800_000_040.0)
    assert clock.update(150.0, 1_800_010_850.0)
    assert (clock.step, clock.stepped_at) == (10_800.0, 150.0)
    assert utc_text(began + clock.offset()) == "2027-01-15T11:00:30Z"
    assert not clock.update(160.0, 1_800_010_860.0)


@given(st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=30))
def test_jitter_within_a_second_is_no_step(jitter: list[float]) -> None:
    clock = WallClock(0.0, 1.8e9)
    for at, wrong in enumerate(jitter):
        assert not clock.update(at, 1.8e9 + at + wrong)
    assert clock.offset() == 1.8e9


@given(st.lists(st.floats(-1e8, 1e8), min_size=1, max_size=20))
def test_the_offset_is_never_wrong_by_more_than_a_second(steps: list[float]) -> None:
    clock, wall = WallClock(0.0, 1.8e9), 1.8e9
    for at, step in enumerate(steps, 1):
        wall += 1 + step
        clock.update(float(at), wall)
        assert abs(at + clock.offset() - wall) <= STEP_MIN_S
