"""Whether a device runs with this state directory: it holds a shared lock on a file there while it runs."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from edge.system.files import make_folder

FILE_NAME = "running"


@contextlib.contextmanager
def running(folder: Path) -> Iterator[None]:
    """Tell others, until the end of the block or of the process, that a device runs here; several may."""
    descriptor = None
    with contextlib.suppress(OSError):
        make_folder(folder)
        descriptor = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_running(folder: Path) -> bool:
    """Whether a device runs with this state directory; False where that can't be known."""
    try:
        descriptor = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
