"""`FolderLock`: an advisory lock on a folder, between threads and processes."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

RETRY_INTERVAL_S = 0.05


class FolderLock:
    """A lock on a folder. It needs no lock file, and the system releases it when the process ends.

    The thread that holds it may acquire it again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread_lock = threading.RLock()
        self._depth = 0

    @contextlib.contextmanager
    def held(self, timeout: float) -> Iterator[bool]:
        """Hold the lock within the `with` block. Yields False if it couldn't be acquired within `timeout` seconds.

        A folder that doesn't exist or can't be locked counts as free: yields True.
        """
        deadline = time.monotonic() + timeout
        if not self._thread_lock.acquire(timeout=max(0.0, timeout)):
            yield False
            return
        try:
            if self._depth:
                yield True
                return
            with contextlib.ExitStack() as stack:
                acquired = self._acquire(deadline, stack)
                self._depth += acquired
                try:
                    yield acquired
                finally:
                    self._depth -= acquired
        finally:
            self._thread_lock.release()

    def _acquire(self, deadline: float, stack: contextlib.ExitStack) -> bool:
        """stack: closes the folder's descriptor, which releases the lock."""
        try:
            descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError:
            return True
        stack.callback(os.close, descriptor)
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                if error.errno not in (errno.EWOULDBLOCK, errno.EACCES, errno.EINTR):
                    return True
            else:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(RETRY_INTERVAL_S)
