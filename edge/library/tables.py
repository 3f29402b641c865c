"""The library's tables, `library_*`, how older ones become newer ones, and the connection to them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.errors import LibraryError
from edge.songs import FEATURES
from edge.system.database import open_for_writing, unusable
from edge.system.schema import Schema, VersionKey

_FEATURE_COLUMNS = ", ".join(f"{name} REAL" for name in FEATURES)
SCHEMA = Schema(
    part="library",
    error=LibraryError,
    # Only ever add steps.
    steps=(
        (
            "CREATE TABLE library_songs (uri TEXT PRIMARY KEY, title TEXT NOT NULL, artist TEXT NOT NULL, "
            "album TEXT NOT NULL, isrc TEXT) WITHOUT ROWID",
            "CREATE TABLE library_entries (list TEXT NOT NULL, uri TEXT NOT NULL, generation INTEGER NOT NULL, "
            "PRIMARY KEY (list, uri)) WITHOUT ROWID",
            "CREATE INDEX library_entries_uri ON library_entries (uri)",
            "CREATE TABLE library_sync (list TEXT PRIMARY KEY, generation INTEGER NOT NULL, position INTEGER NOT NULL, "
            "total INTEGER, finished INTEGER NOT NULL) WITHOUT ROWID",
            f"CREATE TABLE library_features (uri TEXT NOT NULL, source TEXT NOT NULL, guessed INTEGER NOT NULL, "
            f"{_FEATURE_COLUMNS}, PRIMARY KEY (uri, source)) WITHOUT ROWID",
            "CREATE TABLE library_moods (uri TEXT PRIMARY KEY, mood TEXT NOT NULL, distance REAL NOT NULL, "
            "method TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE library_moves (uri TEXT PRIMARY KEY, mood TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE library_playlists (mood TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, "
            "name TEXT NOT NULL, PRIMARY KEY (mood, kind)) WITHOUT ROWID",
        ),
    ),
    # `library_meta` also holds the store's notes.
    version=VersionKey("library_meta", "schema"),
    busy_s=10.0,
)


class LibraryFile:
    """An open file, for one thread."""

    def __init__(self, path: Path) -> None:
        """Open the file, or create it. Raises LibraryError."""
        self.path = path
        try:
            with self.reading():
                self.connection = open_for_writing(path, SCHEMA)
        except OSError as error:
            raise LibraryError(unusable("library", path, error)) from None

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Raises LibraryError for SQLite's errors within."""
        try:
            yield
        except sqlite3.Error as error:
            raise LibraryError(unusable("library", self.path, error)) from None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: everything within is saved, or nothing where it raises. Raises LibraryError."""
        with self.reading():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise
