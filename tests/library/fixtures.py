"""Fixtures: a simulated Spotify account with songs in it, and tables of songs."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.library.account import LibraryAccount, open_account
from edge.library.placement import MOOD_POINTS
from edge.library.retrying import Retrier
from edge.library.store import Store
from edge.players.spotify.library_api import SpotifyLibrary
from edge.players.spotify.token_file import TokenFile
from edge.songs import FEATURES, SONG_MOODS, Placed, Song
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import login, server, world
from tests.spotify_server.library import LibraryWorld
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE

__all__ = ["account", "fill", "happy_library", "login", "opened", "retrier", "server", "store", "table", "web", "world"]
WriteTable = Callable[..., Path]


@pytest.fixture
def account(world: World, server: Server) -> LibraryWorld:
    """The songs and playlists of the simulated account."""
    server.library = LibraryWorld(world)
    return server.library


@pytest.fixture
def web(world: World, server: Server, account: LibraryWorld, login: TokenFile) -> Iterator[SpotifyLibrary]:
    web = SpotifyLibrary(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    yield web
    web.close()


@pytest.fixture
def retrier(world: World) -> Retrier:
    """A retrier that waits in the simulated world's time, with the same pause between calls as in production."""

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
    """table("a.csv", seed=3) writes seven clusters around the moods' points; the column `truth` has the mood."""

    def write(name: str = "songs.csv", *, count: int = 350, seed: int = 0, spread: float = 0.015) -> Path:
        rng = np.random.default_rng(seed)
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["track_id", "track_name", "artists", *FEATURES, "truth"])
            for n in range(count):
                mood = int(rng.integers(len(SONG_MOODS)))
                valence, energy = np.clip(MOOD_POINTS[mood] + rng.normal(0, spread, 2), 0, 1)
                rest = [0.5, 120, -8, 0.2, 0, 0.05, 0.1]
                out.writerow([f"{n:022d}", f"Song {n}", f"Artist {n % 97}", valence, energy, *rest, SONG_MOODS[mood]])
        return path

    return write


@pytest.fixture
def opened(server: Server, account: LibraryWorld, login: TokenFile) -> Callable[..., LibraryAccount]:
    """`open_account` for the simulated API."""
    return lambda config: open_account(config, api=server.api, accounts=server.accounts)


def fill(store: Store, *songs: Song, name: str = "liked") -> None:
    """Save songs as a list that was read completely."""
    progress = store.lists.begin(name, fresh=True)
    store.lists.add_page(name, progress.generation, songs, offset=len(songs), total=len(songs))
    store.lists.finish(name, progress.generation)


@pytest.fixture
def happy_library(tmp_path: Path) -> Path:
    """Return the file of a library with 150 Spotify songs and three files of MPD, all happy."""
    path = tmp_path / "journal.db"
    with Store(path) as store:
        songs = [Song(f"spotify:track:{n}", f"Song {n}", f"Artist {n}") for n in range(150)]
        files = [Song(f"mpd:{n}.flac", f"File {n}", f"Artist {n}") for n in range(3)]
        fill(store, *songs, *files)
        store.save_moods([Placed(song, "happy", 0.1, "quadrant") for song in (*songs, *files)])
    return path
