"""The library's tables, `library_*`, and how older ones become newer ones."""

from __future__ import annotations

import sqlite3

from edge.errors import LibraryError
from edge.songs import FEATURES

_NUMBERS = ", ".join(f"{name} REAL" for name in FEATURES)
# One list of statements for each version, from the one before; only ever added to.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE library_songs (uri TEXT PRIMARY KEY, title TEXT NOT NULL, artist TEXT NOT NULL, "
        "album TEXT NOT NULL, isrc TEXT) WITHOUT ROWID",
        "CREATE TABLE library_entries (list TEXT NOT NULL, uri TEXT NOT NULL, generation INTEGER NOT NULL, "
        "PRIMARY KEY (list, uri)) WITHOUT ROWID",
        "CREATE INDEX library_entries_uri ON library_entries (uri)",
        "CREATE TABLE library_sync (list TEXT PRIMARY KEY, generation INTEGER NOT NULL, position INTEGER NOT NULL, "
        "total INTEGER, finished INTEGER NOT NULL) WITHOUT ROWID",
        f"CREATE TABLE library_features (uri TEXT NOT NULL, source TEXT NOT NULL, guessed INTEGER NOT NULL, "
        f"{_NUMBERS}, PRIMARY KEY (uri, source)) WITHOUT ROWID",
        "CREATE TABLE library_moods (uri TEXT PRIMARY KEY, mood TEXT NOT NULL, distance REAL NOT NULL, "
        "method TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE library_moves (uri TEXT PRIMARY KEY, mood TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE library_playlists (mood TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, "
        "name TEXT NOT NULL, PRIMARY KEY (mood, kind)) WITHOUT ROWID",
    ),
)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the tables to the newest version, each step in a transaction. Raises LibraryError for a newer file."""
    db.execute("CREATE TABLE IF NOT EXISTS library_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")
    while _version(db) != len(MIGRATIONS):
        db.execute("BEGIN IMMEDIATE")
        try:
            version = _version(db)
            if version > len(MIGRATIONS):
                raise LibraryError("library: the file was written by a newer Moodroom; update this one")
            # Another process may have done it meanwhile.
            for statement in MIGRATIONS[version] if version < len(MIGRATIONS) else ():
                db.execute(statement)
            newest = str(min(version + 1, len(MIGRATIONS)))
            db.execute("INSERT OR REPLACE INTO library_meta (key, value) VALUES ('schema', ?)", (newest,))
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise


def _version(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT value FROM library_meta WHERE key = 'schema'").fetchone()
    return 0 if row is None else int(row[0])
