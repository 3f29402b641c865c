"""Recommended songs for a mood, a new choice each day; the command line and the page share it."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from edge.errors import LibraryError
from edge.library.csv_table import read_table
from edge.library.placement import recommend as choose
from edge.library.sort import sort_songs
from edge.library.store import Store, moves_so_far
from edge.songs import SONG_MOODS, Recommendation
from edge.system.database import default_path


def recommend(
    mood: str, n: int = 10, *, table: Path | None = None, seed: int | None = None, path: Path | None = None
) -> list[Recommendation]:
    """Return at most `n` different songs for one of SONG_MOODS; empty for any other mood.

    table: a CSV file in place of the library. seed: None chooses by the date. path: the library's file. Raises
    LibraryError if nothing is sorted, TableError for a bad table.
    """
    if mood not in SONG_MOODS:
        return []
    day = datetime.date.today().toordinal() if seed is None else seed  # noqa: DTZ011
    if table is not None:
        return choose(sort_songs(read_table(table), moved=moves_so_far(path)).of(mood), n, seed=day)
    found = []
    if os.path.isfile(path or default_path()):
        with Store(path) as store:
            found = store.placed()
    if not found:
        raise LibraryError(
            "library: nothing is sorted yet; `moodroom library sync` and `library sort` do it, or name a table with "
            "--from TABLE.csv"
        )
    return choose([one for one in found if one.mood == mood], n, seed=day)
