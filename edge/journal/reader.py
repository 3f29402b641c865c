"""Reads the journal: what happened, what people made of the device's choices; and forgets the latter when asked."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Collection
from pathlib import Path
from typing import Any

from edge.errors import JournalError
from edge.journal.entry import JournalEntry
from edge.journal.tables import SCHEMA
from edge.music.tastes import Feedback, Outcome
from edge.system import database


def timeline(path: Path, start: float, end: float) -> list[JournalEntry]:
    """What happened from `start` until before `end` (UTC, seconds since 1970), the oldest first; raises JournalError.

    What stood when the time began, the mood and the song, comes first, at the times when they began.
    """
    connection = database.open_for_reading(path, SCHEMA)
    with contextlib.closing(connection), _in_one_sentence(path):
        first, last = round(start * 1e6), round(end * 1e6)
        rows = []
        for kind in ("start", "mood", "play"):
            sql = "SELECT * FROM journal_entries WHERE kind = ? AND at < ? AND at >= ? ORDER BY at DESC LIMIT 1"
            # A mood from long before says nothing; a device that was off for a day doesn't know.
            rows += connection.execute(sql, (kind, first, first - 86_400_000_000)).fetchall()
        rows.sort()
        rows += connection.execute("SELECT * FROM journal_entries WHERE at >= ? AND at < ? ORDER BY at", (first, last))
    return [_entry(row) for row in rows]


def outcomes(path: Path) -> list[Outcome]:
    """How the device's choices fared, the oldest first, in UTC seconds since 1970; raises JournalError."""
    connection = database.open_for_reading(path, SCHEMA)
    with contextlib.closing(connection), _in_one_sentence(path):
        return read_outcomes(connection) if database.version_of(connection, SCHEMA) > 1 else []


def read_outcomes(connection: sqlite3.Connection) -> list[Outcome]:
    """The same from an open file."""
    known = {feedback.value for feedback in Feedback}
    rows = connection.execute("SELECT at, mood, uri, title, outcome FROM journal_outcomes ORDER BY at")
    return [Outcome(at / 1e6, mood, uri, title, Feedback(name)) for at, mood, uri, title, name in rows if name in known]


def forget_outcomes(path: Path, *moods: str, only: Collection[str] | None = None) -> int:
    """Forget what was learnt about these moods, or all without any; gives how many outcomes that were.

    only: the addresses to forget; None for all of them. Raises JournalError.
    """
    database.open_for_reading(path, SCHEMA).close()
    conditions, given = ["1"], [*moods, *(only or ())]
    if moods:
        conditions.append(f"mood IN ({', '.join('?' * len(moods))})")
    if only is not None:
        conditions.append(f"uri IN ({', '.join('?' * len(only))})")
    sql = f"DELETE FROM journal_outcomes WHERE {' AND '.join(conditions)}"  # noqa: S608  places for values only
    with _in_one_sentence(path), contextlib.closing(database.open_for_writing(path, SCHEMA)) as connection:
        return connection.execute(sql, given).rowcount


class _in_one_sentence(contextlib.AbstractContextManager[None]):  # noqa: N801  reads as a statement
    """SQLite's errors as a JournalError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (sqlite3.Error, OSError)):
            raise JournalError(
                f"journal: {self._path} can't be used ({error}); is it a file of this program, and yours?"
            )


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    """SQLite gives what was put in: text, whole numbers, None."""
    at, kind, mood, title, artist, uri, text, *hundredths, people = row
    numbers = [None if value is None else value / 100 for value in hundredths]
    return JournalEntry(at / 1e6, kind, mood, title, artist, uri, text, numbers[0], numbers[1], numbers[2], people)
