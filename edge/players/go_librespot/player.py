"""`GoLibrespotPlayer`: plays on the Spotify Connect speaker that go-librespot makes of this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from edge.errors import PlayerError
from edge.players.go_librespot.connection import DaemonConnection
from edge.players.go_librespot.errors import (
    DaemonAwayError,
    DaemonRefusedError,
    DaemonRestartedError,
    PlaysElsewhereError,
    no_account,
)
from edge.players.go_librespot.executor import FILL_INTERVAL_S, DaemonExecutor
from edge.players.go_librespot.memory import MusicMemory
from edge.players.go_librespot.messages import DaemonStatus, account_speaker
from edge.players.go_librespot.origin import PlaybackOrigin, StartedMusic
from edge.players.go_librespot.playback import PLAYER, DaemonState, to_playback
from edge.players.go_librespot.progress import DaemonWish, is_song
from edge.players.go_librespot.rest import DaemonApi
from edge.players.song_end import CurrentSong
from edge.players.websocket_link import Link
from edge.players.wish_player import WAIT_MIN_S, WishPlayer
from edge.players.wishes import Resolve
from edge.values import Act, Playback, Wish

# While the daemon tells its changes, a look only notices that it is gone.
LISTENING_INTERVAL_S, POLL_INTERVAL_S, DEFERRED_INTERVAL_S = 30.0, 2.0, 10.0
# The daemon doesn't tell whether the account plays elsewhere; Spotify does, and limits how often it is asked.
ACCOUNT_PATH = "/web-api/v1/me/player"
ELSEWHERE_RETRY_S = 60.0


class GoLibrespotPlayer(WishPlayer[DaemonState, DaemonWish]):
    """Implements `edge.players.player.Player`; each request has a connection of its own, and the events have one."""

    name = PLAYER
    prefixes = ("spotify:",)
    nothing_heard = (
        "go_librespot: the music was accepted, and nothing plays; only Premium accounts can play, and the daemon's log "
        "says more (journalctl -u go-librespot)"
    )
    _executor: DaemonExecutor

    def __init__(
        self,
        api: DaemonApi,
        open_events: Callable[[], Link],
        *,
        clock: Callable[[], float],
        resolve: Resolve | None = None,
        memory: MusicMemory | None = None,
    ) -> None:
        """open_events: connects to the event socket. clock: monotonic seconds. resolve: looks up `library:` addresses.

        memory: keeps what was started last over a restart; None for no such file.
        """
        super().__init__(clock=clock, resolve=resolve)
        self._memory = memory
        self._connection = DaemonConnection(api, open_events, clock)
        self._origin = PlaybackOrigin(memory.read() if memory is not None else None)
        self._executor = DaemonExecutor(self._connection, clock, self._begun)
        self._shown: DaemonState | None = None
        self._gaps = 0
        # Music was playing or paused here; then events may have been missed; an account was connected.
        self._was_loaded = self._interrupted = self._had_account = False

    def seek(self, position: float) -> None:
        """Go to this position in the current song, seconds. Raises PlayerError."""
        if not self._keep_up().loaded:
            raise DaemonRefusedError("go_librespot: nothing is playing here, so nothing was changed", retry_after=1)
        self._connection.command("/player/seek", position=round(1000 * position))

    def wait(self) -> float:
        if self._connection.poll():
            return 0.0
        waits = [LISTENING_INTERVAL_S if self._connection.listening else POLL_INTERVAL_S]
        waits += self._due_in(DEFERRED_INTERVAL_S)
        if self._executor.list.waiting:
            waits.append(FILL_INTERVAL_S)
        return max(WAIT_MIN_S, min(waits))

    def close(self) -> None:
        goal, shown = self._executor.fade.goal, self._shown
        if goal is not None and shown is not None:
            # Without this the speaker would stay as quiet as the fade has made it.
            with contextlib.suppress(PlayerError):
                self._executor.set_volume(shown, goal)
        self._connection.close()

    # What the daemon shows.

    def _keep_up(self) -> DaemonState:
        self._shown = None
        status = self._read()
        now, origin = self._clock(), self._origin
        for event in self._connection.take_events():
            origin.take(now, event, was_loaded=self._was_loaded)
        loaded = status is not None and status.loaded
        ended_with_daemon = self._was_loaded and not loaded and self._interrupted and not origin.moved(now)
        self._was_loaded, self._interrupted = loaded, False
        if ended_with_daemon:
            self._had_account = False
            self._executor.lose()
            raise DaemonRestartedError(
                "go_librespot: the daemon was restarted, and the music ended", retry_after=WAIT_MIN_S
            )
        self._had_account |= status is not None
        if not self._had_account:
            raise no_account()
        self._shown = DaemonState(
            status,
            self._executor.volume.settled(now, self._executor.scale.to_percent(status)),
            context=origin.context(status) if status is not None else None,
            theirs=origin.theirs(status) if status is not None else None,
            ended=origin.ended,
            moved=origin.moved(now),
        )
        return self._shown

    def _read(self) -> DaemonStatus | None:
        """Read the status, and the events that were told until then."""
        connection = self._connection
        connection.poll()
        try:
            status = connection.status()
            if connection.listen():
                # It may have changed before it was listened to.
                status = connection.status()
        except DaemonAwayError:
            self._interrupted = True
            raise
        connection.poll()
        if connection.gaps != self._gaps:
            self._gaps, self._interrupted = connection.gaps, True
            self._origin.miss()
        return status

    def _begun(self, music: StartedMusic) -> None:
        self._origin.begin(music)
        if self._memory is not None:
            self._memory.write(music)

    # For the wishes.

    def _kept(self, wish: Wish, original: Wish, expires: float) -> DaemonWish:
        return DaemonWish(wish, original, expires)

    def _last_shown(self) -> DaemonState | None:
        return self._shown

    def _check_possible(self, wish: Wish, shown: DaemonState) -> None:
        """Raise NoAccountError without an account, PlaysElsewhereError where it is used on another speaker."""
        status = shown.status
        if status is None:
            raise no_account()
        if status.loaded or wish.basis is None or wish.act not in (Act.PLAY, Act.RESUME):
            return
        speaker = None
        with contextlib.suppress(PlayerError):
            speaker = account_speaker(self._connection.get(ACCOUNT_PATH))
        if speaker is not None and speaker != status.device:
            raise PlaysElsewhereError(
                f"go_librespot: the account plays on {speaker}, which is left alone", retry_after=ELSEWHERE_RETRY_S
            )

    def _song(self, shown: DaemonState) -> CurrentSong | None:
        track = shown.status.track if shown.status is not None else None
        if shown.status is None or shown.theirs or shown.moved:
            return None
        if track is None or shown.state == "idle":
            return CurrentSong(None, "idle")
        return CurrentSong(track.uri, shown.state, track.position, track.duration)

    def _is_song(self, address: str) -> bool:
        return is_song(address)

    def _volume(self, shown: DaemonState) -> int | None:
        return shown.volume

    def _plays(self, shown: DaemonState) -> bool:
        return shown.state == "playing"

    def _report(self, shown: DaemonState) -> Playback:
        return to_playback(shown, starting=self._start.waiting)
