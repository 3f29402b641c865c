"""`UpcomingSongs`: what the device has put into MPD's queue behind the current song."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import takewhile
from typing import Any

from edge.players.mpd.connection import MpdConnection
from edge.players.mpd.controls import Controls
from edge.players.mpd.progress import DeferredMusic, WishProgress
from edge.players.mpd.queue import Queue
from edge.players.wishes import OVERRULED, describe
from edge.values import Wish

MAX_QUEUED = 100
MPD_RESTARTED = "MPD was restarted with another queue"
log = logging.getLogger(__name__)


class UpcomingSongs:
    """Single songs that were queued, and music that begins at the end of the current song."""

    def __init__(
        self, connection: MpdConnection, queue: Queue, controls: Controls, abandon: Callable[[Wish, str], None]
    ) -> None:
        """abandon: called with a deferred wish that won't be carried out, and why."""
        self._connection, self._queue, self._controls, self._abandon = connection, queue, controls, abandon
        self._deferred: DeferredMusic | None = None
        self._queued: list[str] = []

    def enqueue(self, progress: WishProgress, songs: list[str], status: dict[str, Any]) -> None:
        """Put songs behind the current one and those queued before; they count as part of what is playing."""
        position = int(status.get("song", 0))
        current, *later = self._connection.call(lambda client: client.playlistinfo((position,))) or [{}]
        position += 1 + len(list(takewhile(lambda song: str(song["id"]) in self._queued, later)))
        ids = self._place(progress, songs, self._queue.context(current), position)
        self._queued = [*self._queued, *ids][-MAX_QUEUED:]
        if status.get("random") == "1":
            self._queue.prioritize(ids[0])

    def defer(self, progress: WishProgress, songs: list[str]) -> None:
        """Put songs behind the current one, to replace everything else when they begin."""
        status = self._controls.status()
        current_id = str(status.get("songid"))
        ids = self._place(progress, songs, progress.address, int(status.get("song", -1)) + 1)
        after_id = "" if current_id in ids else current_id
        self._deferred = DeferredMusic(progress.wish, progress.original, after_id, ids)
        if status.get("random") == "1":
            self._queue.prioritize(ids[0])
        if status.get("single", "0") != "0":
            # A song that repeats never ends.
            self._connection.call(lambda client: client.single(0))

    def update(self, status: dict[str, Any]) -> bool:
        """Notice that the deferred music has begun, or that a person chose something else. True in either case."""
        deferred, song_id = self._deferred, status.get("songid")
        if deferred is None or (song_id == deferred.after_id and status.get("state") != "stop"):
            return False
        if song_id in deferred.ids and status.get("state") == "play":
            self._queue.remove_others(deferred.ids)
            self._controls.set_order(deferred.wish)
            if deferred.wish.volume is not None:
                self._controls.change_volume(deferred.wish.volume, fade=False, required=False)
            self._deferred = None
            return True
        self.withdraw()
        self._abandon(deferred.original, OVERRULED)
        return True

    def withdraw(self) -> None:
        """Remove the deferred music from the queue."""
        if self._deferred is not None:
            self._queue.remove(self._deferred.ids)
            log.info("mpd: withdrawn: %s", describe(self._deferred.wish))
            self._deferred = None

    def renumber(self, new_ids: dict[str, str]) -> None:
        """Take over the new ids of songs after a restart of MPD. new_ids: by their old ids."""
        self._queued = [new_ids[song_id] for song_id in self._queued if song_id in new_ids]
        if (deferred := self._deferred) is not None:
            self._deferred = deferred.renumbered(new_ids)
            if self._deferred is None:
                self._abandon(deferred.original, MPD_RESTARTED)

    def _place(self, progress: WishProgress, songs: list[str], address: str | None, position: int) -> tuple[str, ...]:
        """Add the songs once, however often the connection is lost meanwhile. Returns their ids."""
        if not progress.placed and progress.tried:
            progress.placed = self._queue.find(songs, address)
        progress.tried = True
        progress.placed = progress.placed or self._queue.add(songs, address, position=position)
        return progress.placed
