"""The library in the state directory's SQLite file: songs, how far a sync got, features, moods, what was published."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from edge.errors import LibraryError
from edge.library.tables import SCHEMA
from edge.songs import FEATURES, Features, Placed, Song
from edge.system.database import default_path, open_for_writing

# Where several sources know a song, the first of these counts.
SOURCES = ("table", "reccobeats", "audio")
_NAMES = ", ".join(FEATURES)
# Songs of one mood, or all where :mood is NULL; what the listener moved is where they put it.
_OF_MOOD = """(:mood IS NULL OR uri IN (
    SELECT uri FROM library_moves WHERE mood = :mood UNION ALL
    SELECT uri FROM library_moods WHERE mood = :mood AND uri NOT IN (SELECT uri FROM library_moves)
))"""


@dataclass(frozen=True)
class Progress:
    """How far the sync of one list got. offset: the next song to ask for. finished: all of it was read."""

    generation: int
    offset: int
    total: int | None
    finished: bool


@dataclass(frozen=True)
class Published:
    """A mood's playlist. target: Spotify's id, or the M3U's name."""

    mood: str
    kind: str
    target: str
    name: str


class Store:
    """Used by one thread; a `with` closes it. Every method may raise LibraryError."""

    def __init__(self, path: Path | None = None) -> None:
        """Opens the file, and creates it where there is none."""
        self.path = path or default_path()
        try:
            with self._told():
                self._db = open_for_writing(self.path, SCHEMA)
        except OSError as error:
            raise LibraryError(f"library: {self.path} can't be opened ({error})") from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._db.close()

    # Sync.

    def begin(self, name: str, *, fresh: bool = False) -> Progress:
        """Where the sync of a list goes on; a finished one, or `fresh`, begins anew."""
        found = self.progress(name)
        if found is not None and not found.finished and not fresh:
            return found
        generation = 1 if found is None else found.generation + 1
        with self._writes():
            self._db.execute(
                "INSERT OR REPLACE INTO library_sync (list, generation, position, total, finished) "
                "VALUES (?, ?, 0, NULL, 0)",
                (name, generation),
            )
        return Progress(generation, 0, None, False)

    def progress(self, name: str) -> Progress | None:
        with self._told():
            row = self._db.execute(
                "SELECT generation, position, total, finished FROM library_sync WHERE list = ?", (name,)
            ).fetchone()
        return None if row is None else Progress(row[0], row[1], row[2], bool(row[3]))

    def add_page(self, name: str, generation: int, songs: Sequence[Song], *, offset: int, total: int) -> None:
        """Keep a page and that it was read, in one transaction. offset: where the next page begins."""
        with self._writes():
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
        """A list was read to its end; gives how many songs are no longer in it."""
        with self._writes():
            gone = self._db.execute(
                "DELETE FROM library_entries WHERE list = ? AND generation <> ?", (name, generation)
            ).rowcount
            self._db.execute("UPDATE library_sync SET finished = 1 WHERE list = ?", (name,))
        return gone

    def keep_lists(self, names: Iterable[str]) -> None:
        """Forget lists that are no longer asked for, and songs that are in no list."""
        names = list(names)
        marks = ", ".join("?" * len(names))
        with self._writes():
            for table in ("library_entries", "library_sync"):
                self._db.execute(f"DELETE FROM {table} WHERE list NOT IN ({marks})", names)  # noqa: S608
            self._db.execute("DELETE FROM library_songs WHERE uri NOT IN (SELECT uri FROM library_entries)")

    def counts(self) -> dict[str, int]:
        """List -> songs."""
        with self._told():
            return dict(self._db.execute("SELECT list, count(*) FROM library_entries GROUP BY list").fetchall())

    # Songs and features.

    def songs(self, mood: str | None = None) -> list[Song]:
        """All songs, or those of one mood, with the best features that are known."""
        of = {"mood": mood}
        with self._told():
            features: dict[str, Features] = {}
            for uri, source, guessed, *numbers in self._db.execute(
                f"SELECT uri, source, guessed, {_NAMES} FROM library_features "  # noqa: S608
                f"WHERE valence IS NOT NULL AND {_OF_MOOD}",
                of,
            ):
                old = features.get(uri)
                if old is None or SOURCES.index(source) < SOURCES.index(old.source):
                    features[uri] = Features(
                        **dict(zip(FEATURES, numbers, strict=True)), source=source, guessed=bool(guessed)
                    )
            rows = self._db.execute(
                f"SELECT uri, title, artist, album, isrc FROM library_songs WHERE {_OF_MOOD} ORDER BY uri",  # noqa: S608
                of,
            ).fetchall()
        return [Song(row[0], row[1], row[2], row[3], row[4], features.get(row[0])) for row in rows]

    def asked(self, source: str) -> set[str]:
        """Songs that a source was asked about, whether it knew them or not."""
        with self._told():
            rows = self._db.execute("SELECT uri FROM library_features WHERE source = ?", (source,)).fetchall()
        return {row[0] for row in rows}

    def add_features(self, found: Mapping[str, Features | None], source: str) -> None:
        """Keep what a source said: address -> features, or None where it knew nothing."""
        rows = [
            (uri, source, bool(one and one.guessed), *(getattr(one, name) if one else None for name in FEATURES))
            for uri, one in found.items()
        ]
        marks = ", ".join("?" * (3 + len(FEATURES)))
        with self._writes():
            self._db.executemany(
                f"INSERT OR REPLACE INTO library_features (uri, source, guessed, {_NAMES}) VALUES ({marks})",  # noqa: S608
                rows,
            )

    # Moods.

    def save_moods(self, placed: Iterable[Placed]) -> None:
        """Replace the last sorting."""
        with self._writes():
            self._db.execute("DELETE FROM library_moods")
            self._db.executemany(
                "INSERT INTO library_moods (uri, mood, distance, method) VALUES (?, ?, ?, ?)",
                [(one.song.uri, one.mood, one.distance, one.by) for one in placed],
            )

    def placed(self, mood: str | None = None) -> list[Placed]:
        """The last sorting, with what the listener moved since; the most typical songs first.

        mood: only its songs, which costs a share of loading all of them.
        """
        songs = {song.uri: song for song in self.songs(mood)}
        moved = self.moved()
        with self._told():
            rows = self._db.execute("SELECT uri, mood, distance, method FROM library_moods").fetchall()
        found = {uri: Placed(songs[uri], name, far, by) for uri, name, far, by in rows if uri in songs}
        for uri, name in moved.items():
            if uri in songs:
                old = found.get(uri)
                same = old is not None and old.mood == name
                found[uri] = Placed(songs[uri], name, old.distance if old and same else 0.0, "moved")
        chosen = [one for one in found.values() if mood is None or one.mood == mood]
        return sorted(chosen, key=lambda one: (one.distance, one.song.uri))

    def move(self, uri: str, mood: str | None) -> None:
        """The listener says where a song belongs; None takes it back."""
        with self._writes():
            if mood is None:
                self._db.execute("DELETE FROM library_moves WHERE uri = ?", (uri,))
            else:
                self._db.execute("INSERT OR REPLACE INTO library_moves (uri, mood) VALUES (?, ?)", (uri, mood))

    def moved(self) -> dict[str, str]:
        """Address -> mood, for songs that the listener moved."""
        with self._told():
            return dict(self._db.execute("SELECT uri, mood FROM library_moves").fetchall())

    # Published playlists, and small notes.

    def published(self, kind: str) -> dict[str, Published]:
        """Mood -> its playlist. kind: `spotify` or `mpd`."""
        with self._told():
            rows = self._db.execute(
                "SELECT mood, kind, target, name FROM library_playlists WHERE kind = ?", (kind,)
            ).fetchall()
        return {row[0]: Published(*row) for row in rows}

    def remember(self, playlist: Published) -> None:
        with self._writes():
            self._db.execute(
                "INSERT OR REPLACE INTO library_playlists (mood, kind, target, name) VALUES (?, ?, ?, ?)",
                (playlist.mood, playlist.kind, playlist.target, playlist.name),
            )

    def note(self, key: str) -> str | None:
        with self._told():
            row = self._db.execute("SELECT value FROM library_meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def write_note(self, key: str, value: str) -> None:
        with self._writes():
            self._db.execute("INSERT OR REPLACE INTO library_meta (key, value) VALUES (?, ?)", (key, value))

    # SQLite.

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise LibraryError(
                f"library: {self.path} can't be used ({error}); is the disk full or read-only?"
            ) from None

    @contextmanager
    def _writes(self) -> Iterator[None]:
        """One transaction: all of it or nothing."""
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise


def moves_so_far(path: Path | None = None) -> dict[str, str]:
    """What the listener has moved; empty where there is no library yet, which isn't made for that."""
    if not os.path.isfile(path or default_path()):
        return {}
    with closing(Store(path)) as store:
        return store.moved()
