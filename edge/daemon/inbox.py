"""The one door to the thread that decides: what the parts found out, and what people ask for."""

from __future__ import annotations

import logging
import queue
from collections.abc import Iterator
from enum import Enum

from edge.events import Event
from edge.values import Command, Playback, Problem, Reading, Wish

log = logging.getLogger(__name__)
MOST = 256


class SessionEnd(Enum):
    """Why a session ended."""

    STOPPED = "stopped"
    OVER = "over"
    RELOAD = "reload"
    STUCK = "stuck"


Item = Reading | Playback | Command | Problem | Event | Wish | SessionEnd


class Inbox:
    """A bounded queue; any thread puts in, one takes out."""

    def __init__(self) -> None:
        self._items: queue.Queue[Item] = queue.Queue(maxsize=MOST)

    def post(self, item: Item) -> None:
        """Never waits: where nobody takes anything out, the newest is dropped."""
        try:
            self._items.put_nowait(item)
        except queue.Full:
            log.debug("inbox: full, dropped %s", type(item).__name__)

    def problem(self, part: str, message: str | None) -> None:
        """A part doesn't work, and the mend; no message: it does again."""
        self.post(Problem(part, message or ""))

    def get(self, timeout: float) -> Item | None:
        """The oldest item, waiting for it at most `timeout` seconds; None where there is none."""
        try:
            return self._items.get(timeout=timeout)
        except queue.Empty:
            return None

    def rest(self) -> Iterator[Item]:
        """What is still there."""
        while not self._items.empty():
            yield self._items.get_nowait()
