"""The file of the journal and the library is its owner's alone: how a room felt is nobody else's business."""

from __future__ import annotations

import contextlib
import stat
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private(path: Path) -> None:
    """Make an SQLite file where there is none, and take it and what lies beside it from everybody but its owner.

    SQLite gives a new log the file's rights. Raises OSError where the file can't be made.
    """
    if not path.exists():
        path.touch(0o600)
    for end in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + end)
        # Who isn't the owner may still use it, and the log comes and goes with other processes.
        with contextlib.suppress(OSError):
            mode = stat.S_IMODE(beside.stat().st_mode)
            if mode & OTHERS:
                beside.chmod(mode & ~OTHERS)
