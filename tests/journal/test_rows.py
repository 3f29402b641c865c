"""Rows of the journal, with values that can't be stored among them."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.journal.entry import JournalEntry
from edge.journal.rows import insert, size
from edge.journal.tables import SCHEMA
from edge.music.tastes import Feedback, Outcome
from edge.system.database import open_for_writing

HALF_A_CHARACTER = "a\ud800b"


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_for_writing(tmp_path / "journal.db", SCHEMA)
    yield connection
    connection.close()


def test_half_a_character_is_stored_as_a_question_mark(connection: sqlite3.Connection) -> None:
    assert insert(
        connection,
        JournalEntry(
            1.0, "command", text=HALF_A_CHARACTER, title=HALF_A_CHARACTER, artist=HALF_A_CHARACTER, uri=HALF_A_CHARACTER
        ),
    )
    assert insert(connection, Outcome(1.0, "happy", HALF_A_CHARACTER, HALF_A_CHARACTER, Feedback.LIKE))
    row = connection.execute("SELECT text, title, artist, uri FROM journal_entries").fetchone()
    assert row == ("a?b",) * 4
    assert connection.execute("SELECT uri, title FROM journal_outcomes").fetchone() == ("a?b", "a?b")


@pytest.mark.parametrize(
    "row",
    [
        JournalEntry(math.nan, "play"),
        JournalEntry(math.inf, "play"),
        JournalEntry(1e30, "play"),
        JournalEntry(1.0, "mood", "happy", confidence=math.nan),
        JournalEntry(1.0, "play", title=object()),
        Outcome(1.0, None, "mpd:x", "", Feedback.LIKE),
    ],
)
def test_a_row_that_cant_be_stored_is_skipped(connection: sqlite3.Connection, row: JournalEntry | Outcome) -> None:
    assert not insert(connection, row)
    assert insert(connection, JournalEntry(1.0, "camera", text="on"))


def test_faults_of_the_file_are_raised(connection: sqlite3.Connection) -> None:
    connection.execute("DROP TABLE journal_entries")
    with pytest.raises(sqlite3.OperationalError):
        insert(connection, JournalEntry(1.0, "camera", text="on"))


def test_the_size_of_a_row_includes_its_texts() -> None:
    assert size(JournalEntry(1.0, "play", title="four")) == 32 + 4 + 4
