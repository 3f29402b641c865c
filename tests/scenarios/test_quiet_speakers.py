"""Spotify speakers that tell little: no position, no name, another id, a private session."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.values import Control
from tests.scenarios.house import SAD, House
from tests.spotify_server import World

Build = Callable[..., House]
ROOM = "Living Room"


def commands(world: World) -> list[str]:
    return [command.do for command in world.executed]


# --- Speakers that tell little ----------------------------------------------------------------------------------------


def test_a_speaker_that_tells_no_position(house: Build, world: World) -> None:
    world.device(ROOM).tells_position = False
    world.song = 100.0
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 1200)
    assert home.happened(TakenOver) == [] and commands(world) == ["play"]
    began = world.now_playing()
    home.feels("sad", 200)
    assert world.now_playing().context == SAD and home.happened(TakenOver) == []
    switched = [one for one in world.executed if one.do == "play"][-1].at
    assert (switched - began.since + began.position) % world.song < 15, "soon after the next song began"
    home.passes(120)
    world.person("next", on=ROOM)
    home.passes(20)
    world.person("next", on=ROOM)
    home.passes(40)
    assert [event.kind for event in home.happened(TakenOver)] == ["song"], "a skip is still seen"


def test_music_without_a_name_is_a_persons(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00", switch="now", cooldown=0, min_dwell=0)
    home.feels("happy", 100)
    world.person("play", "spotify:album:theirs", on=ROOM)
    world.change(unnamed=True)
    home.passes(25)
    home.feels("sad", 600)
    assert home.control is Control.HANDS_OFF and commands(world) == ["play"]
    assert home.happened(TakenOver)[0].why == "somebody started music that the player doesn't name"


def test_a_moment_without_a_name_is_nobodys(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 100)
    for _ in range(4):
        world.change(unnamed=True)
        home.passes(6)
        world.change(unnamed=False)
        home.passes(60)
    assert home.happened(TakenOver) == []


@pytest.mark.parametrize("private", [True, False])
def test_an_hour_without_a_name_costs_few_requests(house: Build, world: World, private: bool) -> None:
    home = house(at="2026-11-21 18:00")
    home.feels("happy", 100)
    world.person("play", "spotify:album:theirs", on=ROOM)
    if private:
        world.device(ROOM).private = True
    else:
        world.change(unnamed=True)
    home.passes(60)
    assert home.control is Control.HANDS_OFF
    before = home.player.calls
    home.passes(3600)
    assert home.player.calls - before <= 250


# --- One speaker, several names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown_id", "shown_name", "state_name"),
    [
        ("alexa-77", None, None),
        (None, "Living Room + 1", None),
        (None, None, "Downstairs"),
        ("alexa-77", None, "Ann's Echo"),
    ],
)
def test_a_speaker_that_shows_another_id_or_name(
    house: Build, world: World, shown_id: str | None, shown_name: str | None, state_name: str | None
) -> None:
    home = house(at="2026-11-21 18:00")
    speaker = world.device(ROOM)
    speaker.shown_id, speaker.shown_name, speaker.state_name = shown_id, shown_name, state_name
    home.feels("happy", 100)
    home.feels("sad", 300)
    assert home.happened(TakenOver) == [] and home.control is Control.AUTO
    assert world.now_playing().context == SAD and home.problems == []
    home.command("volume", "30")
    home.passes(10)
    assert world.device(ROOM).volume == 30, "commands go to the id that the list shows"
    world.person("play", "spotify:album:annas", on="Kitchen")
    home.passes(90)
    assert home.happened(TakenOver)[0].kind == "speaker", "another speaker is still another one"


def test_an_album_in_a_private_session_is_left_alone(house: Build, world: World) -> None:
    home = house(at="2026-11-21 18:00")
    home.passes(60)
    world.person("play", "spotify:album:annas", on=ROOM)
    world.device(ROOM).private = True
    home.passes(130)
    home.feels("happy", 600)
    assert commands(world) == [] and world.now_playing().context == "spotify:album:annas"


def test_a_private_session_elsewhere_is_left_alone(house: Build, world: World) -> None:
    world.person("play", "spotify:album:annas", on="Ann's phone")
    world.device("Ann's phone").private = True
    world.advance(30)
    home = house()
    home.feels("happy", 600)
    assert commands(world) == [] and world.now_playing().device == "Ann's phone"
