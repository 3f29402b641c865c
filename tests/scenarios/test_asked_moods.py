"""A person asks for the music of a mood, whoever has the music and whether it is paused, on every kind of player."""

from __future__ import annotations

from collections.abc import Callable

from edge.events import ControlChanged
from edge.values import Control
from tests.scenarios.conftest import Home

Build = Callable[..., Home]


def test_a_mood_that_is_asked_for_plays_although_somebody_has_paused_the_music(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.house.command("playback", "pause")
    at.house.passes(60)
    assert not at.someone.playing
    at.house.command("mood", "sad")
    at.house.passes(10)
    assert at.someone.playing and at.someone.music == at.sad
    assert at.house.room.settings()["held"] == "OFF"
    at.house.passes(60)
    assert at.house.control is Control.AUTO


def test_the_paused_music_goes_on_if_its_mood_is_asked_for(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.house.command("playback", "pause")
    at.house.passes(60)
    at.house.command("mood", "happy")
    at.house.passes(10)
    assert at.someone.playing and at.someone.music == at.happy


def test_a_mood_without_music_leaves_the_pause_alone(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.house.command("playback", "pause")
    at.house.command("mood", "angry")
    at.house.passes(60)
    assert not at.someone.playing and at.house.room.settings()["held"] == "ON"


def test_while_people_have_the_music_a_mood_is_answered(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.someone.pauses()
    at.house.passes(70)
    assert at.house.control is Control.HANDS_OFF
    at.house.command("mood", "sad")
    assert at.house.reasons[-1] == "kept: somebody paused the music; set control to auto for the music of sad"
    at.house.passes(10)
    assert not at.someone.playing
    at.house.command("control", "auto")
    at.house.passes(10)
    assert at.someone.playing and at.someone.music == at.sad


def test_what_the_page_sends_under_people_plays_the_mood(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.house.command("control", "hands_off")
    at.house.passes(60)
    at.house.clear()
    at.house.command("control", "auto")
    at.house.command("mood", "sad")
    at.house.passes(10)
    assert at.someone.playing and at.someone.music == at.sad
    assert [event.control for event in at.house.happened(ControlChanged)] == [Control.AUTO]
