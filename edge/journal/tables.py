"""The journal's file: SQLite with a write-ahead log (sqlite.org/wal.html), its tables and their versions.

Other parts keep tables of their own in the same file; what is here touches those named journal_* alone.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from datetime import datetime, timezone
from pathlib import Path

from edge.errors import JournalError
from edge.journal.private import make_private
from edge.system import state

FILE = "journal.db"
# Each step brings a file from the version before it to its own, the first from nothing.
STEPS = (
    # Microseconds since 1970 are the key, so that neither order nor a stretch of time needs an index, which would be
    # written with each batch. Shares and coordinates are hundredths: one byte each instead of eight.
    """
    CREATE TABLE journal_entries (
        at INTEGER PRIMARY KEY, kind TEXT NOT NULL, mood TEXT, title TEXT, artist TEXT, uri TEXT, text TEXT,
        confidence INTEGER, valence INTEGER, arousal INTEGER, people INTEGER
    )
    """,
    """
    CREATE TABLE journal_outcomes (
        at INTEGER PRIMARY KEY, mood TEXT NOT NULL, uri TEXT NOT NULL, title TEXT, outcome TEXT NOT NULL
    )
    """,
)
VERSION = len(STEPS)
# Seconds to wait for another process, such as a library that is being synced.
BUSY = 5.0
BROKEN_KEPT = 3
log = logging.getLogger(__name__)


def default_path() -> Path:
    """Where the journal lies."""
    return state.directory() / FILE


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the journal, making or migrating it; a damaged file is set aside, and a new one begun.

    Raises JournalError for a file from a newer program, sqlite3.OperationalError and OSError where it can't be opened
    now, for want of room or rights.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _open(path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        set_aside(path, error)
        return _open(path)


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the journal without changing it; raises JournalError where there is none, or it can't be read."""
    if not os.path.isfile(path):
        raise JournalError(f"journal: there is none yet at {path}; the device writes it while it runs")
    error: sqlite3.Error | None = None
    # Without a log nobody writes: it can be read as it lies there, even by those who may make no files beside it.
    log_there = os.path.exists(path.with_name(path.name + "-wal"))
    for how in ("mode=ro", "mode=ro&immutable=1") if log_there else ("mode=ro&immutable=1",):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{how}", uri=True, timeout=BUSY)
        try:
            version = version_of(connection)
        except sqlite3.Error as failed:
            connection.close()
            error = failed
            continue
        if version > VERSION:
            connection.close()
            raise _newer(path, version)
        if version == 0:
            connection.close()
            raise JournalError(f"journal: {path} holds none yet; the device writes it while it runs")
        return connection
    raise JournalError(f"journal: {path} can't be read ({error}); is it yours to read, and a file of this program?")


def version_of(connection: sqlite3.Connection) -> int:
    """The version of the journal's tables in this file; 0 where there are none."""
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal_version'").fetchone() is None:
        return 0
    row = connection.execute("SELECT version FROM journal_version").fetchone()
    return int(row[0]) if row else 0


def set_aside(path: Path, error: Exception) -> None:
    """Rename a damaged file and its log, so that a new one can begin; the newest few are kept."""
    stamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.name}.broken-{stamp}")
    for end in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + end).rename(aside.with_name(aside.name + end))
    log.warning("journal: %s is damaged (%s); it was set aside as %s, and a new one begun", path, error, aside.name)
    broken = sorted(p for p in path.parent.glob(f"{path.name}.broken-*") if not p.name.endswith(("-wal", "-shm")))
    for old in broken[:-BROKEN_KEPT]:
        for end in ("", "-wal", "-shm"):
            old.with_name(old.name + end).unlink(missing_ok=True)


def _open(path: Path) -> sqlite3.Connection:
    make_private(path)
    # Transactions are begun and ended by hand.
    connection = sqlite3.connect(path, timeout=BUSY, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # A loss of power may cost the last batches, never the file; the log is synced before it is copied.
        connection.execute("PRAGMA synchronous = NORMAL")
        # Checkpoints are made by hand, seldom, since each writes the newest page once more.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        # Overwriting what is deleted anyway would wear the card for nothing.
        connection.execute("PRAGMA secure_delete = OFF")
        found = connection.execute("PRAGMA quick_check(1)").fetchone()
        if found is not None and found[0] != "ok":
            raise sqlite3.DatabaseError(str(found[0]).splitlines()[0])
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    version = version_of(connection)
    if version > VERSION:
        raise _newer(path, version)
    if version == VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Somebody else may have been quicker.
        version = version_of(connection)
        for step in STEPS[version:]:
            connection.execute(step)
        connection.execute("CREATE TABLE IF NOT EXISTS journal_version (version INTEGER NOT NULL)")
        connection.execute("DELETE FROM journal_version")
        connection.execute("INSERT INTO journal_version VALUES (?)", (VERSION,))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _newer(path: Path, version: int) -> JournalError:
    return JournalError(
        f"journal: {path} is of version {version}, and this program knows {VERSION} at most; update it, or move the "
        "file away"
    )
