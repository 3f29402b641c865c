"""`UpcomingSongs`: what the device has put into MPD's queue behind the current song."""

from __future__ import annotations

import logging
from dataclasses import replace
from itertools import takewhile
from typing import Any, Protocol

from edge.errors import reported
from edge.players.mpd.connection import MpdConnection, MpdRefusedError
from edge.players.mpd.controls import Controls
from edge.players.mpd.placing import Placer
from edge.players.mpd.progress import DeferredMusic, Placement, WishProgress
from edge.players.mpd.queue import Queue
from edge.players.wishes import OVERRULED, describe
from edge.values import Wish

MAX_QUEUED = 100
MPD_RESTARTED = "MPD was restarted with another queue"
PASSED_OVER = "mpd: Mopidy began other songs twice where this was next; check the address"
log = logging.getLogger(__name__)


class Abandon(Protocol):
    """Takes a wish that won't be carried out."""

    def __call__(self, wish: Wish, why: str, *, fault: bool = False) -> None: ...


class UpcomingSongs:
    """Single songs that were queued, and music that begins at the end of the current song."""

    def __init__(
        self,
        connection: MpdConnection,
        queue: Queue,
        placer: Placer,
        controls: Controls,
        abandon: Abandon,
    ) -> None:
        """abandon: called with a deferred wish that won't be carried out, why, and whether something is wrong."""
        self._connection, self._queue, self._placer, self._controls = connection, queue, placer, controls
        self._abandon = abandon
        self._deferred: DeferredMusic | None = None
        self._queued: list[str] = []
        # The song that is to come next, for which random order was turned off.
        self._in_order_for: str | None = None

    @property
    def waiting_ids(self) -> frozenset[str]:
        """The songs that wait for the end of the current one, in place of the rest of the queue."""
        return frozenset(self._deferred.placement.ids) if self._deferred is not None else frozenset()

    def enqueue(self, progress: WishProgress, songs: list[str], status: dict[str, Any]) -> None:
        """Put songs behind the current one and those queued before; they count as part of what is playing."""
        position = int(status.get("song", 0))
        current, *later = self._connection.call(lambda client: client.playlistinfo((position,))) or [{}]
        queued = [str(song["id"]) for song in takewhile(lambda song: str(song["id"]) in self._queued, later)]
        placement = progress.placement = progress.placement or self._placer.begin(songs, self._queue.context(current))
        after_id = queued[-1] if queued else str(current.get("id"))
        self._place_next(placement, after_id, status)
        self._queued = [*self._queued, *placement.ids][-MAX_QUEUED:]

    def defer(self, progress: WishProgress, songs: list[str]) -> None:
        """Put songs behind the current one, to replace everything else when they begin."""
        status = self._controls.status()
        current_id = str(status.get("songid"))
        placement = progress.placement = progress.placement or self._placer.begin(songs, progress.address)
        self._place_next(placement, current_id, status)
        after_id = "" if current_id in placement.ids else current_id
        next_id = status.get("nextsongid")
        self._deferred = DeferredMusic(progress.wish, progress.original, after_id, next_id, placement)

    def update(self, status: dict[str, Any]) -> bool:
        """Notice that the deferred music has begun, or that a person chose something else. True in either case."""
        deferred, song_id = self._deferred, status.get("songid")
        if song_id is not None and song_id == self._in_order_for and status.get("state") == "play":
            self._restore_random()
        if deferred is None or (song_id == deferred.after_id and status.get("state") != "stop"):
            return False
        if song_id in deferred.placement.ids and status.get("state") == "play":
            self._queue.keep_only(deferred.placement.entries, deferred.placement.address)
            self._controls.begin_order(deferred.wish, {**status, "single": "0"})
            if deferred.wish.volume is not None:
                self._controls.change_volume(deferred.wish.volume, fade=False, required=False)
            self._placer.place_rest(deferred.placement)
            self._deferred = None
            return True
        missed = song_id is not None and song_id == deferred.next_id and status.get("state") == "play"
        if missed and self._connection.is_mopidy and not deferred.missed:
            # Mopidy chooses the next song seconds before the end, and had chosen before these songs came.
            self._wait_longer(deferred, str(song_id))
            return False
        self.withdraw()
        if missed and self._connection.is_mopidy:
            self._abandon(deferred.original, PASSED_OVER, fault=True)
        else:
            self._abandon(deferred.original, OVERRULED)
        return True

    def _wait_longer(self, deferred: DeferredMusic, song_id: str) -> None:
        """Put the songs behind the song that has begun. Can be repeated after a lost connection."""
        old = deferred.placement
        songs = [entry.file for entry in old.entries] + old.songs
        try:
            self._placer.take_back(old)
        finally:
            if not old.entries:
                old.songs = songs
        placement = self._placer.begin(songs, old.address)
        placement.skipped = old.skipped
        self._deferred = replace(deferred, placement=placement)
        status = self._controls.status()
        next_id = status.get("nextsongid")
        try:
            self._place_next(placement, song_id, status)
        except MpdRefusedError as error:
            self._deferred = None
            self._abandon(deferred.original, reported(error))
        else:
            missed = deferred.missed + 1
            self._deferred = replace(self._deferred, after_id=song_id, next_id=next_id, missed=missed)

    def withdraw(self) -> None:
        """Remove the deferred music from the queue."""
        if self._deferred is not None:
            self._placer.take_back(self._deferred.placement)
            self._restore_random()
            log.info("mpd: withdrawn: %s", describe(self._deferred.wish))
            self._deferred = None

    def renumber(self, new_ids: dict[str, str]) -> None:
        """Take over the new ids of songs after a restart of MPD. new_ids: by their old ids."""
        self._queued = [new_ids[song_id] for song_id in self._queued if song_id in new_ids]
        self._in_order_for = new_ids.get(self._in_order_for or "")
        if (deferred := self._deferred) is not None:
            self._deferred = deferred.renumbered(new_ids)
            if self._deferred is None:
                self._abandon(deferred.original, MPD_RESTARTED)

    def _place_next(self, placement: Placement, after_id: str, status: dict[str, Any]) -> None:
        """Add the songs and make the first the next one to play; takes them back if that is refused."""
        self._placer.place(placement, after_id=after_id)
        try:
            # A song that repeats never ends.
            self._controls.end_single(status)
            if status.get("random") == "1":
                self._make_next(placement.ids[0])
        except MpdRefusedError:
            self._placer.take_back(placement)
            raise

    def _make_next(self, song_id: str) -> None:
        try:
            self._queue.prioritize(song_id)
        except MpdRefusedError:
            # Mopidy has no priorities. The queue is played in its order until this song begins.
            self._connection.call(lambda client: client.random(0))
            self._in_order_for = song_id

    def _restore_random(self) -> None:
        if self._in_order_for is not None:
            self._connection.call(lambda client: client.random(1))
            self._in_order_for = None
