"""Reads the journal: what happened, and what people thought of the device's choices. Deletes the latter on request."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from edge.errors import JournalError
from edge.journal.entry import JournalEntry
from edge.journal.tables import SCHEMA
from edge.music.tastes import Feedback, Outcome
from edge.system import database
from edge.text import clean, clean_or_none

DAY_US = 86_400_000_000
# When it happened (Unix time), the entry's kind, and its mood.
MoodRow = tuple[float, str, "str | None"]


def timeline(path: Path, start: float, end: float) -> list[JournalEntry]:
    """The entries from `start` until before `end` (Unix time), the oldest first. Raises JournalError.

    The last start, mood and song before `start` come first, with their own times, unless they are a day older.
    """
    connection = database.open_for_reading(path, SCHEMA)
    with contextlib.closing(connection), _as_journal_error(path):
        first, last = round(start * 1e6), round(end * 1e6)
        rows = []
        for kind in ("start", "mood", "play"):
            sql = "SELECT * FROM journal_entries WHERE kind = ? AND at < ? AND at >= ? ORDER BY at DESC LIMIT 1"
            # An older mood says nothing: the device may have been off since.
            rows += connection.execute(sql, (kind, first, first - DAY_US)).fetchall()
        rows.sort()
        rows += connection.execute("SELECT * FROM journal_entries WHERE at >= ? AND at < ? ORDER BY at", (first, last))
    return [_entry(row) for row in rows]


def mood_rows(path: Path, start: float, end: float) -> list[MoodRow]:
    """What the spans of moods follow from, between `start` and `end` (Unix time), oldest first. Raises JournalError."""
    connection = database.open_for_reading(path, SCHEMA)
    with contextlib.closing(connection), _as_journal_error(path):
        sql = "SELECT at, kind, mood FROM journal_entries WHERE at >= ? AND at < ? ORDER BY at"
        rows = connection.execute(sql, (round(start * 1e6), round(end * 1e6)))
        return [(at / 1e6, str(kind), clean_or_none(mood)) for at, kind, mood in rows]


def outcomes(path: Path) -> list[Outcome]:
    """What happened to the device's choices, the oldest first, with Unix times. Raises JournalError."""
    connection = database.open_for_reading(path, SCHEMA)
    with contextlib.closing(connection), _as_journal_error(path):
        # The first version had no outcomes.
        return read_outcomes(connection) if database.version_of(connection, SCHEMA) > 1 else []


def read_outcomes(connection: sqlite3.Connection) -> list[Outcome]:
    """The outcomes in an open file. Raises sqlite3.Error."""
    known = {feedback.value for feedback in Feedback}
    rows = connection.execute("SELECT * FROM journal_outcomes ORDER BY at")
    # Files of older versions have no song.
    return [
        Outcome(at / 1e6, mood, uri, clean(title or ""), Feedback(name), *song)
        for at, mood, uri, title, name, *song in rows
        if name in known
    ]


def forget_outcomes(path: Path, *moods: str, only: Collection[str] | None = None) -> int:
    """Delete the outcomes of these moods, or of all without any; returns how many that were. Raises JournalError.

    only: the addresses whose outcomes to delete; None for all.
    """
    database.open_for_reading(path, SCHEMA).close()
    conditions, values = ["1"], [*moods, *(only or ())]
    if moods:
        conditions.append(f"mood IN ({', '.join('?' * len(moods))})")
    if only is not None:
        conditions.append(f"uri IN ({', '.join('?' * len(only))})")
    sql = f"DELETE FROM journal_outcomes WHERE {' AND '.join(conditions)}"  # noqa: S608  placeholders only
    with _as_journal_error(path), contextlib.closing(database.open_for_writing(path, SCHEMA)) as connection:
        return connection.execute(sql, values).rowcount


@contextlib.contextmanager
def _as_journal_error(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise JournalError(database.unusable("journal", path, error)) from None


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    """An entry from its columns, which are text, whole numbers or None."""
    at, kind, mood, title, artist, uri, text, *hundredths = row[:10]
    numbers = [None if value is None else value / 100 for value in hundredths]
    # Files of older versions have no source.
    people, source = (*row[10:], None)[:2]
    mood, title, artist, uri, text = (clean_or_none(value) for value in (mood, title, artist, uri, text))
    return JournalEntry(
        at / 1e6, clean(kind), mood, title, artist, uri, text, numbers[0], numbers[1], numbers[2], people, source
    )
