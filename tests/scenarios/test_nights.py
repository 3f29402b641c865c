"""Quiet hours, schedules, and clocks that change."""

from __future__ import annotations

from collections.abc import Callable

from edge.events import TakenOver
from edge.values import Act
from tests.scenarios.house import BERLIN, HAPPY, PROFILE, SAD, House, unix_time
from tests.spotify_server import World

Build = Callable[..., House]
ROOM = "Living Room"
QUIET = [{"begins": "22:00", "ends": "7:00", "max_volume": 20}]
SCHEDULE = [{"profile": "evening", "begins": "18:00", "ends": "23:00"}]
PROFILES = {"everyday": PROFILE, "evening": {"default": {"play": SAD, "name": "Evening Songs"}}, "party": PROFILE}


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


def test_nothing_begins_at_night(house: Build, world: World) -> None:
    home = house(at="2026-11-22 04:00", quiet_hours=QUIET)
    home.max_step = 10.0
    home.feels("happy", 3 * 3600 - 30)
    assert commands(world) == []
    assert home.reasons == ["kept: quiet hours: nothing is started until 07:00"], (
        "the reason is published once in three hours"
    )
    home.passes(60)
    assert world.now_playing().context == HAPPY, "quiet hours are over"


def test_music_gets_quieter_when_the_night_begins(house: Build, world: World) -> None:
    home = house(at="2026-11-21 21:50", quiet_hours=QUIET)
    home.feels("happy", 500)
    assert world.device(ROOM).volume == 40
    home.passes(200)
    assert world.device(ROOM).volume == 20
    assert home.reasons[-1] == "the volume goes to 20, the loudest that is allowed now"
    home.feels("sad", 400)
    assert world.now_playing().context == SAD, "music that plays may change"
    assert world.device(ROOM).volume == 20 and home.happened(TakenOver) == []


def test_daylight_saving_begins_in_quiet_hours(house: Build, world: World) -> None:
    home = house(at="2027-03-28 01:30", quiet_hours=QUIET)
    home.max_step = 10.0
    began = world.unix()
    # In this night there are four and a half hours from 1:30 to 7:00.
    home.feels("happy", 4.5 * 3600 - 30)
    assert commands(world) == []
    home.passes(90)
    assert world.now_playing().context == HAPPY
    assert world.executed[0].at - (began - home.offset) < 4.5 * 3600 + 60  # type: ignore[operator]


def test_daylight_saving_ends_in_quiet_hours(simple: Build) -> None:
    home = simple(at="2026-10-25 01:30", quiet_hours=QUIET)
    home.max_step = 10.0
    home.feels("happy", 6.5 * 3600 - 30)
    assert home.actions == [], "this night is an hour longer"
    home.passes(60)
    assert home.actions[0].act is Act.PLAY


def test_somebody_wants_music_at_night(house: Build, world: World) -> None:
    home = house(at="2026-11-21 21:30", quiet_hours=QUIET)
    home.feels("happy", 60)
    home.command("playback", "pause")
    home.passes(1800)
    home.command("playback", "play")
    home.passes(60)
    assert world.now_playing().playing, "quiet hours don't apply to requests"
    assert world.device(ROOM).volume == 20
    home.command("volume", "90")
    assert home.reasons[-1] == "somebody asked for 90, and 20 is the loudest that is allowed now"
    home.passes(5)
    assert world.device(ROOM).volume == 20


def test_the_music_does_not_resume_in_quiet_hours(house: Build, world: World) -> None:
    home = house(at="2026-11-21 21:00", quiet_hours=QUIET)
    home.feels("happy", 600)
    home.leaves(4500)
    world.executed.clear()
    home.feels("happy", 600)
    assert commands(world) == []
    assert home.reasons[-1] == "kept: quiet hours: nothing is started until 07:00"


def test_the_evening_has_a_profile_of_its_own(house: Build, world: World) -> None:
    home = house(at="2026-11-21 17:50", profiles=PROFILES, schedule=SCHEDULE)
    home.feels("happy", 500)
    assert world.now_playing().context == HAPPY
    home.passes(400)
    assert home.room.settings()["profile"] == "evening"
    assert home.reasons[-1] == "the room is happy: Evening Songs plays once this song ends"


def test_a_profile_that_somebody_chose_stays_until_the_next_change(simple: Build) -> None:
    home = simple(at="2026-11-21 19:00", profiles=PROFILES, schedule=SCHEDULE)
    home.max_step = 10.0
    home.feels("happy", 60)
    assert home.room.settings()["profile"] == "evening"
    home.command("profile", "party")
    home.passes(3 * 3600)
    assert home.room.settings()["profile"] == "party"
    home.passes(3600)
    assert home.room.settings()["profile"] == "everyday", "the schedule's next change is at 23:00"


def test_quiet_hours_apply_once_the_time_is_known(simple: Build) -> None:
    home = simple(at="2020-01-01 12:00", quiet_hours=QUIET)
    home.passes(5)
    home.offset = unix_time("2026-11-21 23:00", BERLIN) - home.time.monotonic
    home.passes(5)
    home.feels("happy", 600)
    assert home.actions == []
