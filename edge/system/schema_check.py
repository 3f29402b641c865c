"""Compares a database's tables with those that a schema's steps create, to recognise another program's file."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence

Tables = dict[str, list[str]]


def fits(connection: sqlite3.Connection, steps: Sequence[Sequence[str]]) -> bool:
    """Whether the file has the tables of these steps with just their columns; without a step, none of them.

    steps: those up to the file's version. Raises sqlite3.Error where the file can't be read.
    """
    expected = _created(steps)
    return all(_columns(connection, table) == columns for table, columns in expected.items())


def is_untouched(connection: sqlite3.Connection, steps: Sequence[Sequence[str]]) -> bool:
    """Whether the file has none of the tables that these steps create."""
    return not any(_columns(connection, table) for table in _created(steps))


def _created(steps: Sequence[Sequence[str]]) -> Tables:
    """The tables that the steps create, each with its columns in order."""
    with contextlib.closing(sqlite3.connect(":memory:")) as memory:
        for statements in steps:
            for statement in statements:
                memory.execute(statement)
        names = [str(row[0]) for row in memory.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _columns(memory, name) for name in names}


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [str(row[0]) for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
