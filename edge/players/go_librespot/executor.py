"""`DaemonExecutor`: carries out one wish on the daemon, so that it can be repeated after a lost answer."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

from edge.players.fade import Fade
from edge.players.go_librespot.connection import START_TIMEOUT_S, DaemonConnection
from edge.players.go_librespot.errors import (
    STARTING_RETRY_S,
    DaemonAwayError,
    DaemonBusyError,
    DaemonLostError,
    DaemonRefusedError,
    GoLibrespotError,
)
from edge.players.go_librespot.messages import playback_ready
from edge.players.go_librespot.origin import StartedMusic
from edge.players.go_librespot.playback import DaemonState, VolumeScale
from edge.players.go_librespot.progress import DaemonWish, LostCommand, SongList, going_on, single_song, songs_of
from edge.players.settling_volume import SettlingVolume
from edge.players.wishes import rotated
from edge.values import Act, Wish

FILL_INTERVAL_S = 1.0
KNOWN_MAX = 200


class DaemonExecutor:
    """Carries out wishes. `carry_out` raises GoLibrespotError.

    began: called once the daemon has begun the device's music.
    """

    def __init__(
        self, connection: DaemonConnection, clock: Callable[[], float], began: Callable[[StartedMusic], None]
    ) -> None:
        self._connection, self._clock, self._began = connection, clock, began
        self._rng = random.Random()  # noqa: S311
        self.fade, self.volume, self.scale, self.list = Fade(), SettlingVolume(), VolumeScale(), SongList()
        # Music that the daemon has played before; nothing is turned down for other music, which may be refused.
        self._known: set[str] = set()
        self._ready = False
        self._fill_at = 0.0

    def carry_out(self, progress: DaemonWish, shown: DaemonState) -> bool:
        """Do what can be done now; always done."""
        wish = progress.wish
        if wish.act is Act.PLAY:
            self._play(progress, shown)
        elif wish.act is Act.PAUSE:
            self._connection.command("/player/pause")
        elif wish.act is Act.RESUME:
            self._resume(progress, shown)
        elif wish.act in (Act.NEXT, Act.PREVIOUS):
            self._skip(progress, shown)
        if wish.volume is not None and wish.act not in (Act.PLAY, Act.RESUME):
            self._change_volume(wish, shown)
        return True

    def cancel(self, progress: DaemonWish, shown: DaemonState | None) -> None:
        volume, progress.volume_before = progress.volume_before, None
        if volume is not None and shown is not None:
            self.fade.stop()
            with contextlib.suppress(GoLibrespotError):
                self.set_volume(shown, volume)

    def set_volume(self, shown: DaemonState, volume: int) -> None:
        steps = shown.status.steps if shown.status is not None else None
        if steps:
            self._connection.command("/player/volume", volume=self.scale.to_step(volume, steps))
            self.volume.set(self._clock(), volume, shown=shown.volume)

    def fill(self, shown: DaemonState) -> None:
        track = shown.status.track if shown.status is not None else None
        if shown.theirs or track is None:
            self.list.clear()
        song = self.list.next(track.uri if track is not None else None)
        if song is None or self._clock() < self._fill_at:
            return
        self._fill_at = self._clock() + FILL_INTERVAL_S
        self.list.added()
        self._queue(song)

    def lose(self) -> None:
        """The daemon was restarted."""
        self._ready = False
        self.list.clear()

    # Music.

    def _play(self, progress: DaemonWish, shown: DaemonState) -> None:
        wish = progress.wish
        assert wish.music is not None
        song = single_song(wish.music)
        if progress.queued and song is not None and shown.state != "idle":
            self._queue(song)
            return
        if not progress.songs and wish.music.uris:
            progress.songs = songs_of(wish.music, wish.offset, self._rng if wish.shuffle else None)
            if wish.continues is not None and wish.continues.song in progress.songs:
                progress.songs = tuple(rotated(list(progress.songs), progress.songs.index(wish.continues.song)))
        uri = progress.songs[0] if progress.songs else wish.music.uri
        lost, progress.lost = progress.lost, None
        if lost is not None and shown.theirs is False and lost.song_began(self._clock(), shown.status):
            self._done(progress, uri)
            return
        self._require_ready(shown)
        known = uri in self._known
        if known and not progress.prepared:
            self._prepare(progress, shown)
            progress.prepared = True
        self._set_modes(wish, shown)
        try:
            if wish.shuffle and not progress.songs and not shown.loaded:
                # Only what is loaded can be shuffled; begun after that, it starts with any of its songs.
                self._begin(progress, uri, shown, paused=True)
                self._connection.command("/player/shuffle_context", shuffle_context=True)
            self._begin(progress, uri, shown)
        except DaemonBusyError:
            self.cancel(progress, shown)
            progress.prepared = False
            raise
        self._done(progress, uri)
        if not known and wish.volume is not None:
            self._change_volume(wish, shown)

    def _begin(self, progress: DaemonWish, uri: str, shown: DaemonState, *, paused: bool = False) -> None:
        body: dict[str, object] = {"uri": uri} | ({"paused": True} if paused else {})
        if (continues := progress.wish.continues) is not None:
            body |= going_on(continues, uri)
        track = shown.status.track if shown.status is not None else None
        sent_at = self._clock()
        try:
            self._connection.command("/player/play", about=progress.address or uri, timeout=START_TIMEOUT_S, **body)
        except DaemonLostError:
            progress.lost = LostCommand(sent_at, track.uri if track is not None else None)
            raise
        except DaemonRefusedError:
            self._known.discard(uri)
            raise

    def _done(self, progress: DaemonWish, uri: str) -> None:
        progress.lost = progress.volume_before = None
        if len(self._known) >= KNOWN_MAX:
            self._known.clear()
        self._known.add(uri)
        if progress.songs:
            self.list.begin(progress.songs, repeats=progress.wish.repeat == "context")
            self._fill_at = self._clock() + FILL_INTERVAL_S
        else:
            self.list.clear()
        self._began(StartedMusic(progress.address or uri, uri))

    def _require_ready(self, shown: DaemonState) -> None:
        if not self._ready and shown.state == "idle" and not playback_ready(self._connection.get("/")):
            raise DaemonBusyError("go_librespot: the daemon is still starting; waiting", retry_after=STARTING_RETRY_S)
        self._ready = True

    def _prepare(self, progress: DaemonWish, shown: DaemonState) -> None:
        """Set the volume for the music of a wish, which begins next."""
        wish, volume = progress.wish, shown.volume
        if volume is None:
            return
        if wish.fade and shown.state == "playing":
            goal = wish.volume if wish.volume is not None else self.fade.goal
            known = volume if self.fade.goal is None else self.fade.goal
            progress.volume_before = known
            self.set_volume(shown, self.fade.start_low(self._clock(), volume, known if goal is None else goal))
        elif wish.volume is not None:
            self.fade.stop()
            progress.volume_before = volume
            self.set_volume(shown, wish.volume)

    def _set_modes(self, wish: Wish, shown: DaemonState) -> None:
        status, repeat = shown.status, wish.repeat
        assert status is not None
        if wish.music is not None and wish.music.uris:
            # The songs of a list are put into the queue in their order, which the daemon doesn't repeat.
            repeat = "off" if repeat == "context" else repeat
        elif wish.shuffle is not None and wish.shuffle != status.shuffle and status.loaded:
            self._connection.command("/player/shuffle_context", shuffle_context=wish.shuffle)
        if repeat is not None and repeat != status.repeat:
            self._connection.command("/player/repeat_context", repeat_context=repeat == "context")
            self._connection.command("/player/repeat_track", repeat_track=repeat == "track")

    def _resume(self, progress: DaemonWish, shown: DaemonState) -> None:
        wish = progress.wish
        if shown.state == "idle" and wish.music is not None:
            self._play(progress, shown)
            return
        self._set_modes(wish, shown)
        if wish.volume is not None:
            self._change_volume(wish, shown)
        if shown.state != "playing":
            self._connection.command("/player/resume", timeout=START_TIMEOUT_S)

    def _skip(self, progress: DaemonWish, shown: DaemonState) -> None:
        track = shown.status.track if shown.status is not None else None
        if shown.state == "idle" or track is None:
            raise DaemonRefusedError("go_librespot: nothing is playing, so nothing was skipped", retry_after=1)
        if progress.lost is not None and progress.lost.song_began(self._clock(), shown.status):
            progress.lost = None
            return
        sent_at, forward = self._clock(), progress.wish.act is Act.NEXT
        try:
            self._connection.command("/player/next" if forward else "/player/prev", timeout=START_TIMEOUT_S)
        except DaemonLostError:
            progress.lost = LostCommand(sent_at, track.uri)
            raise
        progress.lost = None

    def _queue(self, song: str) -> None:
        """Add a song. The daemon carries out each request that reached it, so one without an answer isn't repeated."""
        try:
            self._connection.command("/player/add_to_queue", uri=song)
        except DaemonAwayError:
            raise
        except DaemonLostError:
            pass

    # Volume.

    def _change_volume(self, wish: Wish, shown: DaemonState) -> None:
        if wish.volume is None:
            return
        if wish.fade and shown.volume is not None:
            self.fade.start(self._clock(), shown.volume, wish.volume)
        else:
            self.fade.stop()
            self.set_volume(shown, wish.volume)
