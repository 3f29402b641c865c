"""What waits for the player: the newest wish of each kind, in the order in which they came."""

from __future__ import annotations

import threading
from collections import deque

from edge.values import Act, Wish

MOST = 16
# Where one of these waits, a newer one takes its place; each `next` counts.
_REPLACES = {
    Act.PLAY: (Act.PLAY,),
    Act.VOLUME: (Act.VOLUME,),
    Act.PAUSE: (Act.PAUSE, Act.RESUME),
    Act.RESUME: (Act.PAUSE, Act.RESUME),
}


class Wishes:
    """Between the thread that decides and the one that drives the player."""

    def __init__(self) -> None:
        self._waiting: deque[Wish] = deque(maxlen=MOST)
        self._ready = threading.Condition()

    def put(self, wish: Wish) -> None:
        """Leave a wish for the player; the oldest of more than MOST is dropped."""
        with self._ready:
            replaced = _REPLACES.get(wish.act, ())
            self._waiting = deque((w for w in self._waiting if w.act not in replaced), maxlen=MOST)
            self._waiting.append(wish)
            self._ready.notify()

    def get(self, wait: float) -> Wish | None:
        """The oldest wish, waiting for it at most `wait` seconds; None where there is none."""
        with self._ready:
            if not self._waiting:
                self._ready.wait(wait)
            return self._waiting.popleft() if self._waiting else None
