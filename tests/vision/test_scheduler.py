"""The scheduler in simulated time."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.config import ScheduleConfig
from edge.room.person import SAME_LOOK_WITHIN_S
from edge.vision.scheduler import (
    BUDGET_WINDOW_S,
    LONGEST_BUDGET_WAIT_S,
    LONGEST_INTERVAL_S,
    UNCERTAIN_AT_FULL_RATE_S,
    LookKind,
    Scheduler,
)

CONFIG = ScheduleConfig()


def run(
    scheduler: Scheduler,
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
    """The looks in simulated time, with their kinds."""
    looks: list[tuple[float, LookKind]] = []
    for index in range(int(seconds * fps)):
        now = start + index / fps
        plan = scheduler.plan(now, motion, near)
        if plan.kind is not LookKind.SKIP:
            looks.append((now, plan.kind))
            scheduler.record_look(now, plan.kind, cost, occupied=occupied, settled=settled)
    return looks


def test_the_first_frame_is_always_looked_at() -> None:
    assert Scheduler(CONFIG).plan(123.4, 0.0).kind is LookKind.DETECT


def test_an_empty_still_room_is_looked_at_rarely() -> None:
    looks = [at for at, _ in run(Scheduler(CONFIG), 60)]
    assert {round(b - a, 1) for a, b in pairwise(looks)} == {CONFIG.empty}


def test_motion_in_an_empty_room_is_looked_at_immediately() -> None:
    scheduler = Scheduler(CONFIG)
    run(scheduler, 10)
    assert scheduler.plan(10.0, 0.3).kind is LookKind.DETECT


def test_an_uncertain_mood_is_looked_at_often_and_a_settled_one_rarely() -> None:
    often = [at for at, _ in run(Scheduler(CONFIG), 10, occupied=True, settled=False, cost=0.001)]
    rarely = [at for at, _ in run(Scheduler(CONFIG), 10, occupied=True, settled=True, cost=0.001)]
    assert {round(b - a, 1) for a, b in pairwise(rarely[1:])} == {CONFIG.settled}
    assert {round(b - a, 1) for a, b in pairwise(often) if b < UNCERTAIN_AT_FULL_RATE_S} == {1 / CONFIG.max_rate}
    assert {round(b - a, 1) for a, b in pairwise(often) if a >= UNCERTAIN_AT_FULL_RATE_S} == {SAME_LOOK_WITHIN_S}


def test_a_mood_that_becomes_uncertain_again_is_looked_at_at_full_rate() -> None:
    scheduler = Scheduler(CONFIG)
    run(scheduler, 10, occupied=True, settled=False, cost=0.001)
    run(scheduler, 5, occupied=True, settled=True, cost=0.001, start=10.0)
    again = [at for at, _ in run(scheduler, 3, occupied=True, settled=False, cost=0.001, start=15.0)]
    assert {round(b - a, 1) for a, b in pairwise(again) if b - again[0] < UNCERTAIN_AT_FULL_RATE_S} == {
        1 / CONFIG.max_rate
    }


def test_frames_may_come_slowly_unless_the_next_look_is_urgent() -> None:
    scheduler = Scheduler(CONFIG)
    assert not scheduler.calm, "nothing was looked at yet"
    for occupied, settled, lost, calm in [
        (False, False, False, True),
        (True, False, False, False),
        (True, True, False, True),
        (True, True, True, False),
    ]:
        scheduler.record_look(1.0, LookKind.DETECT, 0.01, occupied=occupied, settled=settled, lost=lost)
        assert scheduler.calm is calm, (occupied, settled, lost)


def test_somebody_who_moves_is_looked_at_a_little_sooner() -> None:
    still = run(Scheduler(CONFIG), 20, occupied=True, cost=0.001)
    moving = run(Scheduler(CONFIG), 20, occupied=True, cost=0.001, near=0.5)
    assert len(still) < len(moving) < 2 * len(still)


def test_motion_away_from_the_people_in_view_starts_a_search() -> None:
    scheduler = Scheduler(CONFIG)
    run(scheduler, 4.05, occupied=True, cost=0.001)
    assert scheduler.plan(6.0, 0.2).kind is LookKind.DETECT


def test_somebody_lost_is_searched_for_immediately() -> None:
    scheduler = Scheduler(CONFIG)
    run(scheduler, 4.05, occupied=True, cost=0.001)
    scheduler.record_look(4.1, LookKind.CLASSIFY, 0.001, occupied=True, settled=True, lost=True)
    plan = scheduler.plan(4.31, 0.0)
    assert (plan.kind, plan.reason) == (LookKind.DETECT, "lost")


def test_a_slowdown_makes_looks_rarer() -> None:
    scheduler = Scheduler(CONFIG)
    scheduler.slowdown = 4.0
    hot = run(scheduler, 60, occupied=True, settled=False, cost=0.001)
    cool = run(Scheduler(CONFIG), 60, occupied=True, settled=False, cost=0.001)
    assert len(hot) == pytest.approx(len(cool) / 4, rel=0.1)


def test_most_looks_at_followed_faces_need_no_detector() -> None:
    looks = run(Scheduler(CONFIG), 20, occupied=True, settled=False, cost=0.001)
    detections = [step for _, step in looks if step is LookKind.DETECT]
    assert len(detections) <= len(looks) / 4


def test_reasons_are_counted() -> None:
    scheduler = Scheduler(CONFIG)
    run(scheduler, 10)
    assert sum(scheduler.counts.values()) == 100
    assert {"detect:first", "detect:heartbeat", "skip:still"} <= set(scheduler.counts)


def test_a_clock_set_back_does_not_stop_looks() -> None:
    scheduler = Scheduler(CONFIG)
    run(scheduler, 10, start=1000.0)
    assert len(run(scheduler, 10, start=0.0)) >= 4


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
    budget: float, video: list[tuple[float, float, float, bool, bool, float]]
) -> None:
    scheduler = Scheduler(ScheduleConfig(cpu_budget=budget))
    now, spent, highest = 0.0, [], 0.0
    for gap, motion, near, occupied, settled, cost in video:
        now += gap
        plan = scheduler.plan(now, motion, near)
        if plan.kind is not LookKind.SKIP:
            scheduler.record_look(now, plan.kind, cost, occupied=occupied, settled=settled)
            spent.append((now, cost))
            highest = max(highest, cost)
        # A look's cost is known only afterwards, so the highest may come on top.
        assert sum(c for t, c in spent if t > now - BUDGET_WINDOW_S) <= budget * BUDGET_WINDOW_S + highest + 1e-9


@settings(max_examples=60)
@given(st.floats(0.02, 0.5), st.floats(0.001, 0.2), st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=200))
def test_no_wait_exceeds_the_longest_wait(budget: float, cost: float, video: list[tuple[float, bool]]) -> None:
    scheduler = Scheduler(ScheduleConfig(cpu_budget=budget))
    last = 0.0
    for index, (motion, settled) in enumerate(video):
        now = index * 0.1
        longest = scheduler.longest_wait
        plan = scheduler.plan(now, motion)
        if plan.kind is not LookKind.SKIP:
            assert now - last <= longest + 0.11
            scheduler.record_look(now, plan.kind, cost, occupied=motion > 0.5, settled=settled)
            last = now
    assert now - last <= scheduler.longest_wait + 0.11


@given(st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 1), st.booleans()), max_size=60))
def test_time_may_stand_still_or_go_back(video: list[tuple[float, float, bool]]) -> None:
    scheduler = Scheduler(CONFIG)
    for now, motion, settled in video:
        for _ in range(2):
            plan = scheduler.plan(now, motion)
            if plan.kind is not LookKind.SKIP:
                scheduler.record_look(now, plan.kind, 0.01, occupied=settled, settled=settled)
    # When time runs normally again, so do looks.
    assert len(run(scheduler, 30, start=2e6)) >= 10


slow = st.sampled_from([1e-9, 1e-3, 0.05, 0.3, 0.8, 5.0])


@settings(max_examples=60)
@given(slow, slow, st.sampled_from([0.0, 1.0, 60.0, 366 * 86400.0]), st.sampled_from([1.0, 8.0]), st.booleans())
def test_no_configuration_and_no_heat_stops_the_looks(
    max_rate: float, cpu_budget: float, interval: float, slowdown: float, occupied: bool
) -> None:
    config = ScheduleConfig(max_rate=max_rate, cpu_budget=min(4.0, cpu_budget), settled=interval, empty=interval)
    scheduler = Scheduler(config)
    scheduler.slowdown = slowdown
    looks = [at for at, _ in run(scheduler, 200, fps=2, occupied=occupied, cost=0.02)]
    assert max(later - at for at, later in pairwise([*looks, 200.0])) <= LONGEST_BUDGET_WAIT_S + 0.5
    if cpu_budget >= 0.05:
        assert max(later - at for at, later in pairwise([*looks, 200.0])) <= LONGEST_INTERVAL_S + 0.5
