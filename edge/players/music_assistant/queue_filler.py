"""Fills the server's queue with the songs of a library list, one after the other while the first ones play."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterable

from edge.players.music_assistant.addresses import MediaFinder
from edge.players.music_assistant.connection import ServerConnection
from edge.players.music_assistant.errors import ServerRefusedError

FILL_INTERVAL_S = 1.0


class QueueFiller:
    """missing: how many songs of the list the server doesn't have."""

    def __init__(self, connection: ServerConnection, finder: MediaFinder, clock: Callable[[], float]) -> None:
        self.missing = 0
        self._connection, self._finder, self._clock = connection, finder, clock
        self._rest: deque[str] = deque()
        self._of: str | None = None
        self._fill_at = 0.0

    @property
    def waiting(self) -> bool:
        """True while songs wait."""
        return bool(self._rest)

    def begin(self, rest: Iterable[str], *, of: str | None) -> None:
        """Add these addresses from now on. of: the address of the list, whose first songs were started."""
        self._rest, self._of = deque(rest), of

    def clear(self) -> None:
        """Add no more."""
        self._rest.clear()

    def fill(self, queue: str, *, playing: str | None) -> None:
        """Add the next song to this queue, if that is due. playing: the address of the device's music that plays."""
        if not self._rest or self._clock() < self._fill_at:
            return
        if playing != self._of:
            # Somebody chose something else.
            self._rest.clear()
            return
        self._fill_at = self._clock() + FILL_INTERVAL_S
        with contextlib.suppress(ServerRefusedError):
            self._add(self._rest.popleft(), queue)

    def _add(self, address: str, queue: str) -> None:
        uri = self._finder.song(address)
        if uri is None:
            self.missing += 1
        else:
            self._connection.call("player_queues/play_media", queue_id=queue, media=[uri], option="add")
