"""One at a time at the login: threads of this process and other processes, such as a command beside the device."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

LOOK_EVERY = 0.05  # seconds between two tries


class FolderLock:
    """A lock on a folder, which needs no file of its own; the system gives it back when its holder ends.

    Whoever holds it may take it again in the same thread.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine = threading.RLock()
        self._depth = 0

    @contextlib.contextmanager
    def held(self, within: float) -> Iterator[bool]:
        """Holds the lock meanwhile; gives False where somebody else had it for all of `within` seconds.

        A folder that isn't there, or that this system can't lock, is nobody else's: True.
        """
        until = time.monotonic() + within
        if not self._mine.acquire(timeout=max(0.0, within)):
            yield False
            return
        try:
            if self._depth:
                yield True
                return
            with contextlib.ExitStack() as stack:
                mine = self._take(until, stack)
                self._depth += mine
                try:
                    yield mine
                finally:
                    self._depth -= mine
        finally:
            self._mine.release()

    def _take(self, until: float, stack: contextlib.ExitStack) -> bool:
        """stack: closes the folder, and thereby ends the lock."""
        try:
            folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return True
        stack.callback(os.close, folder)
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
                    return True
            else:
                return True
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_EVERY)
