"""Erases the history and what was learned, also where copies of it are."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

from edge.backup.contents import KEPT_FOLDER, PENDING
from edge.errors import JournalError
from edge.journal.tables import SCHEMA
from edge.system import database

TABLES = ("journal_entries", "journal_outcomes")


def erase(state: Path) -> int:
    """Delete all entries and outcomes, and overwrite where they were; returns how many rows that were.

    Copies go too: damaged files that were set aside, and what a restore replaced. The device may be running.
    Raises JournalError.
    """
    path = state / database.FILE
    try:
        rows = _empty(path) if os.path.isfile(path) else 0
        for copy in state.glob(f"{database.FILE}.broken-*"):
            copy.unlink(missing_ok=True)
        (state / PENDING).unlink(missing_ok=True)
    except (sqlite3.Error, OSError) as error:
        raise JournalError(
            f"journal: {path} can't be erased ({error}); is it a file of this program, and yours?"
        ) from None
    shutil.rmtree(state / KEPT_FOLDER, ignore_errors=True)
    return rows


def _empty(path: Path) -> int:
    with contextlib.closing(database.open_for_writing(path, SCHEMA)) as connection:
        # What is deleted is overwritten with zeros, also in the log once that is copied.
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        rows = sum(connection.execute(f"DELETE FROM {table}").rowcount for table in TABLES)  # noqa: S608  constants
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        # Makes the file small; impossible while the device reads, and then not needed.
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return rows
