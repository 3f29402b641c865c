"""The journal's writer: one thread that saves what happened, in batches that an SD card can bear."""

from __future__ import annotations

import contextlib
import errno
import itertools
import logging
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from edge.budget import TokenBucket
from edge.errors import JournalError
from edge.events import Event
from edge.journal.entry import JournalEntry, Notes
from edge.journal.reader import read_outcomes
from edge.journal.tables import SCHEMA
from edge.music.tastes import Outcome
from edge.system import database
from edge.system.threads import Worker

# Seconds from an entry to its being saved at least, where the budget allows; and how many may wait, the oldest of more
# are lost. What waits is the batch, all that a sudden end can cost.
GATHER = 15.0
MOST = 2048
# The log is copied into the file at this size; each copy writes the newest pages once more.
LOG_BYTES = 1_000_000
PAGE = 4096
DAY = 86400.0
STOP_WITHIN, RETRY = 3.0, 5.0
# At most 5 MB in any 24 hours, so that an SD card lasts: what the budget holds (0.4), what flows in (3.9), and a batch
# that was too large (0.7).
BUDGET_BYTES, BUDGET_BYTES_PER_S = 400_000.0, 45.0
log = logging.getLogger(__name__)


def write_budget() -> TokenBucket:
    """How many bytes the journal may write, half full at first."""
    return TokenBucket(rate=BUDGET_BYTES_PER_S, capacity=BUDGET_BYTES, level=BUDGET_BYTES / 2)


class Journal:
    """An outlet that keeps what happened. Nothing but `stop` waits for the disk, and no fault of it goes further."""

    def __init__(
        self,
        path: Path,
        *,
        keep: float,
        on_problem: Callable[[str], None],
        gather: float = GATHER,
        most: int = MOST,
        log_bytes: int = LOG_BYTES,
        budget: TokenBucket | None = None,
        retry: float = RETRY,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """keep: seconds after which entries are removed. on_problem: is told a fault, and "" once it is over.

        gather, most, log_bytes: see GATHER, MOST and LOG_BYTES. budget: what may be written.
        retry: seconds after the first fault. clock: of the events' times, seconds. The journal's thread does the
        callbacks.
        """
        self._path, self._keep, self._clock = path, keep, clock
        self._on_problem = on_problem
        # Is told all outcomes that are kept, at the start and whenever another program changed them.
        self.on_outcomes: Callable[[list[Outcome]], None] | None = None
        self._gather, self._most, self._log_bytes = gather, most, log_bytes
        self._notes = Notes()
        self._waiting: deque[Row] = deque(maxlen=most)
        self._taken = 0
        self._lock = threading.Lock()
        self._first: float | None = None
        self._connection: sqlite3.Connection | None = None
        self._worker = Worker(
            "journal", self._turn, on_error=self._failed, on_end=self.close, first_wait=retry, most_wait=12 * retry
        )
        self._budget = budget or write_budget()
        self._seen_change = -1
        self._cleared_at: float | None = None
        self._failing = self._given_up = False
        self.dropped = self.batches = 0

    def __call__(self, event: Event) -> None:
        """Take note of an event; called by the thread that decides, never waits for the disk."""
        for entry in self._notes.of(event, time.time() - (self._clock() - event.at)):
            self.put(entry)

    def put(self, row: Row) -> None:
        """Leave something for the next batch; of too many, decisions to change nothing are dropped, then the oldest."""
        if self._given_up:
            return
        with self._lock:
            if 2 * len(self._waiting) >= self._most and isinstance(row, JournalEntry) and _is_minor(row):
                self.dropped += 1
                return
            if len(self._waiting) == self._most:
                self.dropped += 1
                self._taken = max(0, self._taken - 1)
            self._waiting.append(row)
            if self._first is None:
                self._first = self._clock()

    @property
    def waiting(self) -> int:
        """How many entries aren't saved yet."""
        return len(self._waiting)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """Save what waits, and close; gives up on a disk that doesn't answer."""
        self._worker.stopping.set()
        if not self._worker.join(STOP_WITHIN):
            log.warning("journal: didn't stop in time; the last entries may be lost")

    def _turn(self) -> None:
        if self._given_up:
            self._worker.stopping.wait(DAY)
            return
        try:
            wait = self.step()
        except (sqlite3.Error, OSError) as error:
            self._close()
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                database.set_aside(self._path, SCHEMA, error)
            raise JournalError(_sentence(self._path, error)) from None
        except JournalError:
            # A newer program's file stays as it is.
            self._given_up = True
            self._waiting.clear()
            raise
        # A stop ends the wait, and what is left is saved at the end.
        self._worker.stopping.wait(min(wait, self._gather, 1.0))

    def step(self) -> float:
        """Save what is due; gives seconds until something may be. Called by the journal's thread."""
        connection = self._open()
        now, first = self._clock(), self._first
        if first is not None:
            wait = max(first + self._gather - now, self._budget.wait(now))
            if wait > 0:
                return wait
            self._save(connection)
            self._tidy(connection)
        if self._failing:
            self._failing = False
            self._on_problem("")
        return self._gather

    def close(self) -> None:
        """Save what waits and let go of the file; called by the journal's thread at its end."""
        try:
            if not self._given_up:
                self._save(self._open())
        finally:
            self._close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection, self._seen_change = database.open_for_writing(self._path, SCHEMA), -1
        self._look_at_outcomes(self._connection)
        return self._connection

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _save(self, connection: sqlite3.Connection) -> None:
        """One batch, in one transaction; what waits is forgotten only once it is saved."""
        with self._lock:
            batch, self._first = list(self._waiting), None
            self._taken = len(batch)
        if not batch:
            return
        before = self._log_size()
        saved = False
        try:
            connection.execute("BEGIN IMMEDIATE")
            # One row that nobody could store must not keep the others from being saved.
            unfit = sum(not insert(connection, row) for row in batch)
            connection.execute("COMMIT")
            saved = True
        finally:
            if not saved:
                with contextlib.suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            with self._lock:
                # Some of the batch may have been pushed out by newer ones meanwhile.
                for _ in range(self._taken if saved else 0):
                    self._waiting.popleft()
                self._taken = 0
                if self._waiting and self._first is None:
                    self._first = self._clock()
        self.batches += 1
        if unfit:
            self.dropped += unfit
            log.warning("journal: %d of %d entries hold what can't be stored, and were left out", unfit, len(batch))
        # What is new will be written once more, when the log is copied into the file.
        new = sum(map(size, batch))
        self._budget.spend(self._clock(), max(0, self._log_size() - before) + 5 * new // 4)

    def _tidy(self, connection: sqlite3.Connection) -> None:
        """Once a day remove what is too old; copy the log into the file where it has grown long."""
        now = self._clock()
        if self._cleared_at is None or now - self._cleared_at >= DAY:
            self._cleared_at = now
            oldest = microseconds(time.time() - self._keep)
            for table in ("journal_entries", "journal_outcomes"):
                connection.execute(f"DELETE FROM {table} WHERE at < ?", (oldest,))  # noqa: S608  our own names
        if self._log_size() >= self._log_bytes:
            # Somebody who reads just now may keep the log as it is; it is tried again after the next batch.
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._budget.spend(now, 4 * PAGE)

    def _look_at_outcomes(self, connection: sqlite3.Connection) -> None:
        """Tell the outcomes at the start, and after another connection changed the file, as a reset does."""
        if self.on_outcomes is None:
            return
        change = int(connection.execute("PRAGMA data_version").fetchone()[0])
        if change != self._seen_change:
            self._seen_change = change
            with self._lock:
                waiting = [row for row in self._waiting if isinstance(row, Outcome)]
            self.on_outcomes([*read_outcomes(connection), *waiting])

    def _failed(self, text: str) -> None:
        """The worker met an error in a turn, and will try again."""
        self._failing = True
        self._on_problem(text)

    def _log_size(self) -> int:
        try:
            return self._path.with_name(self._path.name + "-wal").stat().st_size
        except OSError:
            return 0


def _sentence(path: Path, error: Exception) -> str:
    """What is wrong, and the mend."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "disk is full" in str(error):
        return f"journal: the disk is full, so what happens is kept in memory for now; make room at {path.parent}"
    if isinstance(error, OSError) or "unable to open" in str(error) or "readonly" in str(error):
        return f"journal: {path} can't be written ({text}); make its folder writable, or set journal.enabled: false"
    return f"journal: {path} can't be written just now ({text}); it is tried again"


def _is_minor(entry: JournalEntry) -> bool:
    return entry.kind == "decision" and entry.uri is None


Row = JournalEntry | Outcome


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
    table = "journal_entries" if isinstance(row, JournalEntry) else "journal_outcomes"
    values = tuple(_storable(text) for text in _texts(row)) + (_numbers(row) if isinstance(row, JournalEntry) else ())
    places = ", ".join("?" * (len(values) + 1))
    # A taken key is passed over, and nothing else: OR IGNORE would pass over a missing text for ever.
    sql = f"INSERT INTO {table} VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608  our own names
    for at in itertools.count(microseconds(row.at)):
        if connection.execute(sql, (at, *values)).rowcount == 1:
            return


def _texts(row: Row) -> tuple[str | None, ...]:
    if isinstance(row, JournalEntry):
        return (row.kind, row.mood, row.title, row.artist, row.uri, row.text)
    return (row.mood, row.uri, row.title, row.feedback.value)


def _numbers(row: JournalEntry) -> tuple[int | None, ...]:
    """Shares and coordinates as hundredths, and how many people."""
    hundredths = [None if n is None else round(100 * n) for n in (row.confidence, row.valence, row.arousal)]
    return (*hundredths, row.people)


def _storable(text: str | None) -> str | None:
    """UTF-8 has no half signs (lone surrogates), which a title or a command may hold all the same."""
    return text.encode("utf-8", "replace").decode() if isinstance(text, str) else text
