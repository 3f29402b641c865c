"""The file `journal.db`: opening, migrations, damage and permissions."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from edge.errors import JournalError, LibraryError, MoodroomError
from edge.journal import tables as journal_tables
from edge.library import tables as library_tables
from edge.system.database import (
    default_path,
    make_private,
    migrate,
    open_for_reading,
    open_for_writing,
    version_of,
)
from edge.system.schema import Schema, VersionKey, VersionRow

JOURNAL, LIBRARY = journal_tables.SCHEMA, library_tables.SCHEMA
FILES = ["journal.db", "journal.db-shm", "journal.db-wal"]
# The file as written before the journal and the library shared the code that opens it.
OLD_FILE = """
CREATE TABLE journal_entries (
        at INTEGER PRIMARY KEY, kind TEXT NOT NULL, mood TEXT, title TEXT, artist TEXT, uri TEXT, text TEXT,
        confidence INTEGER, valence INTEGER, arousal INTEGER, people INTEGER
    );
INSERT INTO journal_entries (at, kind, mood) VALUES (1000000, 'mood', 'sad');
CREATE TABLE journal_outcomes (
        at INTEGER PRIMARY KEY, mood TEXT NOT NULL, uri TEXT NOT NULL, title TEXT, outcome TEXT NOT NULL
    );
CREATE TABLE journal_version (version INTEGER NOT NULL);
INSERT INTO journal_version VALUES (2);
CREATE TABLE library_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO library_meta VALUES ('k', 'v');
INSERT INTO library_meta VALUES ('schema', '1');
CREATE TABLE library_songs (uri TEXT PRIMARY KEY, title TEXT NOT NULL, artist TEXT NOT NULL, album TEXT NOT NULL,
    isrc TEXT) WITHOUT ROWID;
INSERT INTO library_songs VALUES ('spotify:track:a', 'A', 'B', '', NULL);
CREATE TABLE library_entries (list TEXT NOT NULL, uri TEXT NOT NULL, generation INTEGER NOT NULL,
    PRIMARY KEY (list, uri)) WITHOUT ROWID;
CREATE INDEX library_entries_uri ON library_entries (uri);
CREATE TABLE library_sync (list TEXT PRIMARY KEY, generation INTEGER NOT NULL, position INTEGER NOT NULL,
    total INTEGER, finished INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE library_features (uri TEXT NOT NULL, source TEXT NOT NULL, guessed INTEGER NOT NULL, valence REAL,
    energy REAL, danceability REAL, tempo REAL, loudness REAL, acousticness REAL, instrumentalness REAL,
    speechiness REAL, liveness REAL, PRIMARY KEY (uri, source)) WITHOUT ROWID;
CREATE TABLE library_moods (uri TEXT PRIMARY KEY, mood TEXT NOT NULL, distance REAL NOT NULL, method TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE library_moves (uri TEXT PRIMARY KEY, mood TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE library_playlists (mood TEXT NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (mood, kind)) WITHOUT ROWID;
"""


@pytest.fixture(autouse=True)
def readable_by_default() -> Iterator[None]:
    """Everyone may read new files, as on most machines."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def modes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


def content(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows of each table."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {name: connection.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names}


def columns(connection: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    return connection.execute("SELECT * FROM pragma_table_info(?)", (table,)).fetchall()


def write(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_the_file_is_in_the_state_directory(state_folder: Path) -> None:
    assert default_path() == state_folder / "journal.db"


@pytest.mark.parametrize("schema", [JOURNAL, LIBRARY], ids=["journal", "library"])
def test_a_file_of_an_earlier_version_keeps_its_rows(path: Path, schema: Schema) -> None:
    write(path, OLD_FILE)
    before = rows(path)
    with closing(open_for_writing(path, schema)) as connection:
        assert version_of(connection, schema) == schema.newest
    with closing(open_for_reading(path, schema)) as connection:
        assert version_of(connection, schema) == schema.newest
    after = rows(path)
    for table in set(before) - {"journal_version"}:
        assert [row[: len(old)] for row, old in zip(after[table], before[table], strict=True)] == before[table]


def test_an_upgraded_file_has_the_tables_of_a_new_one(path: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    write(old, OLD_FILE)
    for schema in (LIBRARY, JOURNAL):
        open_for_writing(old, schema).close()
        open_for_writing(path, schema).close()
    with closing(sqlite3.connect(old)) as then, closing(sqlite3.connect(path)) as now:
        names = "SELECT name FROM sqlite_master ORDER BY name"
        assert now.execute(names).fetchall() == then.execute(names).fetchall()
        for (table,) in then.execute(names).fetchall():
            assert columns(now, table) == columns(then, table)
        for sql in ("SELECT * FROM journal_version", "SELECT * FROM library_meta WHERE key = 'schema'"):
            assert now.execute(sql).fetchall() == then.execute(sql).fetchall()


@pytest.mark.parametrize("version", [VersionRow("a_version"), VersionKey("a_meta", "schema")])
def test_each_migration_runs_once(path: Path, version: VersionRow | VersionKey) -> None:
    one = Schema("a", MoodroomError, (("CREATE TABLE a_one (n)", "INSERT INTO a_one VALUES (1)"),), version)
    two = replace(one, steps=(*one.steps, ("INSERT INTO a_one VALUES (2)",)))
    for schema in (one, one, two, two):
        with closing(open_for_writing(path, schema)) as connection:
            assert version_of(connection, schema) == schema.newest
            assert not connection.in_transaction
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT n FROM a_one").fetchall() == [(1,), (2,)]


@pytest.mark.parametrize("version", [VersionRow("a_version"), VersionKey("a_meta", "schema")])
def test_a_failed_migration_changes_nothing(path: Path, version: VersionRow | VersionKey) -> None:
    schema = Schema("a", MoodroomError, (("CREATE TABLE a_one (n)",), ("CREATE TABLE a_one (n)",)), version)
    with pytest.raises(sqlite3.OperationalError):
        open_for_writing(path, schema)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == []
        assert version_of(connection, schema) == 0


@pytest.mark.parametrize(
    ("schema", "newer", "error"),
    [
        (JOURNAL, "UPDATE journal_version SET version = 99", JournalError),
        (LIBRARY, "UPDATE library_meta SET value = '99' WHERE key = 'schema'", LibraryError),
    ],
    ids=["journal", "library"],
)
def test_a_file_of_a_newer_version_is_refused(
    path: Path, schema: Schema, newer: str, error: type[MoodroomError]
) -> None:
    write(path, OLD_FILE + newer)
    before = content(path)
    for use in (open_for_writing, open_for_reading):
        with pytest.raises(error, match=r"newer Moodroom \(version 99, .*; update it, or move the file away$"):
            use(path, schema)
    assert content(path) == before
    assert modes(path.parent).keys() == {"journal.db"}


def test_another_process_may_migrate_first(path: Path) -> None:
    with closing(open_for_writing(path, LIBRARY)) as first, closing(sqlite3.connect(path)) as second:
        migrate(second, path, JOURNAL)
        migrate(first, path, JOURNAL)
        assert version_of(first, JOURNAL) == JOURNAL.newest


def test_only_a_schema_that_allows_it_replaces_a_damaged_file(path: Path) -> None:
    damaged = b"this was never a database\n" * 50
    path.write_bytes(damaged)
    with pytest.raises(sqlite3.DatabaseError):
        open_for_writing(path, LIBRARY)
    assert path.read_bytes() == damaged
    open_for_writing(path, JOURNAL).close()
    (aside,) = path.parent.glob("journal.db.broken-*")
    assert aside.read_bytes() == damaged


def test_reading_creates_nothing(path: Path) -> None:
    with pytest.raises(JournalError, match="there is none yet at"):
        open_for_reading(path, JOURNAL)
    assert modes(path.parent) == {}
    write(path, "CREATE TABLE library_songs (uri TEXT)")
    with pytest.raises(JournalError, match="contains none yet"):
        open_for_reading(path, JOURNAL)
    path.write_bytes(b"this was never a database\n" * 50)
    with pytest.raises(JournalError, match=r"can't be read \(file is not a database\)"):
        open_for_reading(path, JOURNAL)
    assert modes(path.parent).keys() == {"journal.db"}


def test_a_read_only_connection_cant_write(path: Path) -> None:
    open_for_writing(path, JOURNAL).close()
    with (
        closing(open_for_reading(path, JOURNAL)) as connection,
        pytest.raises(sqlite3.OperationalError, match="readonly"),
    ):
        connection.execute("DELETE FROM journal_entries")


def test_only_the_owner_may_read_a_new_file(tmp_path: Path) -> None:
    make_private(tmp_path / "journal.db")
    assert modes(tmp_path) == {"journal.db": 0o600}


def test_a_readable_file_is_made_private_with_its_log(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("CREATE TABLE library_songs (uri TEXT)")
        assert modes(tmp_path) == dict.fromkeys(FILES, 0o644)
        with closing(open_for_writing(path, JOURNAL)):
            assert modes(tmp_path) == dict.fromkeys(FILES, 0o600)


def test_the_owners_permissions_stay(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    path.touch(0o444)
    make_private(path)
    assert modes(tmp_path) == {"journal.db": 0o400}
