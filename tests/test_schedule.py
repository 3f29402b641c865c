"""The scheduler, in simulated time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from edge.config import ScheduleConfig
from edge.schedule import WINDOW, Schedule, Step

CONFIG = ScheduleConfig()


def run(
    schedule: Schedule,
    seconds: float,
    *,
    motion: float = 0.0,
    cost: float = 0.01,
    occupied: bool = False,
    settled: bool = True,
    start: float = 0.0,
    fps: float = 10.0,
) -> list[tuple[float, Step]]:
    """The looks that were taken."""
    looks = []
    for index in range(int(seconds * fps)):
        now = start + index / fps
        plan = schedule.plan(now, motion)
        if plan.step is not Step.SKIP:
            looks.append((now, plan.step))
            schedule.looked(now, plan.step, cost, occupied=occupied, settled=settled)
    return looks


def test_the_first_frame_is_always_looked_at() -> None:
    assert Schedule(CONFIG).plan(123.4, 0.0).step is Step.DETECT


def test_an_empty_still_room_is_looked_at_slowly() -> None:
    assert 55 <= len(run(Schedule(CONFIG), 60)) <= 62


def test_motion_in_an_empty_room_is_looked_at_at_once() -> None:
    schedule = Schedule(CONFIG)
    run(schedule, 10)
    assert schedule.plan(10.0, 0.3).step is Step.DETECT


def test_an_uncertain_mood_is_looked_at_often_and_a_settled_one_rarely() -> None:
    often = run(Schedule(CONFIG), 10, occupied=True, settled=False, cost=0.001)
    rarely = run(Schedule(CONFIG), 10, occupied=True, settled=True, cost=0.001)
    assert len(often) >= 4 * len(rarely)


def test_while_tracks_hold_most_looks_need_no_detector() -> None:
    looks = run(Schedule(CONFIG), 20, occupied=True, settled=False, cost=0.001)
    detections = [step for _, step in looks if step is Step.DETECT]
    assert len(detections) <= len(looks) / 4


def test_reasons_are_counted() -> None:
    schedule = Schedule(CONFIG)
    run(schedule, 10)
    assert sum(schedule.counts.values()) == 100
    assert {"detect:first", "detect:heartbeat", "skip:still"} <= set(schedule.counts)


def test_a_clock_set_back_stops_nothing() -> None:
    schedule = Schedule(CONFIG)
    run(schedule, 10, start=1000.0)
    assert len(run(schedule, 10, start=0.0)) >= 5


@settings(max_examples=60)
@given(
    st.floats(0.01, 0.5),
    st.lists(st.tuples(st.floats(0.03, 2), st.floats(0, 1), st.booleans(), st.booleans()), min_size=50, max_size=400),
    st.floats(0.001, 0.3),
)
def test_the_budget_holds_over_any_minute(
    budget: float, frames: list[tuple[float, float, bool, bool]], cost: float
) -> None:
    schedule = Schedule(ScheduleConfig(cpu_budget=budget))
    now, spent = 0.0, []
    for gap, motion, occupied, settled in frames:
        now += gap
        plan = schedule.plan(now, motion)
        if plan.step is not Step.SKIP:
            schedule.looked(now, plan.step, cost, occupied=occupied, settled=settled)
            spent.append((now, cost))
        in_window = sum(c for t, c in spent if t > now - WINDOW)
        # The first look can't know its cost.
        assert in_window <= budget * WINDOW + cost + 1e-9
