"""The journal's writer: an outlet for events, and the thread that saves them in batches."""

from __future__ import annotations

import errno
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
from edge.journal.file import DAY_S, LOG_BYTES, JournalFile, write_budget
from edge.journal.rows import Row
from edge.music.tastes import Outcome
from edge.sentences import TechnicalText
from edge.system.threads import Worker

# How long a batch gathers before it is saved. A power cut loses the entries of this time.
BATCH_GATHER_S = 15.0
# The most rows that wait to be saved; beyond this the oldest are dropped.
WAITING_MAX = 2048
# How long `stop` waits for the last batch.
STOP_WITHIN_S = 3.0
RETRY_S = 5.0
# In SQLite's words for a statement that doesn't suit the tables.
_UNSUITED = ("no such ", "has no column", "already exists")
log = logging.getLogger(__name__)


class Journal:
    """An outlet that saves what happens. Only `stop` ever waits for the disk, and a fault is reported, never raised."""

    def __init__(
        self,
        path: Path,
        *,
        keep_s: float,
        on_problem: Callable[[str], None],
        gather_s: float = BATCH_GATHER_S,
        max_waiting: int = WAITING_MAX,
        log_bytes: int = LOG_BYTES,
        budget: TokenBucket | None = None,
        retry_s: float = RETRY_S,
        clock: Callable[[], float] = time.monotonic,
        synchronised: Callable[[], bool] = lambda: True,
    ) -> None:
        """keep_s: seconds after which entries are removed.

        on_problem: called with each fault, and with "" once it is over. gather_s, max_waiting, log_bytes: see
        BATCH_GATHER_S, WAITING_MAX and LOG_BYTES. budget: how many bytes may be written. retry_s: seconds to wait
        after the first fault. clock: the events' clock, seconds. synchronised: whether the wall clock is known to be
        right, without which no entry is removed. Callbacks run in the journal's thread.
        """
        self._clock, self._on_problem = clock, on_problem
        # Called with all outcomes at the start, and again after another program has changed them.
        self.on_outcomes: Callable[[list[Outcome]], None] | None = None
        self._gather_s, self._max_waiting = gather_s, max_waiting
        self._file = JournalFile(
            path,
            keep_s=keep_s,
            log_bytes=log_bytes,
            budget=budget or write_budget(),
            clock=clock,
            synchronised=synchronised,
        )
        self._notes = Notes()
        self._lock = threading.Lock()
        self._waiting: deque[Row] = deque(maxlen=max_waiting)
        # How many of the waiting rows, from the oldest, are in the batch that is being saved.
        self._in_batch = 0
        # When the first row since the last batch came.
        self._first_at: float | None = None
        self._failing = self._given_up = False
        self.dropped = self.batches = 0
        self._worker = Worker(
            "journal",
            self._turn,
            on_error=self._failed,
            on_end=self.close,
            first_wait_s=retry_s,
            max_wait_s=12 * retry_s,
        )

    def __call__(self, event: Event) -> None:
        """Note an event; called by the thread that decides."""
        for entry in self._notes.of(event, time.time() - (self._clock() - event.at)):
            self.put(entry)

    def put(self, row: Row) -> None:
        """Add a row to the next batch. Once half the space is taken, decisions that change nothing are dropped."""
        if self._given_up:
            return
        with self._lock:
            if 2 * len(self._waiting) >= self._max_waiting and _changes_nothing(row):
                self.dropped += 1
                return
            if len(self._waiting) == self._max_waiting:
                self.dropped += 1
                self._in_batch = max(0, self._in_batch - 1)
            self._waiting.append(row)
            if self._first_at is None:
                self._first_at = self._clock()

    @property
    def waiting(self) -> int:
        """How many rows aren't saved yet."""
        return len(self._waiting)

    def start(self) -> None:
        self._worker.start()

    def stop(self) -> None:
        """Save what waits and close the file; returns after STOP_WITHIN_S even if the disk doesn't respond."""
        self._worker.stopping.set()
        if not self._worker.join(STOP_WITHIN_S):
            log.warning("journal: didn't stop in time; the last entries may be lost")

    def step(self) -> float:
        """Save what is due; returns the seconds until something may be due. Called by the journal's thread."""
        self._report_outcomes()
        now, first_at = self._clock(), self._first_at
        if first_at is not None:
            wait = max(first_at + self._gather_s - now, self._file.wait(now))
            if wait > 0:
                return wait
            self._save()
            self._file.tidy()
        if self._failing:
            self._failing = False
            self._on_problem("")
        return self._gather_s

    def close(self) -> None:
        """Save what waits and close the file; called by the journal's thread at its end."""
        try:
            if not self._given_up:
                self._report_outcomes()
                self._save()
        finally:
            self._file.close()

    def _turn(self) -> None:
        if self._given_up:
            self._worker.stopping.wait(DAY_S)
            return
        try:
            wait = self.step()
        except (sqlite3.Error, OSError) as error:
            self._file.close()
            if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError):
                self._file.set_aside(error)
            if _is_unsuited(error):
                # The statement doesn't suit the tables, now or later.
                self._give_up()
                path = self._file.path
                raise JournalError(
                    f"journal: {path} can't be used ({error}); move the file away, and restart"
                ) from None
            raise JournalError(_sentence(self._file.path, error)) from None
        except JournalError:
            # The file of a newer or another program stays as it is.
            self._give_up()
            raise
        # `stop` ends this wait, and what is left is saved by `close`.
        self._worker.stopping.wait(min(wait, self._gather_s, 1.0))

    def _give_up(self) -> None:
        self._given_up = True
        self._waiting.clear()

    def _save(self) -> None:
        """Save one batch. Rows leave the queue only once they are saved."""
        with self._lock:
            batch, self._first_at = list(self._waiting), None
            self._in_batch = len(batch)
        if not batch:
            return
        saved = False
        try:
            unstorable = self._file.save(batch)
            saved = True
        finally:
            with self._lock:
                # Newer rows may have pushed some of the batch out meanwhile.
                for _ in range(self._in_batch if saved else 0):
                    self._waiting.popleft()
                self._in_batch = 0
                if self._waiting and self._first_at is None:
                    self._first_at = self._clock()
        self.batches += 1
        if unstorable:
            self.dropped += unstorable
            log.warning(
                "journal: %d of %d entries hold what can't be stored, and were left out", unstorable, len(batch)
            )

    def _report_outcomes(self) -> None:
        """Call `on_outcomes` at the start, and after another process has changed the file, as a reset does."""
        self._file.open()
        if self.on_outcomes is None:
            return
        outcomes = self._file.changed_outcomes()
        if outcomes is not None:
            with self._lock:
                waiting = [row for row in self._waiting if isinstance(row, Outcome)]
            self.on_outcomes([*outcomes, *waiting])

    def _failed(self, problem: str) -> None:
        """Called by the worker after an error; it will try again."""
        self._failing = True
        self._on_problem(TechnicalText(problem, JournalError.plain))


def _sentence(path: Path, error: Exception) -> str:
    """What is wrong, and what to do."""
    text = error.strerror if isinstance(error, OSError) else str(error)
    if (isinstance(error, OSError) and error.errno == errno.ENOSPC) or "disk is full" in str(error):
        return f"journal: the disk is full, so what happens is kept in memory for now; make room at {path.parent}"
    if isinstance(error, OSError) or "unable to open" in str(error) or "readonly" in str(error):
        return f"journal: {path} can't be written ({text}); make its folder writable, or set journal.enabled: false"
    return f"journal: {path} can't be written just now ({text}); it is tried again"


def _is_unsuited(error: Exception) -> bool:
    """Whether the statement doesn't suit the tables; only the text tells, since Python 3.10 has no codes of SQLite."""
    return isinstance(error, sqlite3.OperationalError) and any(part in str(error) for part in _UNSUITED)


def _changes_nothing(row: Row) -> bool:
    return isinstance(row, JournalEntry) and row.kind == "decision" and row.uri is None
