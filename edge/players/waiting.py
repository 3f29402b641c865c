"""What waits for the player: the newest wish of each kind, in the order in which they came."""

from __future__ import annotations

import logging
import threading
from collections import Counter

from edge.music.playback import is_revocable
from edge.values import Act, When, Wish

MOST = 16
log = logging.getLogger(__name__)


def replaces(new: Wish, old: Wish) -> bool:
    """True where the newer wish takes the place of one that still waits.

    Music takes the place of music, a volume of a volume, a pause or going on of both, and what was to play is taken
    back; none pushes out what it isn't about. Every skip counts, and every song for the queue.
    """
    if new.act is Act.FORGET and is_revocable(old):
        return True
    if Act.PLAY in (new.act, old.act):
        return new.act is old.act and When.QUEUE not in (new.when, old.when)
    still = (Act.PAUSE, Act.RESUME)
    return (new.act in still and old.act in still) or (new.act is old.act and new.act in (Act.VOLUME, Act.FORGET))


class WishQueue:
    """Between the thread that decides and the one that drives the player."""

    def __init__(self) -> None:
        self._waiting: list[Wish] = []
        self._ready = threading.Condition()

    def put(self, wish: Wish) -> None:
        """Leave a wish for the player; of more than MOST, the oldest of the most frequent kind is dropped."""
        with self._ready:
            self._waiting = [*(old for old in self._waiting if not replaces(wish, old)), wish]
            if len(self._waiting) > MOST:
                kind = Counter((one.act, one.when) for one in self._waiting).most_common(1)[0][0]
                dropped = next(one for one in self._waiting if (one.act, one.when) == kind)
                self._waiting.remove(dropped)
                log.warning("player: too much is asked at once; %s is left out once", dropped.act.value)
            self._ready.notify()

    def get(self, wait: float) -> Wish | None:
        """The oldest wish, waiting for it at most `wait` seconds; None where there is none."""
        with self._ready:
            if not self._waiting:
                self._ready.wait(wait)
            return self._waiting.pop(0) if self._waiting else None
