"""The scheduler, in simulated time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.config import ScheduleConfig
from edge.room.mood import SAME_LOOK_WITHIN_S
from edge.vision.scheduler import HURRY, WINDOW, LookKind, Scheduler

CONFIG = ScheduleConfig()


def run(
    schedule: Scheduler,
    seconds: float,
    *,
    motion: float = 0.0,
    near: float = 0.0,
    cost: float = 0.01,
    occupied: bool = False,
    settled: bool = True,
    start: float = 0.0,
    fps: float = 10.0,
) -> list[tuple[float, LookKind]]:
    """The looks that were taken."""
    looks = []
    for index in range(int(seconds * fps)):
        now = start + index / fps
        plan = schedule.plan(now, motion, near)
        if plan.step is not LookKind.SKIP:
            looks.append((now, plan.step))
            schedule.looked(now, plan.step, cost, occupied=occupied, settled=settled)
    return looks


def test_the_first_frame_is_always_looked_at() -> None:
    assert Scheduler(CONFIG).plan(123.4, 0.0).step is LookKind.DETECT


def test_an_empty_still_room_is_looked_at_slowly() -> None:
    looks = [at for at, _ in run(Scheduler(CONFIG), 60)]
    assert {round(b - a, 1) for a, b in pairwise(looks)} == {CONFIG.empty}


def test_motion_in_an_empty_room_is_looked_at_at_once() -> None:
    schedule = Scheduler(CONFIG)
    run(schedule, 10)
    assert schedule.plan(10.0, 0.3).step is LookKind.DETECT


def test_an_uncertain_mood_is_looked_at_often_and_a_settled_one_rarely() -> None:
    often = [at for at, _ in run(Scheduler(CONFIG), 10, occupied=True, settled=False, cost=0.001)]
    rarely = [at for at, _ in run(Scheduler(CONFIG), 10, occupied=True, settled=True, cost=0.001)]
    assert {round(b - a, 1) for a, b in pairwise(rarely[1:])} == {CONFIG.settled}
    assert {round(b - a, 1) for a, b in pairwise(often) if b < HURRY} == {1 / CONFIG.max_rate}
    assert {round(b - a, 1) for a, b in pairwise(often) if a >= HURRY} == {SAME_LOOK_WITHIN_S}


def test_a_new_doubt_is_worth_every_look_again() -> None:
    schedule = Scheduler(CONFIG)
    run(schedule, 10, occupied=True, settled=False, cost=0.001)
    run(schedule, 5, occupied=True, settled=True, cost=0.001, start=10.0)
    again = [at for at, _ in run(schedule, 3, occupied=True, settled=False, cost=0.001, start=15.0)]
    assert {round(b - a, 1) for a, b in pairwise(again) if b - again[0] < HURRY} == {1 / CONFIG.max_rate}


def test_frames_may_come_slowly_unless_the_next_look_is_urgent() -> None:
    schedule = Scheduler(CONFIG)
    assert not schedule.calm, "nothing was looked at yet"
    for occupied, settled, lost, calm in [
        (False, False, False, True),
        (True, False, False, False),
        (True, True, False, True),
        (True, True, True, False),
    ]:
        schedule.looked(1.0, LookKind.DETECT, 0.01, occupied=occupied, settled=settled, lost=lost)
        assert schedule.calm is calm, (occupied, settled, lost)


def test_somebody_who_moves_is_looked_at_a_little_sooner() -> None:
    still = run(Scheduler(CONFIG), 20, occupied=True, cost=0.001)
    moving = run(Scheduler(CONFIG), 20, occupied=True, cost=0.001, near=0.5)
    assert len(still) < len(moving) < 2 * len(still)


def test_motion_beside_the_people_in_view_is_searched_for_somebody_new() -> None:
    schedule = Scheduler(CONFIG)
    run(schedule, 4.05, occupied=True, cost=0.001)
    assert schedule.plan(6.0, 0.2).step is LookKind.DETECT


def test_somebody_lost_is_searched_for_at_once() -> None:
    schedule = Scheduler(CONFIG)
    run(schedule, 4.05, occupied=True, cost=0.001)
    schedule.looked(4.1, LookKind.CLASSIFY, 0.001, occupied=True, settled=True, lost=True)
    plan = schedule.plan(4.31, 0.0)
    assert (plan.step, plan.reason) == (LookKind.DETECT, "lost")


def test_a_hot_machine_looks_more_slowly() -> None:
    schedule = Scheduler(CONFIG)
    schedule.slower = 4.0
    hot = run(schedule, 60, occupied=True, settled=False, cost=0.001)
    cool = run(Scheduler(CONFIG), 60, occupied=True, settled=False, cost=0.001)
    assert len(hot) == pytest.approx(len(cool) / 4, rel=0.1)


def test_while_tracks_hold_most_looks_need_no_detector() -> None:
    looks = run(Scheduler(CONFIG), 20, occupied=True, settled=False, cost=0.001)
    detections = [step for _, step in looks if step is LookKind.DETECT]
    assert len(detections) <= len(looks) / 4


def test_reasons_are_counted() -> None:
    schedule = Scheduler(CONFIG)
    run(schedule, 10)
    assert sum(schedule.counts.values()) == 100
    assert {"detect:first", "detect:heartbeat", "skip:still"} <= set(schedule.counts)


def test_a_clock_set_back_stops_nothing() -> None:
    schedule = Scheduler(CONFIG)
    run(schedule, 10, start=1000.0)
    assert len(run(schedule, 10, start=0.0)) >= 4


frames = st.lists(
    st.tuples(
        st.floats(0.02, 2), st.floats(0, 1), st.floats(0, 1), st.booleans(), st.booleans(), st.floats(0.0005, 0.2)
    ),
    min_size=50,
    max_size=400,
)


@settings(max_examples=60)
@given(st.floats(0.01, 0.5), frames)
def test_the_budget_holds_over_any_minute(
    budget: float, film: list[tuple[float, float, float, bool, bool, float]]
) -> None:
    schedule = Scheduler(ScheduleConfig(cpu_budget=budget))
    now, spent, dearest = 0.0, [], 0.0
    for gap, motion, near, occupied, settled, cost in film:
        now += gap
        plan = schedule.plan(now, motion, near)
        if plan.step is not LookKind.SKIP:
            schedule.looked(now, plan.step, cost, occupied=occupied, settled=settled)
            spent.append((now, cost))
            dearest = max(dearest, cost)
        # A look's cost is known afterwards only, so the dearest one may come on top.
        assert sum(c for t, c in spent if t > now - WINDOW) <= budget * WINDOW + dearest + 1e-9


@settings(max_examples=60)
@given(st.floats(0.02, 0.5), st.floats(0.001, 0.2), st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=200))
def test_no_wait_is_longer_than_it_says(budget: float, cost: float, film: list[tuple[float, bool]]) -> None:
    schedule = Scheduler(ScheduleConfig(cpu_budget=budget))
    last = 0.0
    for index, (motion, settled) in enumerate(film):
        now = index * 0.1
        longest = schedule.longest_wait
        plan = schedule.plan(now, motion)
        if plan.step is not LookKind.SKIP:
            assert now - last <= longest + 0.11
            schedule.looked(now, plan.step, cost, occupied=motion > 0.5, settled=settled)
            last = now
    assert now - last <= schedule.longest_wait + 0.11


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1), st.booleans()), max_size=60))
def test_time_may_stand_still_or_go_back(film: list[tuple[float, float, bool]]) -> None:
    schedule = Scheduler(CONFIG)
    for now, motion, settled in film:
        for _ in range(2):
            plan = schedule.plan(now, motion)
            if plan.step is not LookKind.SKIP:
                schedule.looked(now, plan.step, 0.01, occupied=settled, settled=settled)
    # Whatever happened, ordinary time brings looks again.
    assert len(run(schedule, 30, start=2e6)) >= 10
