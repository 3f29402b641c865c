"""What should play for a mood, and the lift towards another."""

from __future__ import annotations

import pytest

from edge.circumplex import CIRCUMPLEX, nearest
from edge.config import LiftConfig, MusicConfig
from edge.music.strategy import Goal, Lift, Strategy
from edge.values import EXPRESSIONS, Mood, Music

SAD = CIRCUMPLEX["sad"]
LIFT = LiftConfig(valence=0.8, arousal=0.5, tracks=3, step=0.4)
PROFILE = {"happy": ["mpd:a", "mpd:b"], "sad": "mpd:c", "neutral": "mpd:n", "angry": "nothing", "default": "mpd:d"}


def mood(name: str, source: str = "camera") -> Mood:
    valence, arousal = CIRCUMPLEX.get(name, (0.0, 0.0))
    return Mood(name, 1.0, valence, arousal, 1, 0.0, source)


def make_strategy(kind: str = "match", **music: object) -> Strategy:
    return Strategy(MusicConfig.model_validate({"profiles": {"everyday": PROFILE}, "strategy": kind} | music))


def plays(goal: Goal | str) -> list[str]:
    assert isinstance(goal, Goal), goal
    return [choice.play for choice in goal.choices]


def test_match_plays_the_choices_of_the_mood() -> None:
    strategy = make_strategy()
    assert plays(strategy.goal(mood("happy"), present=True)) == ["mpd:a", "mpd:b"]
    assert plays(strategy.goal(mood("fear"), present=True)) == ["mpd:d"]
    assert strategy.goal(mood("angry"), present=True) == "angry is set to leave the music as it is"
    assert strategy.goal(mood("unknown"), present=True) == "the mood isn't clear"


def test_the_reason_is_the_first_half_of_a_sentence() -> None:
    by_hand = make_strategy().goal(mood("sad", "override"), present=None)
    assert isinstance(by_hand, Goal) and by_hand.reason == "somebody set the mood to sad"
    surprised = make_strategy().goal(mood("surprise"), present=None)
    assert isinstance(surprised, Goal) and surprised.reason == "the room is surprised"


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_fixed_plays_the_same_for_any_mood(name: str) -> None:
    assert plays(make_strategy("fixed").goal(mood(name), present=True)) == ["mpd:d"]


def test_fixed_needs_presence_but_no_mood() -> None:
    strategy = make_strategy("fixed")
    assert plays(strategy.goal(mood("unknown"), present=True)) == ["mpd:d"]
    assert strategy.goal(mood("unknown"), present=False) == "the mood isn't clear"
    assert strategy.goal(mood("unknown"), present=None) == "the mood isn't known while the camera is off"


def test_lift_starts_at_the_mood_and_ends_at_the_target() -> None:
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


def test_lift_starts_again_if_the_listener_falls_far_behind() -> None:
    strategy = make_strategy("lift", lift={"valence": 0.8, "arousal": 0.5, "tracks": 1, "step": 0.6})
    strategy.update(mood("happy"))
    strategy.update(mood("neutral"))
    assert plays(strategy.goal(mood("neutral"), present=True)) == ["mpd:n"]
    strategy.song_ended()
    strategy.song_ended()
    strategy.update(mood("sad"))
    assert plays(strategy.goal(mood("sad"), present=True)) == ["mpd:c"]


def test_a_goal_includes_its_choices() -> None:
    goal = make_strategy().goal(mood("happy"), present=True)
    assert isinstance(goal, Goal)
    assert (
        goal.includes(Music("mpd:a", "other name"))
        and not goal.includes(Music("mpd:c", "c"))
        and not goal.includes(None)
    )


def songs(lift: Lift, n: int) -> None:
    for _ in range(n):
        lift.song_ended()


def test_the_lift_starts_at_the_listener_and_steps_every_few_songs() -> None:
    lift = Lift(LIFT)
    assert lift.point is None
    songs(lift, 10)
    assert lift.point is None, "there is no listener"
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


def test_the_lift_skips_ahead_with_the_listener() -> None:
    lift = Lift(LIFT)
    lift.update(SAD)
    lift.update((0.0, 0.0))
    assert lift.point == (0.0, 0.0)
    lift.update(SAD)
    assert lift.point == (0.0, 0.0), "a step back isn't followed at once"


def test_the_lift_can_restart() -> None:
    lift = Lift(LIFT)
    lift.update((0.5, 0.5))
    songs(lift, 3)
    lift.restart(SAD)
    assert (lift.point, lift.steps) == (SAD, 0)
