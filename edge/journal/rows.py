"""What a batch of the journal puts into the file: an entry or an outcome as one row of its table."""

from __future__ import annotations

import itertools
import sqlite3

from edge.journal.entry import Entry
from edge.music.tastes import Outcome

Row = Entry | Outcome
# What SQLite and its door say of a value, and not of the file: such a row can't be stored today or tomorrow.
UNFIT = (
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
    """Put a row into an open transaction; False where it can't be stored at all. Raises sqlite3.Error for the file's.

    Two things may happen in one microsecond, and clocks are set back: then the next free one is taken.
    """
    try:
        _insert(connection, row)
    except UNFIT:
        return False
    return True


def size(row: Row) -> int:
    """About how many bytes a row adds to the file."""
    return 32 + sum(len(text) for text in _texts(row) if isinstance(text, str))


def microseconds(at: float) -> int:
    """Seconds -> the whole microseconds that are the tables' key."""
    return round(at * 1e6)


def _insert(connection: sqlite3.Connection, row: Row) -> None:
    table = "journal_entries" if isinstance(row, Entry) else "journal_outcomes"
    values = tuple(_storable(text) for text in _texts(row)) + (_numbers(row) if isinstance(row, Entry) else ())
    places = ", ".join("?" * (len(values) + 1))
    # A taken key is passed over, and nothing else: OR IGNORE would pass over a missing text for ever.
    sql = f"INSERT INTO {table} VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608  our own names
    for at in itertools.count(microseconds(row.at)):
        if connection.execute(sql, (at, *values)).rowcount == 1:
            return


def _texts(row: Row) -> tuple[str | None, ...]:
    if isinstance(row, Entry):
        return (row.kind, row.mood, row.title, row.artist, row.uri, row.text)
    return (row.mood, row.uri, row.title, row.verdict.value)


def _numbers(row: Entry) -> tuple[int | None, ...]:
    """Shares and coordinates as hundredths, and how many people."""
    hundredths = [None if n is None else round(100 * n) for n in (row.confidence, row.valence, row.arousal)]
    return (*hundredths, row.people)


def _storable(text: str | None) -> str | None:
    """UTF-8 has no half signs (lone surrogates), which a title or a command may hold all the same."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text
