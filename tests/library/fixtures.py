"""Fixtures: a simulated Spotify account with songs in it, and tables of songs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.library.account import LibraryAccount, open_account
from edge.library.placement import PLANE
from edge.library.retrying import Retrier
from edge.library.store import Store
from edge.players.spotify.library_api import SpotifyLibrary
from edge.players.spotify.token_file import TokenFile
from edge.songs import FEATURES, SONG_MOODS
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import login, server, world
from tests.spotify_server.library import LibraryWorld
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE

__all__ = ["account", "login", "opened", "retrier", "server", "store", "table", "web", "world"]
WriteTable = Callable[..., Path]


@pytest.fixture
def account(world: World, server: Server) -> LibraryWorld:
    """What the account holds."""
    server.library = LibraryWorld(world)
    return server.library


@pytest.fixture
def web(world: World, server: Server, account: LibraryWorld, login: TokenFile) -> Iterator[SpotifyLibrary]:
    web = SpotifyLibrary(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    yield web
    web.close()


@pytest.fixture
def retrier(world: World) -> Retrier:
    """Waits in the world's own time, half a second between calls, as the real one does."""

    def wait(seconds: float) -> bool:
        world.advance(seconds)
        return False

    return Retrier(wait, pause=0.5)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "journal.db") as store:
        yield store


@pytest.fixture
def table(tmp_path: Path) -> WriteTable:
    """table("a.csv", seed=3): seven clusters round the moods' places; the column `truth` names them."""

    def write(name: str = "songs.csv", *, count: int = 350, seed: int = 0, spread: float = 0.015) -> Path:
        rng = np.random.default_rng(seed)
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["track_id", "track_name", "artists", *FEATURES, "truth"])
            for n in range(count):
                mood = int(rng.integers(len(SONG_MOODS)))
                valence, energy = np.clip(PLANE[mood] + rng.normal(0, spread, 2), 0, 1)
                rest = [0.5, 120, -8, 0.2, 0, 0.05, 0.1]
                out.writerow([f"{n:022d}", f"Song {n}", f"Artist {n % 97}", valence, energy, *rest, SONG_MOODS[mood]])
        return path

    return write


@pytest.fixture
def opened(server: Server, account: LibraryWorld, login: TokenFile) -> Callable[..., LibraryAccount]:
    """`open_account` for the simulated API."""
    return lambda config: open_account(config, api=server.api, accounts=server.accounts)
