"""Somebody uses the same speaker: the device notices, and leaves the music to them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import Skipped, TakenOver
from edge.values import Act, Control
from tests.scenarios.conftest import Home
from tests.scenarios.house import CALM, SAD, House
from tests.spotify_server import World

Build = Callable[..., House]
Anywhere = Callable[..., Home]
# Hours pass in these stories, which a real MPD would take seconds for.
in_simulated_time = pytest.mark.parametrize(
    "anywhere", ["simple", "spotify", "music_assistant", "go_librespot"], indirect=True
)
ROOM = "Living Room"
THEIRS = "spotify:album:theirs"


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


@in_simulated_time
def test_guest_skips_a_song(anywhere: Anywhere) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    assert at.someone.music == at.happy
    at.someone.skips()
    at.house.passes(60)
    assert at.house.control is Control.HANDS_OFF
    assert [(event.kind, event.why) for event in at.house.happened(TakenOver)] == [("song", "somebody chose this song")]
    assert at.house.happened(Skipped)[0].choice == at.happy
    at.house.feels("sad", 1200)
    assert at.house.reasons[-1] == "kept: somebody chose this song"
    assert [wish.act for wish in at.house.actions] == [Act.PLAY], "the music is left to the guest"


@in_simulated_time
def test_guest_chooses_other_music_and_goes_home(anywhere: Anywhere) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.someone.plays()
    at.house.feels("sad", 300)
    assert at.house.reasons[-1] == "kept: somebody chose this music"
    at.house.leaves(29 * 60)
    assert at.house.control is Control.HANDS_OFF
    at.house.passes(2 * 60)
    assert at.house.control is Control.AUTO, "the room was empty for half an hour"
    assert at.someone.music == at.someone.theirs, "music that a person chose isn't paused"
    at.house.feels("sad", 240)
    assert at.someone.music == at.sad


@in_simulated_time
def test_guest_pauses_for_a_call(anywhere: Anywhere) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.someone.pauses()
    at.house.passes(40)
    at.house.feels("sad", 1800)
    assert not at.someone.playing, "it stays paused, whatever the mood"
    assert at.house.reasons[-1] == "kept: somebody paused the music"
    at.house.command("control", "auto")
    at.house.passes(5)
    assert at.someone.music == at.sad and at.someone.playing


@in_simulated_time
def test_guest_turns_the_volume_up(anywhere: Anywhere) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.someone.sets_volume(70)
    at.house.feels("sad", 400)
    assert at.house.reasons[-1] == "kept: somebody set the volume to 70"
    assert at.someone.volume == 70 and at.someone.music == at.happy


@in_simulated_time
def test_the_volume_can_be_excluded_from_takeovers(anywhere: Anywhere) -> None:
    at = anywhere(takeover=["music", "song", "speaker", "pause", "start"])
    at.house.feels("happy", 60)
    at.someone.sets_volume(60)
    at.house.feels("sad", 400)
    assert at.house.control is Control.AUTO and at.someone.music == at.sad
    assert at.someone.volume == 60, "as they set it"


def test_guest_moves_the_music_to_the_kitchen(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    world.person("transfer", on="Kitchen")
    home.feels("sad", 900)
    assert home.reasons[-1] == "kept: somebody moved the music to Kitchen"
    assert world.now_playing().device == "Kitchen"
    assert commands(world) == ["play"]


@in_simulated_time
def test_guest_is_quicker_than_the_device(anywhere: Anywhere) -> None:
    at = anywhere()
    at.house.feels("happy", 90)
    # Up to 30 s may pass until the next poll, but the player is polled before each action.
    at.someone.plays()
    at.house.passes(4)
    at.house.feels("sad", 5)
    assert at.house.control is Control.HANDS_OFF
    at.house.passes(900)
    assert at.someone.music == at.someone.theirs


def test_guest_chooses_while_the_device_fades(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", switch="now", min_dwell=0)
    home.feels("happy", 90)
    home.feels("sad", 6)
    world.person("play", THEIRS, on=ROOM)
    home.passes(120)
    assert world.now_playing().context == THEIRS
    assert home.happened(TakenOver)[0].kind == "music"


# The simple player takes a skip for the end of the song.
@pytest.mark.parametrize("anywhere", ["spotify", "music_assistant", "go_librespot"], indirect=True)
def test_the_upcoming_music_is_cancelled_when_a_guest_skips(anywhere: Anywhere) -> None:
    at = anywhere()
    at.house.feels("happy", 60)
    at.house.feels("sad", 20)
    at.someone.skips()
    at.house.passes(600)
    assert at.someone.music == at.happy
    assert "the music that was to play next is cancelled: somebody chose this song" in at.house.reasons


def test_somebody_was_listening_before_the_device_started(house: Build, world: World) -> None:
    world.person("play", THEIRS, on=ROOM)
    world.advance(60)
    home = house()
    home.feels("happy", 600)
    assert home.reasons[-1] == "kept: somebody's music was playing already"
    assert commands(world) == []


def test_the_device_restarts_while_its_music_plays(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 90)
    home.restart()
    home.feels("happy", 90)
    assert home.control is Control.AUTO
    assert commands(world) == ["play"]
    home.feels("sad", 200)
    assert world.now_playing().context == SAD


def test_an_evening_in_which_nobody_touches_anything(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.max_step = 10.0
    for mood in ("happy", "neutral", "sad", "neutral") * 2:
        home.feels(mood, 1800)
    assert home.happened(TakenOver) == [], "songs that end are no takeover"
    assert world.now_playing().context == CALM
    assert [wish.act for wish in home.actions] == [Act.PLAY] * 8
    assert home.player.calls <= 700


def test_a_short_mood_changes_nothing(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.feels("sad", 15)
    home.feels("happy", 600)
    assert commands(world) == ["play"], "the music plays on"
    assert home.reasons[-2:] == [
        "the room is sad: Sad Songs plays once this song ends",
        "the room is happy again: Happy Songs goes on",
    ]
