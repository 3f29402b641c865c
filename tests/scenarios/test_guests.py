"""Somebody uses the same speaker: the device notices, and leaves the music to them."""

from __future__ import annotations

from collections.abc import Callable

from edge.events import Skipped, TakenOver
from edge.values import Act, Control
from tests.scenarios.house import CALM, HAPPY, SAD, House
from tests.spotify_server import World

Build = Callable[..., House]
ROOM = "Living Room"
THEIRS = "spotify:album:theirs"


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


def test_guest_skips_a_song(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    assert world.now_playing().context == HAPPY
    world.person("next", on=ROOM)
    home.passes(60)
    assert home.control is Control.HANDS_OFF
    assert [(event.kind, event.why) for event in home.happened(TakenOver)] == [("song", "somebody chose this song")]
    assert home.happened(Skipped)[0].choice == HAPPY
    home.feels("sad", 1200)
    assert home.reasons[-1] == "kept: somebody chose this song"
    assert commands(world) == ["play"], "the music is left to the guest"


def test_guest_chooses_other_music_and_goes_home(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    world.person("play", THEIRS, on=ROOM)
    home.feels("sad", 300)
    assert home.reasons[-1] == "kept: somebody chose this music"
    home.leaves(29 * 60)
    assert home.control is Control.HANDS_OFF
    home.passes(2 * 60)
    assert home.control is Control.AUTO, "the room was empty for half an hour"
    assert world.now_playing().playing, "music that a person chose isn't paused"
    home.feels("sad", 240)
    assert world.now_playing().context == SAD
    assert home.reasons[-1] == "the room is sad: Sad Songs plays once this song ends"


def test_guest_pauses_for_a_call(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    world.person("pause", on=ROOM)
    home.passes(40)
    home.feels("sad", 1800)
    assert not world.now_playing().playing, "it stays paused, whatever the mood"
    assert home.reasons[-1] == "kept: somebody paused the music"
    home.command("control", "auto")
    home.passes(5)
    assert world.now_playing().context == SAD and world.now_playing().playing


def test_guest_turns_the_volume_up(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    world.person("volume", 70, on=ROOM)
    home.feels("sad", 400)
    assert home.reasons[-1] == "kept: somebody set the volume to 70"
    assert world.device(ROOM).volume == 70 and world.now_playing().context == HAPPY


def test_the_volume_can_be_excluded_from_takeovers(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", takeover=["music", "song", "speaker", "pause", "start"])
    home.feels("happy", 60)
    world.person("volume", 60, on=ROOM)
    home.feels("sad", 400)
    assert home.control is Control.AUTO and world.now_playing().context == SAD
    assert world.device(ROOM).volume == 60, "as they set it"


def test_guest_moves_the_music_to_the_kitchen(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    world.person("transfer", on="Kitchen")
    home.feels("sad", 900)
    assert home.reasons[-1] == "kept: somebody moved the music to Kitchen"
    assert world.now_playing().device == "Kitchen"
    assert commands(world) == ["play"]


def test_guest_is_quicker_than_the_device(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 90)
    # Up to 30 s may pass until the next poll, but the player is polled before each action.
    world.person("play", THEIRS, on=ROOM)
    home.passes(4)
    home.feels("sad", 5)
    assert home.control is Control.HANDS_OFF
    home.passes(900)
    assert world.now_playing().context == THEIRS


def test_guest_chooses_while_the_device_fades(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", switch="now", min_dwell=0)
    home.feels("happy", 90)
    home.feels("sad", 6)
    world.person("play", THEIRS, on=ROOM)
    home.passes(120)
    assert world.now_playing().context == THEIRS
    assert home.happened(TakenOver)[0].kind == "music"


def test_the_upcoming_music_is_cancelled_when_a_guest_skips(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.feels("sad", 20)
    world.person("next", on=ROOM)
    home.passes(600)
    assert world.now_playing().context == HAPPY
    assert "the music that was to play next is cancelled: somebody chose this song" in home.reasons


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
