"""Leading a mood on, step by step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.circumplex import CIRCUMPLEX, distance, nearest, towards
from edge.config import LiftConfig
from edge.music.strategy import Lift
from edge.values import EXPRESSIONS

SAD = CIRCUMPLEX["sad"]
CONFIG = LiftConfig(valence=0.8, arousal=0.5, tracks=3, step=0.4)
points = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


@pytest.mark.parametrize("mood", EXPRESSIONS)
def test_each_mood_is_nearest_to_its_own_place(mood: str) -> None:
    assert nearest(CIRCUMPLEX[mood], EXPRESSIONS) == mood


def test_only_moods_with_music_can_be_near() -> None:
    assert nearest(SAD, ["happy", "neutral"]) == "neutral"
    assert nearest(SAD, []) is None


@given(points, points, st.floats(0.05, 3))
def test_a_step_never_leads_away_or_too_far(
    point: tuple[float, float], target: tuple[float, float], step: float
) -> None:
    after = towards(point, target, step)
    assert distance(point, after) <= step + 1e-9
    assert distance(after, target) == pytest.approx(max(0.0, distance(point, target) - step), abs=1e-9)


def songs(lift: Lift, n: int) -> None:
    for _ in range(n):
        lift.song_ended()


def test_it_begins_where_the_listener_is_and_leads_on_every_few_songs() -> None:
    lift = Lift(CONFIG)
    assert lift.point is None
    songs(lift, 10)
    assert lift.point is None, "nobody is here to be led"
    lift.update(SAD)
    lift.reset()
    lift.update(SAD)
    assert lift.point == SAD and lift.steps == 0
    way = []
    for _ in range(8):
        songs(lift, 2)
        before = lift.point
        songs(lift, 1)
        assert lift.point is not None and before is not None
        way.append(nearest(lift.point, EXPRESSIONS))
    assert way[0] in ("sad", "neutral") and way[-1] == "happy"
    assert way.count("neutral") >= 1
    assert lift.reached


def test_who_is_ahead_is_met_there() -> None:
    lift = Lift(CONFIG)
    lift.update(SAD)
    lift.update((0.0, 0.0))
    assert lift.point == (0.0, 0.0)
    lift.update(SAD)
    assert lift.point == (0.0, 0.0), "a step back isn't followed at once"


def test_it_can_begin_anew() -> None:
    lift = Lift(CONFIG)
    lift.update((0.5, 0.5))
    songs(lift, 3)
    lift.restart(SAD)
    assert (lift.point, lift.steps) == (SAD, 0)
