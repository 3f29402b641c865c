"""A simulated Spotify and a player on it; a real MPD."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.players.spotify import Spotify
from edge.players.spotify_token import TokenFile
from edge.players.spotify_web import Web
from tests.players.mpd_daemon import Daemon
from tests.spotify_server import Server, World
from tests.spotify_server.server import CLIENT


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    """Every request and answer is held against Spotify's own file, where it is at hand."""
    with Server(world) as server:
        yield server
        assert server.violations == []


@pytest.fixture
def login(world: World, server: Server, state_folder: Path) -> TokenFile:
    file = TokenFile(state_folder, now=world.unix)
    file.write(server.login(), new_login=True, client_id=CLIENT)
    return file


@pytest.fixture
def player(world: World, server: Server, login: TokenFile) -> Iterator[Spotify]:
    web = Web(CLIENT, login, api=server.api, accounts=server.accounts, timeout=5.0, now=world.unix)
    player = Spotify(web, speaker="Living Room", clock=world.clock)
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
