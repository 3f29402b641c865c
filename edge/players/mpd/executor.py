"""`MpdExecutor`: carries out one wish on MPD, in such a way that it can be repeated after a lost connection."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from edge.players.mpd.connection import MpdConnection, MpdPermissionError, MpdRefusedError
from edge.players.mpd.controls import Controls
from edge.players.mpd.placing import Placer
from edge.players.mpd.playback import duration_of
from edge.players.mpd.progress import Placement, WishProgress
from edge.players.mpd.queue import Queue
from edge.players.mpd.upcoming import UpcomingSongs
from edge.players.wishes import rotated
from edge.values import Act, Music, When, Wish

# Stations that don't answer take time; the music isn't looked for any longer.
FIRST_SONGS_TRIED_MAX = 5


class MpdExecutor:
    """Carries out wishes on MPD."""

    def __init__(
        self, connection: MpdConnection, queue: Queue, placer: Placer, controls: Controls, upcoming: UpcomingSongs
    ) -> None:
        self._connection, self._queue, self._placer = connection, queue, placer
        self._controls, self._upcoming = controls, upcoming

    def carry_out(self, progress: WishProgress) -> None:
        """Carry out a wish. Raises PlayerError; `progress` then says how far it has come, for the next try."""
        wish, call = progress.wish, self._connection.call
        if wish.act is Act.PLAY and wish.music is not None:
            self._play(progress, wish.music)
            return
        if wish.act is Act.FORGET:
            self._upcoming.withdraw()
        elif wish.act is Act.PAUSE:
            call(lambda client: client.pause(1))
        elif wish.act is Act.RESUME:
            self._controls.set_order(wish)
            paused = self._controls.status().get("state") == "pause"
            call(lambda client: client.pause(0) if paused else client.play())
        elif wish.act in (Act.NEXT, Act.PREVIOUS):
            self._skip(progress)
        if wish.volume is not None:
            self._controls.change_volume(wish.volume, fade=wish.fade, required=wish.act is Act.VOLUME)

    def _skip(self, progress: WishProgress) -> None:
        act = progress.wish.act
        target_id = progress.target_id = progress.target_id or self._neighbour_id(act)
        if target_id is None:
            # Unlike going to a certain song, this can't be repeated: if the connection is lost, it may have happened.
            progress.expires = 0.0
            self._connection.call(lambda client: client.next() if act is Act.NEXT else client.previous())
        elif self._controls.status().get("songid") != target_id:
            self._connection.call(lambda client: client.playid(target_id))

    def _neighbour_id(self, act: Act) -> str | None:
        """Return the id of the song that a skip goes to; None if only MPD knows it."""
        status = self._controls.status()
        if act is Act.NEXT:
            return status.get("nextsongid")
        position = int(status.get("song", 0)) - 1
        if position < 0 or status.get("random") == "1":
            return None
        songs = self._connection.call(lambda client: client.playlistinfo(position))
        return str(songs[0]["id"]) if songs else None

    def take_back(self, progress: WishProgress) -> None:
        """Remove the songs of a wish that won't be carried out, unless they play. Raises PlayerError."""
        if progress.placement is not None and not progress.started:
            self._placer.take_back(progress.placement)

    def _play(self, progress: WishProgress, music: Music) -> None:
        wish, status = progress.wish, self._controls.status()
        songs = self._queue.songs_of(music, wish.offset)
        if (song := _continued_song(wish)) in songs:
            songs = rotated(songs, songs.index(song))
        self._connection.require("addid", "deleteid", "playid")
        when = When.NOW if progress.begun else wish.when
        if when is When.QUEUE and len(songs) == 1 and status.get("songid") is not None:
            self._upcoming.enqueue(progress, songs, status)
            return
        ends = status.get("state") == "play" and duration_of(status) is not None
        deferrable = when is not When.NOW and ends
        if not (deferrable and progress.placement is not None):
            self._upcoming.withdraw()
        if deferrable:
            self._upcoming.defer(progress, songs)
            return
        progress.begun = True
        self._begin(progress, songs, status)

    def _begin(self, progress: WishProgress, songs: list[str], status: dict[str, Any]) -> None:
        """Play these songs now, in place of all others, which stay until the first of these is in the queue."""
        wish = progress.wish
        placement = progress.placement = progress.placement or self._placer.begin(songs, progress.address)
        any_song = wish.shuffle is True and wish.offset is None and wish.continues is None
        self._placer.place(placement, enough=None if any_song else 1)
        first = random.choice(placement.ids) if any_song else placement.ids[0]  # noqa: S311
        try:
            self._controls.begin_order(wish, status)
            self._controls.fade_in(wish, status)
            progress.started = True
            progress.first_id = self._play_first(placement, first)
            self._seek(wish, placement, progress.first_id)
        except MpdRefusedError:
            progress.started = False
            self._controls.undo_fade_in(status)
            self._placer.take_back(placement)
            raise
        self._queue.keep_only(placement.entries, placement.address)
        self._placer.place_rest(placement)

    def _seek(self, wish: Wish, placement: Placement, song_id: str) -> None:
        """Go to where the music was elsewhere, if it began with the song that played there."""
        position = wish.continues.position if wish.continues is not None else None
        begun = next((entry.file for entry in placement.entries if entry.id == song_id), None)
        if position and begun == _continued_song(wish):
            # A station has no positions, and the song may be shorter here.
            with contextlib.suppress(MpdRefusedError):
                self._connection.call(lambda client: client.seekid(song_id, f"{position:.3f}"))

    def play_another(self, progress: WishProgress) -> str | None:
        """Play the next song of music whose first one didn't begin, and take that one out of the queue.

        Returns the address of the song that was taken out; None where no other song is left to be tried.
        """
        placement, silent = progress.placement, progress.first_id
        if placement is None or silent not in placement.ids or len(placement.skipped) >= FIRST_SONGS_TRIED_MAX:
            return None
        after = placement.ids.index(silent) + 1
        following = [*placement.ids[after:], *placement.ids[: after - 1]]
        if not following:
            return None
        self._placer.skip(placement, silent, "it doesn't begin")
        try:
            progress.first_id = self._play_first(placement, following[0])
        except MpdRefusedError:
            return None
        return placement.skipped[-1][0]

    def _play_first(self, placement: Placement, first: str) -> str:
        """Play this song, or the first one after it that MPD can play; it refuses a station that doesn't answer.

        Returns the id of the one that plays.
        """
        start = placement.ids.index(first)
        ids = [*placement.ids[start:], *placement.ids[:start]][:FIRST_SONGS_TRIED_MAX]
        for song_id in ids:
            try:
                self._connection.call(lambda client: client.playid(song_id))  # noqa: B023
            except MpdPermissionError:
                raise
            except MpdRefusedError as error:
                if song_id == ids[-1]:
                    raise
                self._placer.skip(placement, song_id, str(error))
            else:
                return song_id
        raise ValueError("there are no songs to play")


def _continued_song(wish: Wish) -> str:
    """The song that the music goes on with, as MPD names it; "" for none."""
    song = wish.continues.song if wish.continues is not None else None
    return song.removeprefix("mpd:") if song is not None else ""
