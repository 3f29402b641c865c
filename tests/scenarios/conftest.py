"""The house with a simulated Spotify, or with a simple player."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from tests.scenarios.house import House, SimulatedTime, unix_time
from tests.scenarios.simple_player import SimplePlayer
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import server, world
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE

__all__ = ["server", "world"]
SPEAKER = "Living Room"


@pytest.fixture
def house(world: World, server: Server, state_folder: Path) -> Iterator[Callable[..., House]]:
    """house(at="2026-11-21 18:00", cooldown=0): a house with Spotify, at this local time."""
    players = []

    def build(at: str | None = None, **music: Any) -> House:
        offset = world.unix() - world.monotonic
        if at is not None:
            world.monotonic = unix_time(at) - offset
            world.history[:] = [world.history[0].__class__(world.monotonic)]
        login = TokenFile(state_folder, now=world.unix)
        login.write(server.login(), new_login=True, client_id=CLIENT)
        web = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
        players.append(SpotifyPlayer(web, speaker=SPEAKER, clock=world.clock))
        return House(world, players[-1], offset=offset, **music)

    yield build
    for player in players:
        player.close()


@pytest.fixture
def simple() -> Callable[..., House]:
    """simple(at=..., cooldown=0): a house with a player that needs no network."""

    def build(at: str | None = None, **music: Any) -> House:
        time = SimulatedTime()
        offset = None if at is None else unix_time(at) - time.monotonic
        return House(time, SimplePlayer(lambda: time.monotonic), offset=offset, **music)

    return build
