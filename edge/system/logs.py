"""Plain log lines on stderr; under journald without a time of their own, but with a priority; never too many."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections.abc import Callable

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
# Lines that may come at once, and seconds until there is room for one more: 60 in any hour at most, for a memory card
# wears out and people read the first lines only.
BURST, REFILL = 30, 120.0
# Warnings have room of their own, so that chatter can't push them out.
WARNINGS, WARNINGS_REFILL = 60, 60.0


class LogBudget(logging.Filter):
    """Lets through so many lines, one more each `refill` seconds, and says how many were left out before.

    Warnings are counted apart; errors always pass, and so does DEBUG, which somebody asked for.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._buckets = {
            logging.INFO: _Bucket(BURST, REFILL, clock()),
            logging.WARNING: _Bucket(WARNINGS, WARNINGS_REFILL, clock()),
        }

    def filter(self, record: logging.LogRecord) -> bool:
        bucket = self._buckets.get(record.levelno)
        if bucket is None:
            return True
        if not bucket.take(self._clock()):
            return False
        if bucket.left_out:
            record.msg = f"{record.getMessage()} (before this, {bucket.left_out} more were left out)"
            record.args, bucket.left_out = (), 0
        return True


class _Bucket:
    def __init__(self, size: int, refill: float, now: float) -> None:
        self._size, self._refill = size, refill
        self._room, self._at = float(size), now
        self.left_out = 0

    def take(self, now: float) -> bool:
        self._room = min(self._size, self._room + max(0.0, now - self._at) / self._refill)
        self._at = now
        if self._room < 1:
            self.left_out += 1
            return False
        self._room -= 1
        return True


class _Journal(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"<{_PRIORITY.get(record.levelno, 6)}>{super().format(record)}"


def in_journal() -> bool:
    """Whether what is written on stdout and stderr goes to systemd's journal."""
    return bool(os.environ.get("JOURNAL_STREAM"))


def set_up(*, verbose: bool = False) -> None:
    """Send this project's log to stderr. Foreign libraries stay at warnings: their debug output can hold secrets."""
    # FFmpeg writes on stderr by itself, past every level and budget; what matters of it the camera says in a sentence.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    handler = logging.StreamHandler(sys.stderr)
    if in_journal():
        handler.setFormatter(_Journal("%(message)s"))
    else:
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    if not verbose:
        handler.addFilter(LogBudget())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("edge").setLevel(logging.DEBUG if verbose else logging.INFO)
