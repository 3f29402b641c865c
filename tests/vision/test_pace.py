"""How often frames and looks come."""

from __future__ import annotations

import pytest

from edge.vision.pace import GAP_MIN_S, HELD_S, FramePace, LookPace


@pytest.mark.parametrize(("every", "held"), [(0.2, HELD_S), (1.0, HELD_S), (1.25, 2.5), (5.0, 10.0), (70.0, 140.0)])
def test_people_are_held_for_two_looks_at_least(every: float, held: float) -> None:
    pace = LookPace()
    assert [pace.look(every * n) for n in range(5)][2:] == [pytest.approx(held)] * 3
    assert pace.last == every * 4
    pace.clear()
    assert pace.last is None


def test_one_long_wait_counts_and_a_clock_that_goes_back_does_not() -> None:
    pace = LookPace()
    assert [pace.look(now) for now in (0.0, 0.4, 0.8, 10.8)] == [HELD_S, HELD_S, HELD_S, pytest.approx(10.4)]
    assert pace.look(3.0) == HELD_S


def test_a_gap_is_long_and_unusual() -> None:
    pace = FramePace()
    assert not pace.overdue(1e6), "no frame came yet"
    assert not any(pace.frame(n / 10) for n in range(100))
    assert not pace.overdue(9.9 + GAP_MIN_S) and pace.overdue(9.9 + GAP_MIN_S + 0.1)
    assert pace.frame(300.0)
    assert not pace.frame(300.1)
    assert pace.frame(20.0), "the clock went back"
    assert not pace.frame(20.1)


def test_frames_that_always_come_slowly_leave_no_gaps() -> None:
    pace = FramePace()
    assert [pace.frame(70.0 * n) for n in range(5)] == [False, True, False, False, False]
    assert not pace.overdue(70.0 * 6) and pace.overdue(70.0 * 8)
