"""A thread-safe queue of wishes, between the thread that decides and the one that drives the player."""

from __future__ import annotations

import logging
import threading
from collections import Counter

from edge.players.wishes import replaces
from edge.values import Wish

MAX_WISHES = 16
log = logging.getLogger(__name__)


class WishQueue:
    """Wishes in the order in which they came, without those that a newer one replaces."""

    def __init__(self) -> None:
        self._waiting: list[Wish] = []
        self._ready = threading.Condition()

    def put(self, wish: Wish) -> None:
        """Add a wish; of more than MAX_WISHES, the oldest of the most frequent kind is dropped."""
        with self._ready:
            self._waiting = [*(old for old in self._waiting if not replaces(wish, old)), wish]
            if len(self._waiting) > MAX_WISHES:
                kind = Counter((waiting.act, waiting.when) for waiting in self._waiting).most_common(1)[0][0]
                dropped = next(waiting for waiting in self._waiting if (waiting.act, waiting.when) == kind)
                self._waiting.remove(dropped)
                log.warning("player: more than %d wishes are waiting; dropped one: %s", MAX_WISHES, dropped.act.value)
            self._ready.notify()

    def get(self, timeout_s: float) -> Wish | None:
        """Remove and return the oldest wish; wait for one at most `timeout_s`, then return None."""
        with self._ready:
            if not self._waiting:
                self._ready.wait(timeout_s)
            return self._waiting.pop(0) if self._waiting else None
