"""The journal's file while it is open for writing: saves batches within a budget of bytes, and removes old rows."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from edge.budget import TokenBucket
from edge.journal.reader import read_outcomes
from edge.journal.retention import oldest_kept
from edge.journal.rows import TABLES, Row, insert, microseconds, newest_time, size
from edge.journal.tables import SCHEMA
from edge.music.tastes import Outcome
from edge.system import database

# The log is copied into the file at this size. Each copy writes the newest pages once more.
LOG_BYTES = 1_000_000
PAGE_BYTES = 4096
DAY_S = 86400.0
# At most 5 MB in any 24 hours, so that an SD card lasts: a full budget (0.4), what flows in during a day (3.9), and a
# batch that overdraws it (0.7).
BUDGET_BYTES, BUDGET_BYTES_PER_S = 400_000.0, 45.0


def write_budget() -> TokenBucket:
    """How many bytes the journal may write; half full at first."""
    return TokenBucket(rate=BUDGET_BYTES_PER_S, capacity=BUDGET_BYTES, level=BUDGET_BYTES / 2)


class JournalFile:
    """Opens itself when it is needed. For one thread; every method but `wait` may raise sqlite3.Error and OSError."""

    def __init__(
        self,
        path: Path,
        *,
        keep_s: float,
        log_bytes: int,
        budget: TokenBucket,
        clock: Callable[[], float],
        synchronised: Callable[[], bool] = lambda: True,
    ) -> None:
        """keep_s: seconds after which rows are removed. clock: monotonic, seconds.

        synchronised: whether the wall clock is known to be right; only then are rows removed.
        """
        self._synchronised = synchronised
        self._opened_at: float | None = None
        self._newest: float | None = None
        self.path = path
        self._keep_s, self._log_bytes = keep_s, log_bytes
        self._budget, self._clock = budget, clock
        self._connection: sqlite3.Connection | None = None
        self._data_version: int | None = None
        self._cleared_at: float | None = None

    def open(self) -> sqlite3.Connection:
        """The connection; raises JournalError for a newer program's file as well."""
        if self._connection is None:
            self._connection, self._data_version = database.open_for_writing(self.path, SCHEMA), None
            if self._opened_at is None:
                # Once only: what this run writes may have the times of a wrong clock.
                self._opened_at, self._newest = self._clock(), newest_time(self._connection)
        return self._connection

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def set_aside(self, error: sqlite3.Error) -> None:
        """Rename the damaged file, which must be closed; the next `open` begins a new one."""
        database.set_aside(self.path, SCHEMA, error)

    def wait(self, now: float) -> float:
        """Seconds until the budget allows another batch."""
        return self._budget.wait(now)

    def save(self, rows: Sequence[Row]) -> int:
        """Save all rows in one transaction, or none where it raises. Returns how many can't be stored."""
        connection, log_before = self.open(), self._log_size()
        try:
            connection.execute("BEGIN IMMEDIATE")
            unstorable = sum(not insert(connection, row) for row in rows)
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
        # The new rows are written a second time when the log is copied into the file.
        copied_later = 5 * sum(map(size, rows)) // 4
        self._budget.spend(self._clock(), max(0, self._log_size() - log_before) + copied_later)
        return unstorable

    def tidy(self) -> None:
        """Remove old rows once a day, and copy the log into the file when it has grown long."""
        connection, now = self.open(), self._clock()
        is_due = self._cleared_at is None or now - self._cleared_at >= DAY_S
        # Where it is None, it is asked for again with the next batch: the network may still set the clock.
        if is_due and (kept_from := self._oldest_kept(now)) is not None:
            self._cleared_at = now
            for table in TABLES:
                connection.execute(f"DELETE FROM {table} WHERE at < ?", (microseconds(kept_from),))  # noqa: S608
        if self._log_size() >= self._log_bytes:
            # Another process that is reading keeps the log as it is; the next batch tries again.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._budget.spend(now, 4 * PAGE_BYTES)

    def _oldest_kept(self, now: float) -> float | None:
        running_s = 0.0 if self._opened_at is None else now - self._opened_at
        return oldest_kept(
            time.time(), self._keep_s, synchronised=self._synchronised(), newest=self._newest, running_s=running_s
        )

    def changed_outcomes(self) -> list[Outcome] | None:
        """The stored outcomes after opening, and when another process has changed the file since; else None."""
        connection = self.open()
        version = int(connection.execute("PRAGMA data_version").fetchone()[0])
        if version == self._data_version:
            return None
        self._data_version = version
        return read_outcomes(connection)

    def _log_size(self) -> int:
        try:
            return self.path.with_name(self.path.name + "-wal").stat().st_size
        except OSError:
            return 0
