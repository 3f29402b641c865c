"""The library's store: songs, their features and moods, published playlists, and notes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from edge.library.lists import SyncedLists
from edge.library.tables import LibraryFile
from edge.songs import FEATURES, Features, Placed, Song
from edge.system.database import default_path
from edge.text import clean

# Where several sources know a song's features, the first of these is used.
SOURCES = ("table", "reccobeats", "audio")
_NAMES = ", ".join(FEATURES)
# The songs of one mood, or all where :mood is NULL. A song that the listener moved has the mood that they chose.
_OF_MOOD = """(:mood IS NULL OR uri IN (
    SELECT uri FROM library_moves WHERE mood = :mood UNION ALL
    SELECT uri FROM library_moods WHERE mood = :mood AND uri NOT IN (SELECT uri FROM library_moves)
))"""


@dataclass(frozen=True)
class Published:
    """A mood's published playlist. kind: `spotify` or `mpd`. target: Spotify's id, or the M3U file's name."""

    mood: str
    kind: str
    target: str
    name: str


class Store:
    """The library in `journal.db`, for one thread; `with` closes it. Every method may raise LibraryError."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, or create it. path: None for the one in the state directory."""
        self._file = LibraryFile(path or default_path())
        self._db = self._file.connection
        self.lists = SyncedLists(self._file)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()

    # Songs and features.

    def songs(self, mood: str | None = None) -> list[Song]:
        """All songs, or those of one mood, each with the features of its best source."""
        of = {"mood": mood}
        with self._file.reading():
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
        return [Song(row[0], clean(row[1]), clean(row[2]), clean(row[3]), row[4], features.get(row[0])) for row in rows]

    def looked_up(self, source: str) -> set[str]:
        """The addresses that were looked up at a source, whether it knew them or not."""
        with self._file.reading():
            rows = self._db.execute("SELECT uri FROM library_features WHERE source = ?", (source,)).fetchall()
        return {row[0] for row in rows}

    def add_features(self, features: Mapping[str, Features | None], source: str) -> None:
        """Save a source's answers: address -> features, or None for a song that it doesn't know."""
        rows = [
            (
                uri,
                source,
                bool(known and known.guessed),
                *(getattr(known, name) if known else None for name in FEATURES),
            )
            for uri, known in features.items()
        ]
        marks = ", ".join("?" * (3 + len(FEATURES)))
        with self._file.writing():
            self._db.executemany(
                f"INSERT OR REPLACE INTO library_features (uri, source, guessed, {_NAMES}) VALUES ({marks})",  # noqa: S608
                rows,
            )

    # Moods.

    def save_moods(self, placed: Iterable[Placed]) -> None:
        """Replace the result of the last sorting."""
        with self._file.writing():
            self._db.execute("DELETE FROM library_moods")
            self._db.executemany(
                "INSERT INTO library_moods (uri, mood, distance, method) VALUES (?, ?, ?, ?)",
                [(one.song.uri, one.mood, one.distance, one.by) for one in placed],
            )

    def placed(self, mood: str | None = None) -> list[Placed]:
        """The last sorting with the listener's moves, the most typical songs first.

        mood: only its songs, which is cheaper than loading all of them.
        """
        songs = {song.uri: song for song in self.songs(mood)}
        moved = self.moved()
        with self._file.reading():
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
        """Save the mood that the listener chose for a song; None deletes their choice."""
        with self._file.writing():
            if mood is None:
                self._db.execute("DELETE FROM library_moves WHERE uri = ?", (uri,))
            else:
                self._db.execute("INSERT OR REPLACE INTO library_moves (uri, mood) VALUES (?, ?)", (uri, mood))

    def moved(self) -> dict[str, str]:
        """Address -> mood, for the songs that the listener moved."""
        with self._file.reading():
            return dict(self._db.execute("SELECT uri, mood FROM library_moves").fetchall())

    # Published playlists and notes.

    def published(self, kind: str) -> dict[str, Published]:
        """Mood -> the playlist that was published for it. kind: `spotify` or `mpd`."""
        with self._file.reading():
            rows = self._db.execute(
                "SELECT mood, kind, target, name FROM library_playlists WHERE kind = ?", (kind,)
            ).fetchall()
        return {row[0]: Published(*row) for row in rows}

    def save_playlist(self, playlist: Published) -> None:
        with self._file.writing():
            self._db.execute(
                "INSERT OR REPLACE INTO library_playlists (mood, kind, target, name) VALUES (?, ?, ?, ?)",
                (playlist.mood, playlist.kind, playlist.target, playlist.name),
            )

    def note(self, key: str) -> str | None:
        """A note's text; None where there is none."""
        with self._file.reading():
            row = self._db.execute("SELECT value FROM library_meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def write_note(self, key: str, value: str) -> None:
        with self._file.writing():
            self._db.execute("INSERT OR REPLACE INTO library_meta (key, value) VALUES (?, ?)", (key, value))


def moves_so_far(path: Path | None = None) -> dict[str, str]:
    """The listener's moves; empty where there is no library, which this doesn't create."""
    if not os.path.isfile(path or default_path()):
        return {}
    with closing(Store(path)) as store:
        return store.moved()
