"""The SQLite file `journal.db`: opening it, bringing its tables to the newest version, setting a damaged file aside.

The journal and the library keep tables of their own in the same file. Each describes them by a `Schema` and changes no
others.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import stat
from datetime import datetime, timezone
from pathlib import Path

from edge.errors import MoodroomError
from edge.system import state
from edge.system.files import make_folder
from edge.system.schema import Schema
from edge.system.schema_check import fits, is_untouched

FILE = "journal.db"
DAMAGED_FILES_KEPT = 3
# A write-ahead log (sqlite.org/wal.html) keeps two more files beside the database.
SUFFIXES = ("", "-wal", "-shm")
GROUP_AND_OTHERS = stat.S_IRWXG | stat.S_IRWXO
log = logging.getLogger(__name__)


def default_path() -> Path:
    """The file in the state directory."""
    return state.directory() / FILE


def open_for_writing(path: Path, schema: Schema) -> sqlite3.Connection:
    """Open the file, creating it or bringing the schema's tables to the newest version. No transaction is open.

    Raises the schema's error for a newer or another program's file, and sqlite3.Error or OSError where it can't be
    opened.
    """
    make_folder(path.parent)
    try:
        return _open(path, schema)
    except sqlite3.OperationalError:
        raise  # no space, no permission, or busy: the file itself is fine
    except sqlite3.DatabaseError as error:
        if not schema.replace_damaged:
            raise
        set_aside(path, schema, error)
        return _open(path, schema)


def open_for_reading(path: Path, schema: Schema) -> sqlite3.Connection:
    """Open the file without changing it; raises the schema's error where it has none of its tables or can't be read."""
    if not os.path.isfile(path):
        raise schema.error(f"{schema.part}: there is none yet at {path}; the device writes it while it runs")
    error: sqlite3.Error | None = None
    # Without a log, nobody is writing, and `immutable` also works for users who may create no files beside it.
    log_exists = os.path.exists(path.with_name(path.name + "-wal"))
    for mode in ("mode=ro", "mode=ro&immutable=1") if log_exists else ("mode=ro&immutable=1",):
        connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=schema.busy_s)
        connection.text_factory = _lenient
        try:
            version = version_of(connection, schema)
            if version < 0 or (0 < version <= schema.newest and not fits(connection, schema.steps[:version])):
                connection.close()
                raise _foreign(path, schema)
        except sqlite3.Error as failed:
            connection.close()
            error = failed
            continue
        if version > schema.newest:
            connection.close()
            raise _newer(path, schema, version)
        if version == 0:
            connection.close()
            raise schema.error(f"{schema.part}: {path} contains none yet; the device writes it while it runs")
        return connection
    raise schema.error(
        f"{schema.part}: {path} can't be read ({error}); is it yours to read, and a file of this program?"
    )


def unusable(part: str, path: Path, error: sqlite3.Error | OSError) -> str:
    """The sentence for a file that can't be opened, read or written. part: how it begins."""
    what = (error.strerror if isinstance(error, OSError) else None) or str(error)
    if isinstance(error, OSError):
        advice = "is the disk full or read-only, and the folder yours?"
    elif not isinstance(error, sqlite3.OperationalError):
        advice = "is it a file of this program? If it is damaged, move it away"
    elif "locked" in what:
        advice = "another program is using it; try again"
    else:
        advice = "is the disk full or read-only, and the file yours?"
    return f"{part}: {path} can't be used ({what}); {advice}"


def version_of(connection: sqlite3.Connection, schema: Schema) -> int:
    """The version of the schema's tables in this file; 0 where there are none."""
    return schema.version.read(connection)


def migrate(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Bring the schema's tables to the newest version, in one transaction.

    path: for the error, which is the schema's, where the file is of a newer program.
    """
    version = _known_version(connection, path, schema)
    steps = schema.steps
    if not (fits(connection, steps[:version]) if version else is_untouched(connection, steps)):
        raise _foreign(path, schema)
    if version == schema.newest:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have done it meanwhile.
        for statements in schema.steps[_known_version(connection, path, schema) :]:
            for statement in statements:
                connection.execute(statement)
        schema.version.write(connection, schema.newest)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def set_aside(path: Path, schema: Schema, error: Exception) -> None:
    """Rename a damaged file and its log, so that a new one can begin. The newest few damaged files are kept."""
    timestamp = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.name}.broken-{timestamp}")
    for suffix in SUFFIXES:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    log.warning(
        "%s: %s is damaged (%s); it was set aside as %s, and a new one begun", schema.part, path, error, aside.name
    )
    damaged = sorted(p for p in path.parent.glob(f"{path.name}.broken-*") if not p.name.endswith(("-wal", "-shm")))
    for old in damaged[:-DAMAGED_FILES_KEPT]:
        for suffix in SUFFIXES:
            old.with_name(old.name + suffix).unlink(missing_ok=True)


def make_private(path: Path) -> None:
    """Create the file if it doesn't exist, and leave it and its log readable by their owner only.

    What a room's mood was is private. SQLite gives a new log the permissions of the file. Raises OSError where the
    file can't be created.
    """
    if not path.exists():
        path.touch(0o600)
    for suffix in SUFFIXES:
        file = path.with_name(path.name + suffix)
        # Another user may use the file but not change its mode, and other processes create and remove the log.
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(file.stat().st_mode)
            if mode & GROUP_AND_OTHERS:
                file.chmod(mode & ~GROUP_AND_OTHERS)


def _open(path: Path, schema: Schema) -> sqlite3.Connection:
    make_private(path)
    # isolation_level=None: transactions begin and end with explicit statements.
    connection = sqlite3.connect(path, timeout=schema.busy_s, isolation_level=None)
    connection.text_factory = _lenient
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may lose the last transactions, but never damages the file: the log is synced before it is copied.
        connection.execute("PRAGMA synchronous = NORMAL")
        for pragma in schema.pragmas:
            connection.execute(f"PRAGMA {pragma}")
        if schema.replace_damaged:
            result = connection.execute("PRAGMA quick_check(1)").fetchone()
            if result is not None and result[0] != "ok":
                raise sqlite3.DatabaseError(str(result[0]).splitlines()[0])
        migrate(connection, path, schema)
    except BaseException:
        connection.close()
        raise
    return connection


def _known_version(connection: sqlite3.Connection, path: Path, schema: Schema) -> int:
    version = version_of(connection, schema)
    if version < 0:
        raise _foreign(path, schema)
    if version > schema.newest:
        raise _newer(path, schema, version)
    return version


def _foreign(path: Path, schema: Schema) -> MoodroomError:
    return schema.error(f"{schema.part}: {path} has tables of another program; move the file away, and restart")


def _newer(path: Path, schema: Schema, version: int) -> MoodroomError:
    return schema.error(
        f"{schema.part}: {path} was written by a newer Moodroom (version {version}, and this one knows "
        f"{schema.newest} at most); update it, or move the file away"
    )


def _lenient(text: bytes) -> str:
    """Text as SQLite stores it, which another program may have written in another encoding."""
    return text.decode("utf-8", "replace")
