"""The description of the tables that one part of the program keeps in `journal.db`, and where their version is kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from edge.errors import MoodroomError

# The version of a table whose rows aren't versions.
UNREADABLE_VERSION = -1


@dataclass(frozen=True)
class VersionRow:
    """A schema's version as the only row of a table: a whole number in the column `version`."""

    table: str

    def read(self, connection: sqlite3.Connection) -> int:
        return _first(connection, self.table, "SELECT version FROM {table}")

    def write(self, connection: sqlite3.Connection, version: int) -> None:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {self.table} (version INTEGER NOT NULL)")
        connection.execute(f"DELETE FROM {self.table}")  # noqa: S608  a constant
        connection.execute(f"INSERT INTO {self.table} VALUES (?)", (version,))  # noqa: S608  a constant


@dataclass(frozen=True)
class VersionKey:
    """A schema's version as a text in a table of keys and values."""

    table: str
    key: str

    def read(self, connection: sqlite3.Connection) -> int:
        return _first(connection, self.table, "SELECT value FROM {table} WHERE key = ?", self.key)

    def write(self, connection: sqlite3.Connection, version: int) -> None:
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {self.table} (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"
        )
        connection.execute(
            f"INSERT OR REPLACE INTO {self.table} (key, value) VALUES (?, ?)",  # noqa: S608  a constant
            (self.key, str(version)),
        )


@dataclass(frozen=True)
class Schema:
    """The tables that one part of the program keeps in the file.

    part: the part's name, which its error sentences begin with. error: the part's exception.
    steps: the statements that lead from each version to the next one, the first from an empty file.
    version: where the file keeps the version of these tables.
    busy_s: seconds to wait while another process writes. pragmas: further settings of the part's connections.
    replace_damaged: check the file when it is opened for writing, and begin a new one where it is damaged.
    """

    part: str
    error: type[MoodroomError]
    steps: tuple[Sequence[str], ...]
    version: VersionRow | VersionKey
    busy_s: float = 5.0
    pragmas: Sequence[str] = ()
    replace_damaged: bool = False

    @property
    def newest(self) -> int:
        """The version that this program writes."""
        return len(self.steps)


def _first(connection: sqlite3.Connection, table: str, sql: str, *values: str) -> int:
    """The number that a query on a table returns; 0 where there is no such table or row."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone() is None:
        return 0
    try:
        row = connection.execute(sql.format(table=table), values).fetchone()
        return int(row[0]) if row else 0
    except (sqlite3.OperationalError, ValueError, TypeError) as error:
        if isinstance(error, sqlite3.OperationalError) and "no such column" not in str(error):
            raise
        return UNREADABLE_VERSION
