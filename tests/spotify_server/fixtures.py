"""Fixtures for tests against the simulated Spotify; a folder's conftest imports those that it uses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.players.spotify.token_file import TokenFile
from tests.spotify_server.server import CLIENT, Server
from tests.spotify_server.world import World


@pytest.fixture
def world() -> World:
    """Spotify's side: the account, its speakers, and whoever else uses them."""
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
