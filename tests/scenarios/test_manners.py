"""How the device treats what people and their other devices do with the speaker, on every kind of player."""

from __future__ import annotations

from collections.abc import Callable

from edge.events import TakenOver
from edge.values import Control
from tests.scenarios.conftest import Home

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
