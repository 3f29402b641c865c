"""How the device treats what people and their other devices do with the speaker, on every kind of player."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.values import Control
from tests.scenarios.conftest import Home
from tests.scenarios.house import House

Build = Callable[..., Home]


# --- A voice assistant pauses the music for a moment ------------------------------------------------------------------


def test_an_announcement_is_nobodys_wish(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.someone.pauses()
    at.house.passes(8)
    at.someone.resumes()
    at.house.passes(60)
    assert at.house.happened(TakenOver) == [] and at.house.control is Control.AUTO
    assert at.someone.playing and at.someone.music == at.happy
    at.house.feels("sad", 250)
    assert at.someone.music == at.sad, "the device still follows the mood"


def test_nothing_begins_during_an_announcement(anywhere: Build) -> None:
    at = anywhere(cooldown=0, min_dwell=0, switch="now")
    at.house.feels("happy", 60)
    at.someone.pauses()
    at.house.passes(11)
    at.house.feels("sad", 8)
    assert not at.someone.playing
    at.someone.resumes()
    at.house.passes(60)
    assert at.someone.music == at.sad and at.house.happened(TakenOver) == []


def test_an_announcement_while_other_music_waits(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.house.feels("sad", 30)
    at.someone.pauses()
    at.house.passes(8)
    at.someone.resumes()
    at.house.passes(250)
    assert at.someone.music == at.sad and at.house.happened(TakenOver) == []


def test_a_pause_that_lasts_is_a_persons(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.someone.pauses()
    at.house.feels("sad", 70)
    assert [(event.kind, event.why) for event in at.house.happened(TakenOver)] == [
        ("pause", "somebody paused the music")
    ]
    at.house.passes(600)
    assert not at.someone.playing and at.house.control is Control.HANDS_OFF


@pytest.mark.parametrize("steps", [(10,), (30, 20, 10, 20, 30)])
def test_an_announcement_over_the_music_is_nobodys_wish(anywhere: Build, steps: tuple[int, ...]) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    before = at.someone.volume
    assert before is not None
    for volume in steps:
        at.someone.sets_volume(volume)
        at.house.passes(9)
    at.someone.sets_volume(before)
    at.house.passes(60)
    assert at.house.happened(TakenOver) == [] and at.house.control is Control.AUTO
    assert at.someone.music == at.happy and at.someone.volume == before
    at.house.feels("sad", 150)
    assert at.someone.music == at.sad, "the device still follows the mood"


def test_a_volume_that_stays_down_is_a_persons(anywhere: Build) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.someone.sets_volume(15)
    at.house.feels("sad", 70)
    assert [event.why for event in at.house.happened(TakenOver)] == ["somebody set the volume to 15"]
    assert at.house.control is Control.HANDS_OFF and at.someone.volume == 15


# --- `nothing`, and moods that are over -------------------------------------------------------------------------------


@pytest.mark.parametrize("then", ["neutral", "unknown", "absent"])
def test_music_that_waits_is_taken_back_with_its_mood(anywhere: Build, then: str) -> None:
    at = anywhere(pause_after=None)
    at.house.feels("happy", 60)
    at.house.feels("sad", 30)
    if then == "absent":
        at.house.leaves(400)
    else:
        at.house.feels(then, 400)
    assert at.someone.music == at.happy and at.house.happened(TakenOver) == []
    why = {
        "neutral": "neutral is set to leave the music as it is",
        "unknown": "the mood isn't clear",
        "absent": "nobody is here",
    }
    assert f"Sad Songs doesn't play next: {why[then]}" in at.house.reasons
    at.house.feels("sad", 250)
    assert at.someone.music == at.sad, "the mood is back"


def test_music_that_waits_is_taken_back_while_no_more_changes_are_allowed(simple: Callable[..., House]) -> None:
    home = simple(at="2026-11-21 18:00", switch="queue", min_dwell=20, cooldown=0)
    home.feels("happy", 60)
    home.feels("sad", 30)
    home.feels("angry", 5)
    assert "Sad Songs doesn't play next: the room must be angry for 20 s first" in home.reasons
