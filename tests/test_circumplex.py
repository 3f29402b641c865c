"""Points and distances in the valence-arousal plane."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.circumplex import CIRCUMPLEX, distance, nearest, towards
from edge.values import EXPRESSIONS

points = st.tuples(st.floats(-1, 1), st.floats(-1, 1))


@pytest.mark.parametrize("mood", EXPRESSIONS)
def test_each_mood_is_nearest_to_its_own_point(mood: str) -> None:
    assert nearest(CIRCUMPLEX[mood], EXPRESSIONS) == mood


def test_nearest_considers_only_the_given_moods() -> None:
    assert nearest(CIRCUMPLEX["sad"], ["happy", "neutral"]) == "neutral"
    assert nearest(CIRCUMPLEX["sad"], []) is None


@given(points, points, st.floats(0.05, 3))
def test_a_step_never_leads_away_or_past_the_target(
    point: tuple[float, float], target: tuple[float, float], step: float
) -> None:
    after = towards(point, target, step)
    assert distance(point, after) <= step + 1e-9
    assert distance(after, target) == pytest.approx(max(0.0, distance(point, target) - step), abs=1e-9)
