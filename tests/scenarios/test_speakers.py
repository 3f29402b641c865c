"""Speakers that sleep, disappear, play for others, or have a fixed volume."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.players.spotify.limits.looking import IDLE_POLL_INTERVAL_S, POLL_INTERVAL_S
from edge.values import Act, Control
from tests.scenarios.house import HAPPY, PROFILE, SAD, House
from tests.spotify_server import Server, World

Build = Callable[..., House]
ROOM = "Living Room"


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


def test_speaker_asleep_at_seven(house: Build, world: World) -> None:
    world.sleep(ROOM)
    home = house(at="2026-11-23 07:00")
    home.passes(20)
    home.feels("happy", 40 * 60)
    assert commands(world) == []
    assert home.reasons == ["kept: nobody is here", "kept: the player can't be reached now"], "each published once"
    assert home.player.calls < 120
    world.wake(ROOM)
    home.passes(150)
    assert world.now_playing().context == HAPPY and world.now_playing().device == ROOM
    assert home.reasons[-1] == "the room is happy: Happy Songs plays now"


def test_speaker_unplugged_and_plugged_in_again(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    world.sleep(ROOM)
    home.passes(300)
    world.wake(ROOM)
    home.passes(300)
    assert home.happened(TakenOver) == []
    assert world.now_playing().context == HAPPY, "it starts again under the speaker's new id"
    assert commands(world) == ["play", "play"]


def test_two_devices_on_one_account(house: Build, world: World) -> None:
    world.person("play", "spotify:album:annas", on="Ann's phone")
    world.advance(30)
    home = house()
    home.feels("happy", 900)
    home.feels("sad", 900)
    assert commands(world) == [], "Ann's music is never taken away"
    assert home.reasons[-1] == "kept: the account plays on Ann's phone, which is left alone"
    assert home.control is Control.AUTO, "it wasn't the device's music"
    world.person("pause")
    home.passes(180)
    assert world.now_playing().context == SAD and world.now_playing().device == ROOM


def test_ann_starts_on_her_phone_just_before_the_device_would(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.passes(20)
    world.person("play", "spotify:album:annas", on="Ann's phone")
    world.advance(1.5)
    home.feels("happy", 30)
    assert commands(world) == []
    assert world.now_playing().device == "Ann's phone"


def test_somebody_asks_for_music_while_ann_listens(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    world.person("play", "spotify:album:annas", on="Ann's phone")
    home.passes(60)
    home.command("playback", "play")
    home.passes(30)
    assert commands(world) == []
    assert home.reasons[-1] == "kept: the account plays on Ann's phone, which is left alone"


def test_a_speaker_with_a_fixed_volume(house: Build, world: World) -> None:
    world.device(ROOM).supports_volume = False
    profile = {**PROFILE, "happy": {"play": HAPPY, "name": "Happy Songs", "volume": 20}}
    home = house(at="2026-11-21 18:00", profiles={"everyday": profile}, max_volume=30)
    home.feels("happy", 900)
    assert home.happened(TakenOver) == []
    assert "volume" not in commands(world)
    assert len([wish for wish in home.actions if wish.act is Act.VOLUME]) <= 2, "it isn't requested repeatedly"


def test_the_speaker_goes_to_sleep_in_an_empty_house(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.leaves(900)
    assert commands(world)[-1] == "pause"
    world.sleep(ROOM)
    home.passes(900)
    world.wake(ROOM)
    home.passes(200)
    home.feels("happy", 60)
    assert world.now_playing().context == HAPPY, "there was nothing to resume, so it starts"
    assert home.happened(TakenOver) == []


def test_a_speaker_that_accepts_a_volume_and_keeps_its_own(house: Build, world: World) -> None:
    world.device(ROOM).keeps_volume = True
    home = house(at="2026-11-21 18:00", start_volume=25)
    home.feels("happy", 120)
    home.command("volume", "60")
    home.passes(120)
    assert "volume" in commands(world) and world.device(ROOM).volume == 40
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO
    home.feels("sad", 300)
    assert world.now_playing().context == SAD


def test_music_that_begins_too_loud_again_and_again_is_turned_down_each_time(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", max_volume=50)
    for _ in range(3):
        world.device(ROOM).begins_at = 100
        home.feels("happy", 90)
        assert (world.device(ROOM).volume, world.now_playing().context) == (50, HAPPY)
        world.sleep(ROOM)
        home.passes(150)
        world.wake(ROOM)
        home.passes(150)
        assert (world.device(ROOM).volume, world.now_playing().context) == (50, HAPPY)
    assert home.happened(TakenOver) == []


def test_music_resumed_at_night_is_no_louder_than_allowed(house: Build, world: World) -> None:
    home = house(at="2026-11-21 21:50", quiet_hours=[{"begins": "22:00", "ends": "7:00", "max_volume": 20}])
    home.feels("happy", 120)
    home.command("playback", "pause")
    home.passes(1200)
    world.device(ROOM).volume = 100
    world.change(volume=100)
    home.command("playback", "play")
    home.passes(60)
    assert world.now_playing().playing and world.device(ROOM).volume == 20


# --- Music that never begins ------------------------------------------------------------------------------------------


def test_a_speaker_that_accepts_music_and_plays_nothing(house: Build, world: World) -> None:
    world.device(ROOM).mute = True
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 50)
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO
    assert home.problems == [
        'can\'t play Happy Songs now: spotify: "Living Room" accepted the music, and nothing plays there; '
        "try it from the Spotify app"
    ]
    home.feels("happy", 3600)
    assert 5 <= commands(world).count("play") <= 10, "tried again, more and more rarely"
    assert home.happened(TakenOver) == []
    world.device(ROOM).mute = False
    home.feels("happy", 1000)
    assert world.now_playing().context == HAPPY


def test_a_speaker_that_accepts_a_resume_and_plays_nothing(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.leaves(700)
    world.device(ROOM).mute = True
    home.feels("happy", 60)
    assert not world.now_playing().playing and home.happened(TakenOver) == []
    assert "nothing plays there" in home.problems[-1]
    world.device(ROOM).mute = False
    home.feels("happy", 200)
    assert world.now_playing().playing and home.control is Control.AUTO


@pytest.mark.parametrize("message", ["Not found.", "Device not found", "Player command failed: No active device found"])
def test_a_listed_speaker_that_dozes_is_woken(house: Build, world: World, server: Server, message: str) -> None:
    home = house(at="2026-11-21 18:00")
    world.device(ROOM).dozing, server.dozing_message = True, message
    home.feels("happy", 15)
    assert world.now_playing().context == HAPPY and world.now_playing().device == ROOM
    assert not any("private" in problem for problem in home.problems), "the playlist isn't to blame"
    assert len(server.requests) <= 12


def test_of_two_speakers_of_one_name_the_free_one_plays(house: Build, world: World) -> None:
    sonos, echo = world.device("Kitchen"), world.device(ROOM)
    sonos.shown_name, sonos.restricted = ROOM, True
    home = house(at="2026-11-21 18:00")
    world.person("play", "spotify:album:theirs", on="Kitchen")
    world.person("pause", on="Kitchen")
    home.feels("sad", 60)
    assert world.now_playing().device == echo.name and world.now_playing().context == SAD


def test_a_restricted_speaker_that_plays_and_isnt_listed_is_told_rightly(house: Build, world: World) -> None:
    sonos = world.device(ROOM)
    sonos.restricted, sonos.listed, sonos.id = True, False, None
    home = house(at="2026-11-21 18:00")
    home.passes(60)
    world.person("play", "spotify:album:theirs", on=ROOM)
    home.passes(POLL_INTERVAL_S + 5)
    assert home.room.playback.state == "playing"
    home.command("playback", "next")
    home.passes(5)
    assert any("accepts no commands" in problem for problem in home.problems)
    assert not any("is online" in problem for problem in home.problems)
    assert world.now_playing().playing


def test_a_speaker_that_was_seen_to_play_unlisted_is_noticed_at_the_next_look(house: Build, world: World) -> None:
    sonos = world.device(ROOM)
    sonos.restricted, sonos.listed, sonos.id = True, False, None
    home = house(at="2026-11-21 18:00")
    home.passes(60)
    world.person("play", "spotify:album:theirs", on=ROOM)
    home.passes(60)
    world.change(device=None, playing=False, context=None, uris=(), queue=())
    home.passes(1800)
    assert home.room.playback.state == "unavailable"
    world.person("play", "spotify:album:theirs", on=ROOM)
    home.passes(IDLE_POLL_INTERVAL_S + 5)
    assert home.room.playback.state == "playing"


def test_a_speaker_that_first_plays_unlisted_after_a_long_silence_is_noticed_within_two_looks(
    house: Build, world: World
) -> None:
    sonos = world.device(ROOM)
    sonos.restricted, sonos.listed, sonos.id = True, False, None
    home = house(at="2026-11-21 18:00")
    home.passes(3600)
    calls = home.player.calls
    home.passes(3600)
    assert home.player.calls - calls <= 46
    assert home.room.playback.state == "unavailable"
    world.person("play", "spotify:album:theirs", on=ROOM)
    home.passes(2 * IDLE_POLL_INTERVAL_S + 5)
    assert home.room.playback.state == "playing"


@pytest.mark.parametrize("left", [12, 4])
def test_a_pause_near_the_songs_end_that_leaves_nothing_active_is_a_persons(
    house: Build, world: World, left: float
) -> None:
    world.device(ROOM).quits = True
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    started = world.executed[0].at
    home.passes(started + world.song - left - world.monotonic)
    world.person("pause", on=ROOM)
    home.passes(300)
    assert commands(world) == ["play"]
    assert home.control is Control.HANDS_OFF
