"""Wishes that are outdated before they take effect; volumes, pauses and profiles that people set."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.values import Control
from tests.scenarios.house import ANGRY, HAPPY, PROFILE, SAD, House
from tests.spotify_server import Server, World

Build = Callable[..., House]
ROOM, PHONE, ALBUM = "Living Room", "Ann's phone", "spotify:album:annas"
QUIET = [{"begins": "22:00", "ends": "7:00", "max_volume": 20}]
# With an offset for one mood, so that volumes are set.
OFFSET = {"everyday": PROFILE | {"angry": {"play": ANGRY, "name": "Angry Songs", "volume": -10}}}


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


def volumes(world: World) -> list[int]:
    return [one.value for one in world.executed if one.do == "volume"]


def outage(server: Server) -> None:
    server.faults.extend(["reset"] * 4000)


# --- A start that waits for the network -------------------------------------------------------------------------------


def test_control_off_while_a_start_waits(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00")
    home.passes(20)
    outage(server)
    home.feels("happy", 20)
    home.command("control", "off")
    home.passes(60)
    server.faults.clear()
    home.passes(120)
    assert commands(world) == []


def test_quiet_hours_begin_while_a_start_waits(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 21:59", quiet_hours=QUIET)
    home.passes(20)
    outage(server)
    home.feels("happy", 90)
    server.faults.clear()
    home.passes(60)
    assert commands(world) == []
    assert any("cancelled: quiet hours" in reason for reason in home.reasons)


def test_everybody_leaves_while_a_start_waits_and_comes_back(house: Build, world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00")
    home.passes(20)
    outage(server)
    home.feels("happy", 20)
    home.leaves(100)
    server.faults.clear()
    home.passes(60)
    assert commands(world) == []
    home.feels("happy", 60)
    assert commands(world) == ["play"]


def test_control_off_during_a_fade(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", switch="now", min_dwell=0, cooldown=0)
    home.feels("happy", 100)
    before = world.device(ROOM).volume
    home.feels("sad", 1.0)
    home.command("control", "off")
    home.passes(30)
    assert world.now_playing().context == HAPPY
    assert world.device(ROOM).volume == before, "the volume is restored"


# --- Only once this song ends -----------------------------------------------------------------------------------------


def test_moods_that_change_right_after_a_start_wait_for_the_song(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.passes(20)
    home.feels("happy", 1.6)
    home.feels("sad", 1.6)
    home.feels("angry", 60)
    assert commands(world) == ["play"] and world.now_playing().context == HAPPY
    home.passes(200)
    assert commands(world) == ["play", "play"] and world.now_playing().context == ANGRY


def test_a_mood_right_after_next_waits_for_the_song(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.command("playback", "next")
    home.passes(1)
    home.feels("sad", 30)
    assert commands(world) == ["play", "next"] and world.now_playing().context == HAPPY
    home.passes(200)
    assert world.now_playing().context == SAD


def test_a_song_that_a_person_requested_is_played_to_its_end(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 100)
    home.command("mood", "sad")
    home.passes(5)
    assert world.now_playing().context == SAD
    home.command("mood", "auto")
    home.passes(60)
    assert world.now_playing().context == SAD
    home.passes(200)
    assert world.now_playing().context == HAPPY


# --- The room's volume ------------------------------------------------------------------------------------------------


def test_a_phones_volume_is_not_the_rooms_volume(house: Build, world: World) -> None:
    world.device(PHONE).volume, world.device(ROOM).volume = 100, 25
    home = house(at="2026-11-21 18:00", profiles=OFFSET)
    home.passes(60)
    world.person("play", ALBUM, on=PHONE)
    home.passes(200)
    home.feels("happy", 100)
    world.person("pause")
    home.passes(200)
    assert world.now_playing().context == HAPPY
    home.feels("sad", 400)
    assert world.now_playing().context == SAD
    assert (world.device(ROOM).volume, volumes(world), home.happened(TakenOver)) == (25, [], [])


def test_a_phone_that_plays_while_the_room_is_empty_is_no_takeover(house: Build, world: World) -> None:
    world.device(PHONE).volume, world.device(ROOM).volume = 100, 25
    home = house(at="2026-11-21 18:00", profiles=OFFSET)
    home.feels("happy", 60)
    home.leaves(700)
    world.person("play", ALBUM, on=PHONE)
    home.passes(300)
    world.person("pause")
    home.passes(60)
    home.feels("sad", 400)
    assert (world.device(ROOM).volume, home.happened(TakenOver)) == (25, [])


def test_a_speaker_that_slept_comes_back_with_another_volume(house: Build, world: World) -> None:
    world.device(ROOM).volume = 50
    home = house(at="2026-11-21 18:00", profiles=OFFSET)
    home.feels("happy", 60)
    home.leaves(800)
    world.sleep(ROOM)
    home.passes(400)
    world.wake(ROOM)
    world.device(ROOM).volume = 15
    home.passes(200)
    home.feels("happy", 60)
    home.feels("sad", 400)
    assert world.now_playing().context == SAD
    assert (world.device(ROOM).volume, home.happened(TakenOver), home.control) == (15, [], Control.AUTO)


def test_the_ceiling_falls_while_other_music_waits(house: Build, world: World) -> None:
    home = house(at="2026-11-21 21:57", quiet_hours=QUIET)
    home.feels("happy", 120)
    home.feels("sad", 75)
    assert world.device(ROOM).volume == 20


def test_upcoming_music_is_no_louder_than_allowed_when_it_starts(house: Build, world: World) -> None:
    profile = {"happy": {"play": HAPPY, "name": "H"}, "sad": {"play": SAD, "name": "S", "volume": 20}}
    world.song = 600
    home = house(at="2026-11-21 21:55", quiet_hours=QUIET, profiles={"everyday": profile | {"default": "nothing"}})
    home.feels("happy", 120)
    home.feels("sad", 600)
    assert world.now_playing().context == SAD
    assert volumes(world) == [33, 27, 20] and world.device(ROOM).volume == 20


def test_a_speaker_that_refuses_volumes_delays_nothing(house: Build, world: World) -> None:
    world.device(ROOM).supports_volume = False
    home = house(at="2026-11-21 18:00")
    home.feels("sad", 60)
    home.feels("happy", 30)
    home.command("volume", "30")
    home.passes(400)
    assert commands(world) == ["play", "play"] and world.now_playing().context == HAPPY
    music = home.director.situation.own_music
    assert music is not None and music.uri == HAPPY, "the music is the device's own"


# --- Pauses -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["album", "moved"])
def test_music_that_was_paused_on_a_phone_is_not_resumed_here(house: Build, world: World, kind: str) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.leaves(1000)
    assert not world.now_playing().playing
    if kind == "album":
        world.person("play", ALBUM, on=PHONE)
    else:
        world.person("transfer", True, on=PHONE)
    home.passes(300)
    world.person("pause")
    home.passes(300)
    world.executed.clear()
    home.feels("sad", 120)
    assert commands(world) == ["play"] and world.now_playing().context == SAD


def test_after_a_long_pause_the_list_starts_again(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.max_step = 10.0
    home.feels("happy", 150)
    home.leaves(3 * 3600 + 700)
    world.executed.clear()
    home.feels("happy", 60)
    assert commands(world) == ["play"]


def test_a_requested_pause_survives_a_restart(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 60)
    home.command("playback", "pause")
    home.passes(300)
    world.executed.clear()
    home.restart()
    home.feels("happy", 120)
    assert commands(world) == [] and home.reasons[-1] == "kept: somebody paused the music"
    home.command("playback", "play")
    home.passes(60)
    assert commands(world) == ["resume"]
    home.feels("sad", 400)
    assert world.now_playing().context == SAD and home.control is Control.AUTO


def test_a_chosen_profile_survives_a_restart(simple: Build) -> None:
    profiles = {"everyday": PROFILE, "evening": {"default": SAD}, "party": PROFILE}
    schedule = [{"profile": "evening", "begins": "18:00", "ends": "20:00"}]
    home = simple(at="2026-11-21 19:00", profiles=profiles, schedule=schedule)
    home.feels("happy", 60)
    assert home.room.settings()["profile"] == "evening"
    home.command("profile", "party")
    home.passes(60)
    home.restart()
    home.passes(60)
    assert home.room.settings()["profile"] == "party"
    home.max_step = 10.0
    home.passes(3600)
    assert home.room.settings()["profile"] == "everyday", "the schedule applies again"
