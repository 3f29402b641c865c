"""The queue to the thread that decides: what the other threads report, and what people request."""

from __future__ import annotations

import logging
import queue
from collections.abc import Iterator
from enum import Enum

from edge.events import Event
from edge.text import clean
from edge.values import Command, Playback, PresenceReport, Problem, Reading, Wish

log = logging.getLogger(__name__)
MAX_ITEMS = 256


class SessionEnd(Enum):
    """Why a session ended."""

    STOPPED = "stopped"
    OVER = "over"
    RELOAD = "reload"
    STUCK = "stuck"


# A Wish in the inbox is one that the player gave up.
Item = Reading | Playback | Command | PresenceReport | Problem | Event | Wish | SessionEnd


class Inbox:
    """A bounded queue; any thread puts items in, one takes them out."""

    def __init__(self) -> None:
        self._items: queue.Queue[Item] = queue.Queue(maxsize=MAX_ITEMS)

    def post(self, item: Item) -> None:
        """Add an item; never waits: if the queue is full, the item is dropped."""
        try:
            self._items.put_nowait(item)
        except queue.Full:
            log.debug("inbox: full, dropped %s", type(item).__name__)

    def problem(self, part: str, message: str | None) -> None:
        """Post that a part doesn't work, and the fix; without a message, that it works again."""
        self.post(Problem(part, clean(message or "")))

    def get(self, timeout: float) -> Item | None:
        """The oldest item, waiting for it at most `timeout` seconds; None if none came."""
        try:
            return self._items.get(timeout=timeout)
        except queue.Empty:
            return None

    def drain(self) -> Iterator[Item]:
        """Take out the items that are left."""
        while not self._items.empty():
            yield self._items.get_nowait()
