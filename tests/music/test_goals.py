"""What should play for a mood."""

from __future__ import annotations

import pytest

from edge.circumplex import CIRCUMPLEX
from edge.config import MusicConfig
from edge.music.strategy import Goal, Strategy
from edge.values import EXPRESSIONS, Mood, Music

PROFILE = {"happy": ["mpd:a", "mpd:b"], "sad": "mpd:c", "neutral": "mpd:n", "angry": "nothing", "default": "mpd:d"}


def mood(name: str, source: str = "camera") -> Mood:
    valence, arousal = CIRCUMPLEX.get(name, (0.0, 0.0))
    return Mood(name, 1.0, valence, arousal, 1, 0.0, source)


def make_strategy(kind: str = "match", **music: object) -> Strategy:
    return Strategy(MusicConfig.model_validate({"profiles": {"everyday": PROFILE}, "strategy": kind} | music))


def plays(goal: Goal | str) -> list[str]:
    assert isinstance(goal, Goal), goal
    return [choice.play for choice in goal.choices]


def test_match_plays_as_the_mood_is() -> None:
    strategy = make_strategy()
    assert plays(strategy.goal(mood("happy"), present=True)) == ["mpd:a", "mpd:b"]
    assert plays(strategy.goal(mood("fear"), present=True)) == ["mpd:d"]
    assert strategy.goal(mood("angry"), present=True) == "angry is set to leave the music as it is"
    assert strategy.goal(mood("unknown"), present=True) == "the mood isn't clear"


def test_the_reason_is_the_first_half_of_a_sentence() -> None:
    by_hand = make_strategy().goal(mood("sad", "override"), present=None)
    assert isinstance(by_hand, Goal) and by_hand.reason == "somebody set the mood to sad"
    seen = make_strategy().goal(mood("surprise"), present=None)
    assert isinstance(seen, Goal) and seen.reason == "the room is surprised"


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_fixed_plays_the_same_for_any_mood(name: str) -> None:
    assert plays(make_strategy("fixed").goal(mood(name), present=True)) == ["mpd:d"]


def test_fixed_needs_somebody_but_no_mood() -> None:
    strategy = make_strategy("fixed")
    assert plays(strategy.goal(mood("unknown"), present=True)) == ["mpd:d"]
    assert strategy.goal(mood("unknown"), present=False) == "the mood isn't clear"
    assert strategy.goal(mood("unknown"), present=None) == "nobody looks while the camera is off"


def test_lift_leads_on_from_where_they_are() -> None:
    strategy = make_strategy("lift", lift={"valence": 0.8, "arousal": 0.5, "tracks": 1, "step": 0.6})
    strategy.update(mood("sad"))
    way = []
    for _ in range(5):
        goal = strategy.goal(mood("sad"), present=True)
        assert isinstance(goal, Goal)
        way.append(goal.key)
        strategy.song_ended()
    assert way[0] == "sad" and way[-1] == "happy" and "neutral" in way
    strategy.restart(mood("sad"))
    assert plays(strategy.goal(mood("sad"), present=True)) == ["mpd:c"]


def test_lift_begins_anew_with_who_falls_far_behind() -> None:
    strategy = make_strategy("lift", lift={"valence": 0.8, "arousal": 0.5, "tracks": 1, "step": 0.6})
    strategy.update(mood("happy"))
    strategy.update(mood("neutral"))
    assert plays(strategy.goal(mood("neutral"), present=True)) == ["mpd:n"]
    strategy.song_ended()
    strategy.song_ended()
    strategy.update(mood("sad"))
    assert plays(strategy.goal(mood("sad"), present=True)) == ["mpd:c"]


def test_a_goal_knows_its_music() -> None:
    goal = make_strategy().goal(mood("happy"), present=True)
    assert isinstance(goal, Goal)
    assert (
        goal.includes(Music("mpd:a", "other name"))
        and not goal.includes(Music("mpd:c", "c"))
        and not goal.includes(None)
    )
