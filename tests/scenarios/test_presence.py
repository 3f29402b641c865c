"""People come and go, and the camera is switched off."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.values import Act
from tests.scenarios.house import ANGRY, HAPPY, SAD, House
from tests.spotify_server import World

Build = Callable[..., House]
ROOM = "Living Room"


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


def test_everybody_goes_shopping(house: Build, world: World) -> None:
    home = house(at="2026-11-21 15:00")
    home.feels("happy", 100)
    home.leaves(9 * 60)
    assert commands(world) == ["play"], "the music plays on for ten minutes"
    home.passes(2 * 60)
    assert commands(world) == ["play", "pause"]
    assert home.reasons[-1] == "the room has been empty for 10 min: the music pauses"
    paused = world.now_playing()
    home.passes(1800)
    home.feels("happy", 2)
    assert commands(world) == ["play", "pause", "resume"]
    assert home.reasons[-1] == "somebody is back: the music resumes where it stopped"
    assert world.now_playing().index == paused.index
    assert world.now_playing().position == pytest.approx(paused.position, abs=5)


def test_they_come_back_in_another_mood(house: Build, world: World) -> None:
    home = house(at="2026-11-21 15:00")
    home.feels("happy", 100)
    home.leaves(1200)
    home.feels("sad", 30)
    assert commands(world)[-1] == "resume" and world.now_playing().context == HAPPY
    home.passes(300)
    assert world.now_playing().context == SAD, "the paused song ends first"


def test_they_come_back_hours_later(house: Build, world: World) -> None:
    home = house(at="2026-11-21 15:00")
    home.max_step = 10.0
    home.feels("happy", 100)
    home.leaves(2.5 * 3600)
    home.feels("sad", 10)
    assert commands(world) == ["play", "pause", "play"]
    assert world.now_playing().context == SAD
    assert home.reasons[-1] == "the room is sad: Sad Songs plays now"


def test_the_camera_is_switched_off_for_guests(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.max_step = 10.0
    home.feels("happy", 100)
    home.command("camera", "OFF")
    home.leaves(1800)
    assert commands(world) == ["play"], "without the camera the room isn't known to be empty"
    assert world.now_playing().playing
    home.command("camera", "ON")
    home.passes(500)
    assert world.now_playing().playing, "the ten minutes begin when the camera is on again"
    home.passes(200)
    assert not world.now_playing().playing


def test_somebody_walks_through_an_empty_room(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 100)
    for _ in range(3):
        home.leaves(500)
        home.feels("unknown", 3)
    assert commands(world) == ["play"]


def test_somebody_presses_play_from_another_room(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 100)
    home.leaves(700)
    assert not world.now_playing().playing
    home.command("playback", "play")
    home.passes(300)
    assert world.now_playing().playing, "a request for music counts although the room looks empty"
    world.person("pause", on=ROOM)
    home.passes(40)
    world.person("resume", on=ROOM)
    home.passes(1500)
    assert world.now_playing().playing


def test_the_pause_is_undone_on_the_phone(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 100)
    home.leaves(700)
    world.person("resume", on=ROOM)
    home.passes(1000)
    assert world.now_playing().playing, "somebody is listening outside the camera's view"
    assert home.happened(TakenOver)[0].kind == "start"


def test_an_unclear_face_starts_nothing(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("unknown", 600)
    assert commands(world) == []
    assert home.reasons == [] or set(home.reasons) <= {"kept: the mood isn't clear", "kept: nobody is here"}
    home.feels("angry", 10)
    assert world.now_playing().context == ANGRY


def test_a_mood_set_in_an_empty_room(simple: Build) -> None:
    home = simple(at="2026-11-21 18:00")
    home.leaves(1200)
    home.command("mood", "happy")
    home.passes(500)
    assert [wish.act for wish in home.actions] == [Act.PLAY]
    assert home.reasons[-1].startswith("somebody set the mood to happy: Happy Songs plays now")
    home.passes(200)
    assert home.actions[-1].act is Act.PAUSE, "and ten minutes later the room is still empty"
    home.passes(3600)
    assert len(home.actions) == 2, "it doesn't begin again by itself"
