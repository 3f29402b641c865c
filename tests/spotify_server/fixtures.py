"""Fixtures for tests against the simulated Spotify. A conftest imports those that it needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.players.spotify.token_file import TokenFile
from tests.spotify_server.server import CLIENT, Server
from tests.spotify_server.world import World


@pytest.fixture
def world() -> World:
    """Spotify's side: the account, its speakers, and the other people who use them."""
    return World()


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    """The simulated Web API. Requests and responses are checked against Spotify's OpenAPI file if there is one."""
    with Server(world) as server:
        yield server
        assert server.violations == []


@pytest.fixture
def login(world: World, server: Server, state_folder: Path) -> TokenFile:
    """A saved login."""
    file = TokenFile(state_folder, now=world.unix)
    file.write(server.login(), new_login=True, client_id=CLIENT)
    return file
