"""Rows of the journal's tables: entries and outcomes as SQLite stores them."""

from __future__ import annotations

import sqlite3

from edge.journal.entry import JournalEntry
from edge.music.tastes import Outcome

Row = JournalEntry | Outcome
# For a key. Far more than things that happen at once; fewer than endless, should the table refuse every row.
TRIES_MAX = 10_000
TABLES = ("journal_entries", "journal_outcomes")
# What Python and SQLite raise for a value, as opposed to the file: such a row can never be stored.
UNSTORABLE = (
    ValueError,
    TypeError,
    OverflowError,
    AttributeError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)


def insert(connection: sqlite3.Connection, row: Row) -> bool:
    """Insert a row in an open transaction; False where its values can't be stored.

    Raises sqlite3.Error for a fault of the file. A row whose time is taken gets the next free microsecond: two things
    may happen at once, and clocks are set back.
    """
    try:
        _insert(connection, row)
    except UNSTORABLE:
        return False
    return True


def newest_time(connection: sqlite3.Connection) -> float | None:
    """The time of the newest row; None without rows."""
    times = [connection.execute(f"SELECT max(at) FROM {table}").fetchone()[0] for table in TABLES]  # noqa: S608
    return max((at / 1e6 for at in times if at is not None), default=None)


def size(row: Row) -> int:
    """Roughly how many bytes a row adds to the file."""
    return 32 + sum(len(text) for text in _texts(row) if isinstance(text, str))


def microseconds(seconds: float) -> int:
    """A time as the tables' key: whole microseconds."""
    return round(seconds * 1e6)


def _insert(connection: sqlite3.Connection, row: Row) -> None:
    table = "journal_entries" if isinstance(row, JournalEntry) else "journal_outcomes"
    values: tuple[str | int | None, ...] = tuple(_storable(text) for text in _texts(row))
    if isinstance(row, JournalEntry):
        values += (*_numbers(row), _storable(row.source))
    marks = ", ".join("?" * (len(values) + 1))
    # DO NOTHING covers a taken key only. OR IGNORE would also cover a missing text, and the loop would never end.
    sql = f"INSERT INTO {table} VALUES ({marks}) ON CONFLICT DO NOTHING"  # noqa: S608  constant names
    first = microseconds(row.at)
    for key in range(first, first + TRIES_MAX):
        if connection.execute(sql, (key, *values)).rowcount == 1:
            return
    raise ValueError("there is no free time")


def _texts(row: Row) -> tuple[str | None, ...]:
    if isinstance(row, JournalEntry):
        return (row.kind, row.mood, row.title, row.artist, row.uri, row.text)
    return (row.mood, row.uri, row.title, row.feedback.value, row.song)


def _numbers(row: JournalEntry) -> tuple[int | None, ...]:
    """Shares and coordinates as hundredths, and how many people."""
    hundredths = [None if n is None else round(100 * n) for n in (row.confidence, row.valence, row.arousal)]
    return (*hundredths, row.people)


def _storable(text: str | None) -> str | None:
    """UTF-8 has no lone surrogates, which a title or a command may contain: they become question marks."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text
