"""The lists that a sync reads: which songs they hold, and how far the sync has got."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.library.tables import LibraryFile
from edge.songs import Song

# Names of lists that come from a table, which no sync replaces.
TABLE_PREFIX = "table:"


@dataclass(frozen=True)
class SyncProgress:
    """How far the sync of one list has got.

    generation: counts the syncs of this list. offset: the next song to read. total: the list's length, None where it
    isn't known yet. finished: the whole list was read.
    """

    generation: int
    offset: int
    total: int | None
    finished: bool


class SyncedLists:
    """A part of the store. Every method may raise LibraryError."""

    def __init__(self, file: LibraryFile) -> None:
        self._file, self._db = file, file.connection

    def begin(self, name: str, *, fresh: bool = False) -> SyncProgress:
        """Where the sync of a list continues. After a finished sync, or with `fresh`, it starts from the beginning."""
        progress = self.progress(name)
        if progress is not None and not progress.finished and not fresh:
            return progress
        generation = 1 if progress is None else progress.generation + 1
        with self._file.writing():
            self._db.execute(
                "INSERT OR REPLACE INTO library_sync (list, generation, position, total, finished) "
                "VALUES (?, ?, 0, NULL, 0)",
                (name, generation),
            )
        return SyncProgress(generation, 0, None, False)

    def progress(self, name: str) -> SyncProgress | None:
        """How far the sync of a list has got; None for a list that was never read."""
        with self._file.reading():
            row = self._db.execute(
                "SELECT generation, position, total, finished FROM library_sync WHERE list = ?", (name,)
            ).fetchone()
        return None if row is None else SyncProgress(row[0], row[1], row[2], bool(row[3]))

    def add_page(self, name: str, generation: int, songs: Sequence[Song], *, offset: int, total: int) -> None:
        """Save a page and the progress, in one transaction. offset: where the next page begins."""
        with self._file.writing():
            self._db.executemany(
                "INSERT INTO library_songs (uri, title, artist, album, isrc) VALUES (?, ?, ?, ?, ?) ON CONFLICT (uri) "
                "DO UPDATE SET title = excluded.title, artist = excluded.artist, album = excluded.album, "
                "isrc = excluded.isrc",
                [(song.uri, song.title, song.artist, song.album, song.isrc) for song in songs],
            )
            self._db.executemany(
                "INSERT OR REPLACE INTO library_entries (list, uri, generation) VALUES (?, ?, ?)",
                [(name, song.uri, generation) for song in songs],
            )
            self._db.execute("UPDATE library_sync SET position = ?, total = ? WHERE list = ?", (offset, total, name))

    def finish(self, name: str, generation: int) -> int:
        """Note that the whole list was read; returns how many songs are no longer in it."""
        with self._file.writing():
            removed = self._db.execute(
                "DELETE FROM library_entries WHERE list = ? AND generation <> ?", (name, generation)
            ).rowcount
            self._db.execute("UPDATE library_sync SET finished = 1 WHERE list = ?", (name,))
        return removed

    def replace_by_table(self, name: str, songs: Sequence[Song]) -> None:
        """Save the songs of a table as a list of their own, instead of what it held before."""
        progress = self.begin(TABLE_PREFIX + name, fresh=True)
        self.add_page(TABLE_PREFIX + name, progress.generation, songs, offset=len(songs), total=len(songs))
        self.finish(TABLE_PREFIX + name, progress.generation)

    def keep(self, names: Iterable[str]) -> None:
        """Delete all lists but these and those from tables, and the songs that are in no list."""
        names = list(names)
        marks = ", ".join("?" * len(names))
        with self._file.writing():
            for table in ("library_entries", "library_sync"):
                self._db.execute(
                    f"DELETE FROM {table} WHERE list NOT IN ({marks}) AND list NOT LIKE '{TABLE_PREFIX}%'",  # noqa: S608
                    names,
                )
            self._db.execute("DELETE FROM library_songs WHERE uri NOT IN (SELECT uri FROM library_entries)")

    def counts(self) -> dict[str, int]:
        """List -> how many songs it holds."""
        with self._file.reading():
            return dict(self._db.execute("SELECT list, count(*) FROM library_entries GROUP BY list").fetchall())
