"""Recommends songs for a mood, picked at random, the typical ones more often."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from edge.errors import LibraryError
from edge.library.csv_table import read_table
from edge.library.sort import sort_songs
from edge.library.store import Store, moves_so_far
from edge.songs import SONG_MOODS, Placed, Recommendation, match_key
from edge.system.database import default_path

SONGS_PER_ARTIST_MAX = 2
# Songs within about this distance from their mood's centre, in the plane of valence and energy, are equally likely.
TYPICAL_DISTANCE = 0.12


def recommend(
    mood: str,
    n: int = 10,
    *,
    table: Path | None = None,
    seed: int | None = None,
    path: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Recommendation]:
    """Return at most `n` songs for one of SONG_MOODS, without repeats; none for any other mood.

    table: a CSV file to use instead of the library. seed: None for one that changes each day. path: the library's file.
    tell: called with what was assumed about the table.
    Raises LibraryError if nothing is sorted, TableError for a bad table.
    """
    if mood not in SONG_MOODS:
        return []
    if seed is None:
        seed = datetime.date.today().toordinal()  # noqa: DTZ011
    if table is not None:
        return pick_songs(sort_songs(read_table(table, tell=tell), moved=moves_so_far(path)).of(mood), n, seed=seed)
    placed = []
    if os.path.isfile(path or default_path()):
        with Store(path) as store:
            placed = store.placed()
    if not placed:
        raise LibraryError(
            "library: nothing is sorted yet; run `moodroom library sync` and `moodroom library sort`, or name a table "
            "with --from TABLE.csv"
        )
    return pick_songs([song for song in placed if song.mood == mood], n, seed=seed)


def pick_songs(placed: Sequence[Placed], n: int, *, seed: int) -> list[Recommendation]:
    """Return at most `n` of these songs of one mood, chosen by `seed`.

    No song comes twice, not even under two addresses. An artist has at most SONGS_PER_ARTIST_MAX songs, unless there
    are too few others.
    """
    rng = np.random.default_rng(seed)
    # The Gumbel trick: sorting by these keys draws without replacement, in proportion to the weights.
    order = sorted(
        placed,
        key=lambda one: (
            (one.distance / TYPICAL_DISTANCE) ** 2 / 2 - float(rng.gumbel()),
            one.song.uri,
        ),
    )
    chosen: list[Placed] = []
    spare: list[Placed] = []
    keys: set[str] = set()
    artists: dict[str, int] = {}
    for one in order:
        key = match_key(one.song.artist, one.song.title) or one.song.uri
        if key in keys:
            continue
        keys.add(key)
        artist = key.split("|")[0]
        artists[artist] = artists.get(artist, 0) + 1
        (spare if artist and artists[artist] > SONGS_PER_ARTIST_MAX else chosen).append(one)
    return [_recommendation(one) for one in (chosen + spare)[: max(n, 0)]]


def _recommendation(placed: Placed) -> Recommendation:
    song = placed.song
    valence, energy = (song.features.valence, song.features.energy) if song.features else (None, None)
    return Recommendation(song.uri, song.title, song.artist, song.link, placed.mood, valence, energy)
