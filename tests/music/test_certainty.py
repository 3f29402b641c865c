"""When the mood is certain enough to begin music."""

from __future__ import annotations

import pytest

from edge.music.certainty import START_AFTER_S, Certainty
from edge.values import Mood


def mood(name: str, confidence: float, source: str = "camera") -> Mood:
    return Mood(name, confidence, 0.0, 0.0, 1, 0.0, source)


def test_a_settled_mood_is_certain_at_once() -> None:
    certainty, happy = Certainty(), mood("happy", 0.5)
    certainty.look(0, happy, settled=False)
    assert not certainty.is_enough(60, happy)
    certainty.look(61, happy, settled=True)
    assert certainty.is_enough(61, happy) and not certainty.is_enough(61, mood("sad", 0.9))


@pytest.mark.parametrize(("name", "confidence"), [("sad", 0.9), ("happy", 0.59), ("unknown", 0.0)])
def test_the_time_begins_anew_with_another_mood_or_a_doubt(name: str, confidence: float) -> None:
    certainty, happy = Certainty(), mood("happy", 0.6)
    certainty.look(0, happy, settled=False)
    certainty.look(3, mood(name, confidence), settled=False)
    certainty.look(3.5, happy, settled=False)
    assert not certainty.is_enough(3.4 + START_AFTER_S, happy)
    assert certainty.is_enough(3.5 + START_AFTER_S, happy)


def test_a_mood_that_a_person_set_is_certain() -> None:
    certainty = Certainty()
    certainty.look(0, mood("sad", 0.3), settled=False)
    assert certainty.is_enough(0, mood("happy", 1.0, "override"))
