"""Fixtures: a simulated Spotify with a player, and a real MPD."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.player import SpotifyPlayer
from edge.players.spotify.token_file import TokenFile
from tests.players.mpd_daemon import Daemon
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import login, server, world
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE

__all__ = ["login", "server", "world"]


@pytest.fixture
def player(world: World, server: Server, login: TokenFile) -> Iterator[SpotifyPlayer]:
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    player = SpotifyPlayer(api, speaker="Living Room", clock=world.clock)
    yield player
    player.close()


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    daemon = Daemon(tmp_path / "mpd")
    try:
        daemon.start()
        yield daemon
    finally:
        daemon.stop()
