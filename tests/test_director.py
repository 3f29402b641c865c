"""The director: what plays for a mood, and a reason for everything."""

from __future__ import annotations

import pytest

from edge.config import MusicConfig
from edge.director import Director
from edge.values import EXPRESSIONS, MOODS, Act, Control, Mood, When


def mood(name: str, since: float = 0.0) -> Mood:
    return Mood(name, 0.9, 0.0, 0.0, 1, since)


def music(**changes: object) -> MusicConfig:
    profile = {
        "happy": "spotify:playlist:aaa",
        "sad": {"play": "spotify:album:bbb", "name": "Blue"},
        "neutral": "nothing",
        "default": {"play": "spotify:artist:ccc", "name": "Anyone"},
    }
    return MusicConfig.model_validate({"profiles": {"everyday": profile}} | changes)


def test_the_first_mood_plays_now_and_the_next_at_the_end_of_the_track() -> None:
    director = Director(music())
    first = director.mood(0, mood("happy"), Control.AUTO)
    assert (first.act, first.when, first.music and first.music.uri) == (Act.PLAY, When.NOW, "spotify:playlist:aaa")
    second = director.mood(5, mood("sad"), Control.AUTO)
    assert (second.act, second.when, second.music and second.music.name) == (Act.PLAY, When.TRACK_END, "Blue")
    assert second.why == "the room is sad: Blue plays once this song ends"


def test_a_mood_that_is_not_named_takes_the_default() -> None:
    wish = Director(music()).mood(0, mood("fear"), Control.AUTO)
    assert wish.music is not None
    assert wish.music.name == "Anyone"


def test_nothing_means_nothing() -> None:
    wish = Director(music()).mood(0, mood("neutral"), Control.AUTO)
    assert wish.act is Act.KEEP
    assert "leave the music" in wish.why


def test_the_same_music_is_not_started_twice() -> None:
    director = Director(music())
    director.mood(0, mood("happy"), Control.AUTO)
    director.mood(1, mood("absent"), Control.AUTO)
    assert director.mood(2, mood("happy"), Control.AUTO).act is Act.KEEP


@pytest.mark.parametrize("name", ["absent", "unknown"])
def test_without_a_mood_the_music_stays(name: str) -> None:
    assert Director(music()).mood(0, mood(name), Control.AUTO).act is Act.KEEP


@pytest.mark.parametrize("control", [Control.HANDS_OFF, Control.OFF])
@pytest.mark.parametrize("name", MOODS)
def test_hands_off_is_hands_off(control: Control, name: str) -> None:
    director = Director(music(switch="now"))
    assert director.mood(0, mood(name), control).act is Act.KEEP
    assert director.tick(1000, control) is None


def test_sudden_switches_are_spaced_and_the_newest_wish_is_kept() -> None:
    director = Director(music(switch="now", cooldown=60))
    assert director.mood(0, mood("happy"), Control.AUTO).act is Act.PLAY
    assert director.mood(10, mood("sad"), Control.AUTO).act is Act.KEEP
    assert director.mood(20, mood("angry"), Control.AUTO).act is Act.KEEP
    assert director.tick(59, Control.AUTO) is None
    late = director.tick(60, Control.AUTO)
    assert late is not None
    assert late.music is not None
    assert late.music.name == "Anyone"
    assert director.tick(61, Control.AUTO) is None


def test_a_wish_that_waited_is_dropped_when_the_mood_returns() -> None:
    director = Director(music(switch="now", cooldown=60))
    director.mood(0, mood("happy"), Control.AUTO)
    director.mood(10, mood("sad"), Control.AUTO)
    director.mood(20, mood("happy"), Control.AUTO)
    assert director.tick(100, Control.AUTO) is None


@pytest.mark.parametrize("name", MOODS)
def test_every_wish_has_a_reason_in_one_line(name: str) -> None:
    wish = Director(music()).mood(0, mood(name), Control.AUTO)
    assert wish.why
    assert "\n" not in wish.why
    assert wish.mood == name


def test_the_built_in_map_knows_every_expression() -> None:
    director = Director(MusicConfig())
    assert all(director.mood(0, mood(name), Control.AUTO).act is Act.PLAY for name in EXPRESSIONS)
