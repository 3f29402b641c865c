"""Music that is gone: what plays goes on as it was, on every kind of player."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from edge.events import TakenOver
from edge.values import Control
from tests.scenarios.conftest import GONE, Home
from tests.scenarios.house import HAPPY, PROFILE, SAD, House
from tests.spotify_server import Server, World

AT_ONCE = {"switch": "now", "cooldown": 0, "min_dwell": 0}
ROOM = "Living Room"


@pytest.mark.parametrize("into_the_fade", [0.5, 1.0, 2.0, 2.5, 3.5])
def test_a_fade_is_followed_by_a_mood_whose_music_is_gone(anywhere: Callable[..., Home], into_the_fade: float) -> None:
    at = anywhere(gone=True, **AT_ONCE)
    at.house.feels("happy", 60)
    before = at.someone.volume
    at.house.command("mood", "sad")
    at.house.passes(into_the_fade)
    at.house.command("mood", "angry")
    at.house.passes(90)
    assert at.someone.playing and at.someone.music in (at.happy, at.sad)
    assert at.someone.volume == before
    assert at.house.happened(TakenOver) == [] and at.house.control is Control.AUTO
    assert at.house.problems and at.house.problems[0].startswith("can't play Gone Songs now")


def volumes(world: World) -> list[object]:
    return [command.value for command in world.executed if command.do == "volume"]


@pytest.mark.parametrize("switch", ["now", "at_track_end"])
def test_nothing_is_turned_down_for_a_playlist_that_is_gone(
    house: Callable[..., House], world: World, switch: str
) -> None:
    world.gone.add(GONE)
    gone = {"play": GONE, "name": "Gone Songs", "volume": -15, "shuffle": True, "repeat": "context"}
    home = house(
        at="2026-11-21 18:00", profiles={"everyday": {**PROFILE, "angry": gone}}, **{**AT_ONCE, "switch": switch}
    )
    home.feels("happy", 60)
    home.feels("angry", 300)
    assert world.now_playing().context == HAPPY and world.device(ROOM).volume == 40
    assert [command.do for command in world.executed] == ["play"]
    assert home.happened(TakenOver) == []


def test_a_playlist_that_is_not_listed_plays_without_a_fade_at_first(house: Callable[..., House], world: World) -> None:
    world.unlisted.add(SAD)
    home = house(at="2026-11-21 18:00", **AT_ONCE)
    home.feels("happy", 60)
    home.feels("sad", 60)
    assert world.now_playing().context == SAD and volumes(world) == []
    home.feels("happy", 60)
    world.executed.clear()
    home.feels("sad", 60)
    assert world.now_playing().context == SAD and volumes(world) == [20, 6, 20, 40], "it is known to play now"
    assert home.happened(TakenOver) == []


def test_spotify_is_asked_once_in_a_while(house: Callable[..., House], world: World, server: Server) -> None:
    home = house(at="2026-11-21 18:00", **AT_ONCE)
    for _ in range(3):
        home.feels("happy", 60)
        home.feels("sad", 60)
    assert len([request for request in server.requests if "/v1/playlists/" in request]) <= 2
    assert volumes(world).count(6) >= 5, "each change fades"
