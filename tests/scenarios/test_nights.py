"""Quiet hours, schedules, and clocks that change."""

from __future__ import annotations

from collections.abc import Callable

from edge.events import TakenOver
from edge.values import Act
from tests.scenarios.house import BERLIN, HAPPY, PROFILE, SAD, House, unix
from tests.spotify_server import World

Build = Callable[..., House]
ROOM = "Living Room"
QUIET = [{"begins": "22:00", "ends": "7:00", "max_volume": 20}]
SCHEDULE = [{"profile": "evening", "begins": "18:00", "ends": "23:00"}]
PROFILES = {"everyday": PROFILE, "evening": {"default": {"play": SAD, "name": "Evening Songs"}}, "party": PROFILE}


def commands(world: World) -> list[str]:
    return [one.do for one in world.executed]


def test_nothing_begins_at_night(house: Build, world: World) -> None:
    home = house(at="2026-11-22 04:00", quiet_hours=QUIET)
    home.coarse = 10.0
    home.feels("happy", 3 * 3600 - 30)
    assert commands(world) == []
    assert home.said == ["kept: quiet hours: nothing is started until 07:00"], "said once in three hours"
    home.passes(60)
    assert world.now_playing().context == HAPPY, "the morning may have music"


def test_music_gets_quieter_when_the_night_begins(house: Build, world: World) -> None:
    home = house(at="2026-11-21 21:50", quiet_hours=QUIET)
    home.feels("happy", 500)
    assert world.device(ROOM).volume == 40
    home.passes(200)
    assert world.device(ROOM).volume == 20
    assert home.said[-1] == "the volume goes to 20, the loudest that is allowed now"
    home.feels("sad", 400)
    assert world.now_playing().context == SAD, "music that plays may change"
    assert world.device(ROOM).volume == 20 and home.happened(TakenOver) == []


def test_daylight_saving_begins_in_quiet_hours(house: Build, world: World) -> None:
    home = house(at="2027-03-28 01:30", quiet_hours=QUIET)
    home.coarse = 10.0
    began = world.unix()
    # From half past one to seven are four and a half hours in this night.
    home.feels("happy", 4.5 * 3600 - 30)
    assert commands(world) == []
    home.passes(90)
    assert world.now_playing().context == HAPPY
    assert world.executed[0].at - (began - home.offset) < 4.5 * 3600 + 60  # type: ignore[operator]


def test_daylight_saving_ends_in_quiet_hours(simple: Build) -> None:
    home = simple(at="2026-10-25 01:30", quiet_hours=QUIET)
    home.coarse = 10.0
    home.feels("happy", 6.5 * 3600 - 30)
    assert home.did == [], "this night is an hour longer"
    home.passes(60)
    assert home.did[0].act is Act.PLAY


def test_somebody_wants_music_at_night(house: Build, world: World) -> None:
    home = house(at="2026-11-21 21:30", quiet_hours=QUIET)
    home.feels("happy", 60)
    home.asks("playback", "pause")
    home.passes(1800)
    home.asks("playback", "play")
    home.passes(60)
    assert world.now_playing().playing, "quiet hours bind the device, not people"
    assert world.device(ROOM).volume == 20
    home.asks("volume", "90")
    assert home.said[-1] == "somebody asked for 90, and 20 is the loudest that is allowed now"
    home.passes(5)
    assert world.device(ROOM).volume == 20


def test_who_comes_home_at_night_finds_it_quiet(house: Build, world: World) -> None:
    home = house(at="2026-11-21 21:00", quiet_hours=QUIET)
    home.feels("happy", 600)
    home.leaves(4500)
    world.executed.clear()
    home.feels("happy", 600)
    assert commands(world) == []
    assert home.said[-1] == "kept: quiet hours: nothing is started until 07:00"


def test_the_evening_has_a_profile_of_its_own(house: Build, world: World) -> None:
    home = house(at="2026-11-21 17:50", profiles=PROFILES, schedule=SCHEDULE)
    home.feels("happy", 500)
    assert world.now_playing().context == HAPPY
    home.passes(400)
    assert home.room.settings()["profile"] == "evening"
    assert home.said[-1] == "the room is happy: Evening Songs plays once this song ends"


def test_a_profile_that_somebody_chose_stays_until_the_next_change(simple: Build) -> None:
    home = simple(at="2026-11-21 19:00", profiles=PROFILES, schedule=SCHEDULE)
    home.coarse = 10.0
    home.feels("happy", 60)
    assert home.room.settings()["profile"] == "evening"
    home.asks("profile", "party")
    home.passes(3 * 3600)
    assert home.room.settings()["profile"] == "party"
    home.passes(3600)
    assert home.room.settings()["profile"] == "everyday", "eleven o'clock is the next change"


def test_a_pi_learns_the_time_late(simple: Build) -> None:
    home = simple(at="2020-01-01 12:00", quiet_hours=QUIET)
    home.passes(5)
    home.offset = unix("2026-11-21 23:00", BERLIN) - home.time.monotonic
    home.passes(5)
    home.feels("happy", 600)
    assert home.did == []
