"""Music follows people between two rooms of one Spotify account, on its own speakers or two Pis, and of one server."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from edge.config import Config
from edge.daemon.follower import Follower
from edge.events import TakenOver
from edge.mqtt.rooms.payload import read_report
from edge.players.go_librespot.player import GoLibrespotPlayer
from edge.players.player import Player
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from edge.values import Control
from tests.librespot_server import MemoryApi, MemoryEvents
from tests.librespot_server.world import Account
from tests.mass_server import Mass
from tests.players.music_assistant_samples import player_on
from tests.scenarios.house import PROFILE, House, Time
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import login, server, world
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE

__all__ = ["login", "server", "world"]
SPEAKERS = {"kitchen": "Kitchen", "living-room": "Living Room"}
MASS_PROFILE = {"happy": {"play": "ma:library://playlist/1", "name": "Happy Songs"}, "default": "nothing"}


class FollowingHouse(House):
    """A room whose device tells the others of it; `sent` takes its messages."""

    def __init__(self, device: str, time: Time, player: Player, sent: Any, **music: Any) -> None:
        super().__init__(time, player, follow=list(SPEAKERS), follow_after="20s", **music)
        self.device = device
        config = Config.model_validate({"device": {"id": device}, "mqtt": {"host": "x"}})
        config = config.model_copy(update={"music": self.config})
        self.follower = Follower(config, self.room, publish=lambda payload: sent(device, json.dumps(payload).encode()))

    def _every_second(self, now: float) -> None:
        super()._every_second(now)
        self._publish(self.follower.tick(now))

    def hears(self, device: str, message: bytes) -> None:
        self._publish(self.follower.see(self.time.monotonic, read_report(device, message)))

    def feels_now(self, mood: str) -> None:
        self.feels(mood, 0.0)

    @property
    def plays(self) -> bool:
        playback = self.room.playback
        return playback is not None and playback.state == "playing" and not playback.elsewhere


class Home:
    """Both rooms. loss: the share of messages that are lost."""

    def __init__(self, time: Time, player: Callable[[str], Player], loss: float, **music: Any) -> None:
        self._time, self._random, self.loss = time, random.Random(7), loss
        self._messages: list[tuple[str, bytes]] = []
        self.rooms = {
            device: FollowingHouse(device, time, player(speaker), self._send, **music)
            for device, speaker in SPEAKERS.items()
        }
        self.kitchen, self.living = self.rooms.values()

    def _send(self, device: str, message: bytes) -> None:
        if self._random.random() >= self.loss:
            self._messages.append((device, message))

    def passes(self, seconds: float) -> None:
        until = self._time.monotonic + seconds
        while self._time.monotonic < until:
            messages, self._messages = self._messages, []
            for room in self.rooms.values():
                for device, message in messages:
                    if device != room.device:
                        room.hears(device, message)
                room.moment()
            self._time.advance(0.25)

    def somebody_moves(self, there: FollowingHouse, here: FollowingHouse) -> None:
        there.leaves()
        here.feels_now("unknown")
        self.passes(60)

    def check(self, plays: FollowingHouse) -> None:
        """Music plays in this room alone, and the device still decides about it."""
        self.passes(150)
        assert [room.device for room in self.rooms.values() if room.plays] == [plays.device]
        for room in self.rooms.values():
            assert room.control is Control.AUTO and room.happened(TakenOver) == [] and room.problems == []


@pytest.fixture(params=["spotify", "music_assistant", "go_librespot"])
def home(request: pytest.FixtureRequest) -> Iterator[Callable[..., Home]]:
    """home(loss=0.0): with the music playing in the kitchen."""
    players: list[Any] = []

    def build(loss: float = 0.0, **music: Any) -> Home:
        if request.param == "spotify":
            world: World = request.getfixturevalue("world")
            server: Server = request.getfixturevalue("server")
            token: TokenFile = request.getfixturevalue("login")

            def spotify(speaker: str) -> Player:
                api = SpotifyApi(
                    CLIENT, token, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix
                )
                players.append(SpotifyPlayer(api, speaker=speaker, clock=world.clock))
                return players[-1]

            made = Home(world, spotify, loss, profiles={"everyday": PROFILE}, **music)
        elif request.param == "go_librespot":
            account = Account(*SPEAKERS.values())

            def daemon(speaker: str) -> Player:
                world = account.daemons[speaker]
                return GoLibrespotPlayer(MemoryApi(world), lambda: MemoryEvents(world), clock=lambda: account.monotonic)

            made = Home(account, daemon, loss, profiles={"everyday": PROFILE}, **music)
        else:
            mass = Mass()
            profiles = {"everyday": MASS_PROFILE}
            made = Home(mass, lambda speaker: player_on(mass, speaker=speaker), loss, profiles=profiles, **music)
        made.living.leaves()
        made.kitchen.leaves()
        made.passes(5)
        made.kitchen.feels_now("happy")
        made.passes(100)
        assert made.kitchen.plays and not made.living.plays
        return made

    yield build
    for player in players:
        player.close()


def song(room: House) -> tuple[str | None, float]:
    assert room.room.playback is not None
    return room.room.playback.uri, room.room.playback.position or 0.0


def test_it_goes_on_in_the_other_room_and_comes_back(home: Callable[..., Home]) -> None:
    rooms = home()
    (uri, _), before = song(rooms.kitchen), rooms.kitchen.room.own_music
    rooms.somebody_moves(rooms.kitchen, rooms.living)
    assert rooms.living.plays and song(rooms.living)[0] == uri and song(rooms.living)[1] > 100
    assert rooms.living.room.own_music == before
    rooms.check(rooms.living)
    rooms.somebody_moves(rooms.living, rooms.kitchen)
    rooms.check(rooms.kitchen)


def test_lost_messages_neither_lose_nor_double_it(home: Callable[..., Home]) -> None:
    rooms = home(0.5)
    rooms.somebody_moves(rooms.kitchen, rooms.living)
    rooms.check(rooms.living)


def test_music_that_is_paused_in_the_empty_room_already_goes_on_in_the_other(home: Callable[..., Home]) -> None:
    rooms = home(pause_after="10s")
    (uri, position), before = song(rooms.kitchen), rooms.kitchen.room.own_music
    rooms.kitchen.leaves()
    rooms.passes(50)
    assert not rooms.kitchen.plays
    rooms.living.feels_now("unknown")
    rooms.passes(60)
    assert rooms.living.plays and song(rooms.living)[0] == uri and song(rooms.living)[1] > position
    assert rooms.living.room.own_music == before
    rooms.check(rooms.living)


def test_it_stays_where_others_remain_and_a_persons_own_music_stays(home: Callable[..., Home]) -> None:
    rooms = home()
    rooms.living.feels_now("unknown")
    rooms.passes(60)
    assert rooms.kitchen.plays and not rooms.living.plays
    rooms.living.leaves()
    rooms.kitchen.command("control", "hands_off")
    rooms.somebody_moves(rooms.kitchen, rooms.living)
    assert rooms.kitchen.plays and not rooms.living.plays
