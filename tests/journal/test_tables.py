"""The journal's file: versions, migrations, damage."""

from __future__ import annotations

import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from edge.errors import JournalError
from edge.journal.entry import JournalEntry
from edge.journal.reader import outcomes, timeline
from edge.journal.tables import SCHEMA
from edge.journal.writer import Journal
from edge.system.database import DAMAGED_FILES_KEPT, open_for_writing, version_of
from tests.waiting import PATIENCE


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "journal.db"


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_a_new_file_has_all_tables_and_settings(path: Path) -> None:
    connection = open_for_writing(path, SCHEMA)
    assert tables(connection) == {"journal_entries", "journal_outcomes", "journal_version"}
    assert version_of(connection, SCHEMA) == SCHEMA.newest
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (1,)
    assert connection.execute("PRAGMA busy_timeout").fetchone() == (5000,)
    connection.close()


def old_file(path: Path, version: int) -> None:
    """Write a file of an older version, with an entry and with a table of the library."""
    path.parent.mkdir(parents=True, exist_ok=True)
    connection = sqlite3.connect(path)
    for statements in SCHEMA.steps[:version]:
        for statement in statements:
            connection.execute(statement)
    connection.execute("CREATE TABLE journal_version (version INTEGER NOT NULL)")
    connection.execute("INSERT INTO journal_version VALUES (?)", (version,))
    connection.execute("INSERT INTO journal_entries (at, kind, mood) VALUES (1000000, 'mood', 'sad')")
    connection.execute("CREATE TABLE library_songs (uri TEXT)")
    connection.execute("INSERT INTO library_songs VALUES ('a')")
    connection.commit()
    connection.close()


@pytest.mark.parametrize("version", range(1, SCHEMA.newest))
def test_an_older_file_is_read_and_then_migrated(path: Path, version: int) -> None:
    old_file(path, version)
    assert [entry.mood for entry in timeline(path, 0, 10)] == ["sad"]
    assert outcomes(path) == []
    connection = open_for_writing(path, SCHEMA)
    assert version_of(connection, SCHEMA) == SCHEMA.newest
    assert connection.execute("SELECT kind, mood FROM journal_entries").fetchall() == [("mood", "sad")]
    assert connection.execute("SELECT uri FROM library_songs").fetchall() == [("a",)]
    connection.close()


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    old_file(path, 1)
    failing = replace(SCHEMA, steps=(*SCHEMA.steps, ("CREATE TABLE library_songs (uri TEXT)",)))
    with pytest.raises(sqlite3.OperationalError):
        open_for_writing(path, failing)
    connection = sqlite3.connect(path)
    assert version_of(connection, SCHEMA) == 1
    assert "journal_outcomes" not in tables(connection)
    connection.close()


def test_a_newer_file_is_refused_and_unchanged(path: Path) -> None:
    old_file(path, 1)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE journal_version SET version = 99")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for use in (lambda: open_for_writing(path, SCHEMA), lambda: timeline(path, 0, 10)):
        with pytest.raises(JournalError, match=r"version 99.*update it") as failed:
            use()
        assert "\n" not in str(failed.value)
    assert path.read_bytes()[100:] == before[100:]


def test_a_file_that_holds_only_the_library_gets_the_journals_tables(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE library_songs (uri TEXT)")
    connection.close()
    with pytest.raises(JournalError, match="contains none yet"):
        timeline(path, 0, 10)
    open_for_writing(path, SCHEMA).close()
    assert timeline(path, 0, 10) == []


@pytest.mark.parametrize("damage", ["text", "header", "middle"])
def test_a_damaged_file_is_set_aside(path: Path, damage: str) -> None:
    connection = open_for_writing(path, SCHEMA)
    rows = ((n, "mood", "x" * 100) for n in range(1000))
    connection.execute("BEGIN")
    connection.executemany("INSERT INTO journal_entries (at, kind, text) VALUES (?, ?, ?)", rows)
    connection.execute("COMMIT")
    connection.close()
    content = bytearray(path.read_bytes())
    if damage == "text":
        content[:] = b"this was never a database\n" * 50
    elif damage == "header":
        content[:16] = b"\0" * 16
    else:
        content[4096 * 4 : 4096 * 9] = b"\xff" * 4096 * 5
    path.write_bytes(content)
    connection = open_for_writing(path, SCHEMA)
    assert connection.execute("SELECT count(*) FROM journal_entries").fetchone() == (0,)
    connection.close()
    (aside,) = path.parent.glob("journal.db.broken-*")
    assert aside.read_bytes() == content


def test_only_the_newest_damaged_files_are_kept(path: Path) -> None:
    for _ in range(DAMAGED_FILES_KEPT + 3):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"this was never a database\n" * 50)
        open_for_writing(path, SCHEMA).close()
        path.unlink()
    assert len(list(path.parent.glob("journal.db.broken-*"))) == DAMAGED_FILES_KEPT


def test_reading_a_missing_file_is_an_error_and_creates_nothing(path: Path) -> None:
    with pytest.raises(JournalError, match="there is none yet"):
        timeline(path, 0, 10)
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "foreign",
    [
        "CREATE TABLE journal_entries (id INTEGER, body TEXT)",
        "CREATE TABLE journal_outcomes (id INTEGER)",
        "CREATE TABLE journal_version (version TEXT); INSERT INTO journal_version VALUES ('newest')",
        "CREATE TABLE journal_version (number INTEGER); INSERT INTO journal_version VALUES (1)",
        "CREATE TABLE journal_version (version INTEGER); INSERT INTO journal_version VALUES (1)",
        "CREATE TABLE journal_version (version INTEGER); INSERT INTO journal_version VALUES (-5)",
        "CREATE TABLE journal_version (version INTEGER); INSERT INTO journal_version VALUES (2);"
        "CREATE TABLE journal_entries (at INTEGER PRIMARY KEY); CREATE TABLE journal_outcomes (at INTEGER PRIMARY KEY)",
    ],
)
def test_another_programs_file_is_one_lasting_problem(path: Path, foreign: str) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.executescript(foreign)
    connection.close()
    before = path.read_bytes()[100:]
    with pytest.raises(JournalError, match="has tables of another program; move the file away, and restart"):
        open_for_writing(path, SCHEMA)
    assert path.read_bytes()[100:] == before
    problems: list[str] = []
    told = threading.Event()
    journal = Journal(
        path, keep_s=1e6, on_problem=lambda text: (problems.append(text), told.set()), retry_s=0.01, gather_s=0.01
    )
    journal.start()
    assert told.wait(PATIENCE)
    for at in range(20):
        journal.put(JournalEntry(float(at), "mood"))
        time.sleep(0.005)
    journal.stop()
    assert len(problems) == 1 and "another program" in problems[0] and journal.waiting == 0
