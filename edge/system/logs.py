"""Log lines on stderr: plain text, with priorities under systemd's journal, and a limit on how many there are."""

from __future__ import annotations

import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable

from edge.budget import TokenBucket
from edge.text import printable

_PRIORITY = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
# Lines that may come at once, and seconds until one more may: at most 60 in any hour. A memory card wears out, and
# people read only the first lines.
INFO_BURST, INFO_REFILL_S = 30, 120.0
# Warnings have a budget of their own, so that ordinary lines can't use it up.
WARNING_BURST, WARNING_REFILL_S = 60, 60.0


class LogBudget(logging.Filter):
    """Drops INFO and WARNING lines beyond their budgets, and appends to the next line how many were dropped.

    Errors always pass, and so does DEBUG, which the user has asked for.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._budgets = {
            logging.INFO: TokenBucket(rate=1 / INFO_REFILL_S, capacity=INFO_BURST),
            logging.WARNING: TokenBucket(rate=1 / WARNING_REFILL_S, capacity=WARNING_BURST),
        }
        self._dropped: Counter[int] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        budget = self._budgets.get(record.levelno)
        if budget is None:
            return True
        if not budget.take(self._clock()):
            self._dropped[record.levelno] += 1
            return False
        if dropped := self._dropped.pop(record.levelno, 0):
            record.msg = f"{record.getMessage()} (before this, {dropped} more were left out)"
            record.args = ()
        return True


class _PrintableFormatter(logging.Formatter):
    """Keeps each message to one line that is safe to show, whatever a server or a file name put into it."""

    def format(self, record: logging.LogRecord) -> str:
        record.msg, record.args = printable(record.getMessage()), ()
        return super().format(record)


class _JournalFormatter(_PrintableFormatter):
    """Puts the priority before the line, as sd-daemon(3) describes."""

    def format(self, record: logging.LogRecord) -> str:
        return f"<{_PRIORITY.get(record.levelno, 6)}>{super().format(record)}"


def in_journal() -> bool:
    """Whether stdout and stderr go to systemd's journal."""
    return bool(os.environ.get("JOURNAL_STREAM"))


def set_up(*, verbose: bool = False) -> None:
    """Send this program's log to stderr; verbose: with DEBUG lines and without the limit.

    Other libraries stay at warnings: their debug output can contain secrets.
    """
    silence_ffmpeg()
    handler = logging.StreamHandler(sys.stderr)
    if in_journal():
        handler.setFormatter(_JournalFormatter("%(message)s"))
    else:
        handler.setFormatter(_PrintableFormatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    if not verbose:
        handler.addFilter(LogBudget())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("edge").setLevel(logging.DEBUG if verbose else logging.INFO)


def silence_ffmpeg() -> None:
    """FFmpeg writes past every level and budget; OpenCV reads this setting when it first opens a video."""
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
