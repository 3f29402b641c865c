"""`MpdPlayer`: plays local files, radio and playlists on MPD (Music Player Daemon) or Mopidy."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge.errors import PlayerError, reported
from edge.music.playback import still_applies
from edge.players.errors import NOTHING_PLAYS
from edge.players.fade import Fade
from edge.players.mpd.connection import MpdAnswerError, MpdConnection, MpdLostError, MpdQueueLostError, MpdRefusedError
from edge.players.mpd.controls import Controls
from edge.players.mpd.executor import MpdExecutor
from edge.players.mpd.idle import IdleListener
from edge.players.mpd.placing import Placer
from edge.players.mpd.playback import error_of, fetch, is_heard, to_playback, volume_of
from edge.players.mpd.progress import WishProgress
from edge.players.mpd.queue import Queue
from edge.players.mpd.shown.next_songs import NextSongs
from edge.players.mpd.stalls import Stalls
from edge.players.mpd.upcoming import UpcomingSongs
from edge.players.player_base import PlayerBase
from edge.players.start_watch import StartWatch
from edge.players.wishes import EXPIRED, OVERRULED, Resolve, patience, queues, replaces, resolved
from edge.sentences import Sentence, TechnicalText
from edge.text import clean
from edge.values import Act, Playback, Wish

TIMEOUT_S = 3.0
CLOSE_TIMEOUT_S = 1.0
POLL_INTERVAL_S = 2.0
LISTENING_POLL_INTERVAL_S = 30.0  # MPD reports changes by itself; this only notices that it has gone
WAIT_MIN_S = 0.05
# How long started music may be silent, as while a station is being connected; how long MPD may seem stopped before it
# begins; and how often it is looked at meanwhile.
START_PATIENCE_S, STOPPED_PATIENCE_S, STARTING_POLL_INTERVAL_S = 30.0, 3.0, 0.5
NOTHING_HEARD = TechnicalText("mpd: the music was started, and nothing plays; check the address", NOTHING_PLAYS)
UNUSABLE_ANSWERS_MAX = 2  # after so many, the same command won't bring another answer


class MpdPlayer(PlayerBase):
    """Implements `edge.players.player.Player`; connects when needed, and again after a failure."""

    name = "mpd"

    def __init__(
        self,
        host: str,
        port: int,
        *,
        password: str | None,
        clock: Callable[[], float],
        timeout: float = TIMEOUT_S,
        resolve: Resolve | None = None,
    ) -> None:
        """clock: monotonic seconds. timeout: seconds for each response. resolve: looks up `library:` addresses."""
        super().__init__()
        self._clock, self._resolve = clock, resolve
        self._listener = IdleListener(host, port, password=password, timeout=timeout)
        self._connection = MpdConnection(
            host,
            port,
            password=password,
            timeout=timeout,
            clock=clock,
            listener=self._listener,
            advice="check music.profiles",
        )
        self._queue, self._next_songs = Queue(self._connection), NextSongs(self._connection)
        self._fade = Fade()
        self._controls = Controls(self._connection, self._fade, clock)
        placer = Placer(self._connection, self._queue, self._notices.add)
        self._upcoming = UpcomingSongs(self._connection, self._queue, placer, self._controls, self._abandon)
        self._executor = MpdExecutor(self._connection, self._queue, placer, self._controls, self._upcoming)
        self._start = StartWatch(START_PATIENCE_S)
        self._started_at = 0.0
        self._starting: WishProgress | None = None
        self._stalls = Stalls(self._connection, self._queue, self._notices.add)
        self._pending: list[WishProgress] = []
        # Wishes that won't be carried out, and whose songs may be in the queue.
        self._dropped: list[WishProgress] = []

    def apply(self, wish: Wish) -> None:
        """Carry out the wish. If MPD can't be reached, keep it for `playback` and raise PlayerError."""
        if wish.act is Act.KEEP:
            return
        playable = resolved(wish, self.name, "mpd:", self._resolve)
        for pending in [one for one in self._pending if replaces(wish, one.original)]:
            self._drop(pending)
        new = WishProgress(playable, wish, self._clock() + patience(wish))
        self._pending.append(new)
        failed = self._carry_out_pending()
        if (error := failed.get(id(new))) is not None:
            raise error

    def playback(self) -> Playback:
        self._listener.changed.clear()
        lost = [error for error in self._carry_out_pending().values() if isinstance(error, MpdLostError)]
        if lost:
            raise lost[0]
        status, song = fetch(self._connection)
        if self._queue.lost:
            self._queue.lost = False
            if status.get("state") == "stop":
                raise MpdQueueLostError("mpd: was restarted with an empty queue", retry_after=WAIT_MIN_S)
        self._queue.update(status)
        if (volume := self._fade.step(self._clock(), volume_of(status))) is not None:
            self._controls.set_volume(volume)
            # What the output made of it is read, not assumed.
            status, song = fetch(self._connection)
        if self._upcoming.update(status):
            status, song = fetch(self._connection)
        self._check_start(status)
        if self._stalls.look(self._clock(), status, song):
            status, song = fetch(self._connection)
        playback = self._to_playback(status, song, passed_over=self._stalls.passed_over(status))
        return replace(playback, upcoming=self._next_songs.names(status, waiting=self._upcoming.waiting_ids))

    def seek(self, position: float) -> None:
        """Go to this position in the current song, seconds. Raises PlayerError."""
        self._connection.call(lambda client: client.seekcur(f"{position:.3f}"))

    def check_permissions(self) -> None:
        """Raise MpdPermissionError if MPD doesn't let this client play music; PlayerError if it doesn't answer."""
        self._connection.require("addid", "deleteid", "playid", "pause", "setvol")

    def songs_of_others(self) -> int:
        """Return how many songs in the queue the device didn't add. Raises PlayerError."""
        return self._queue.others()

    def remove_own_songs(self) -> None:
        """Remove the songs that the device added. Raises PlayerError."""
        self._queue.remove_own()

    def wait(self) -> float:
        if self._listener.changed.is_set():
            return 0.0
        if (step_at := self._fade.next_step_at) is not None:
            return max(WAIT_MIN_S, step_at - self._clock())
        if self._start.waiting:
            return STARTING_POLL_INTERVAL_S
        interval = LISTENING_POLL_INTERVAL_S if self._listener.listening else POLL_INTERVAL_S
        due = self._stalls.wait(self._clock())
        return interval if due is None else min(interval, due)

    def close(self) -> None:
        if (goal := self._fade.goal) is not None and self._connection.connected:
            # Without this the speaker would stay as quiet as the fade has made it.
            self._connection.set_timeout(CLOSE_TIMEOUT_S)
            with contextlib.suppress(PlayerError):
                self._controls.set_volume(goal)
        self._connection.disconnect()
        self._listener.close()

    def _carry_out_pending(self) -> dict[int, PlayerError]:
        """Carry out the pending wishes in their order. Raises PlayerError if MPD can't be reached.

        Returns the errors by the id() of the WishProgress. A wish that was cut short stays pending and doesn't hold up
        the others, except that songs for the queue keep their order; one that MPD refuses is abandoned.
        """
        if (new_ids := self._queue.check_restart()) is not None:
            for pending in (*self._pending, *self._dropped):
                pending.renumber(new_ids)
            self._upcoming.renumber(new_ids)
        self._take_back_dropped()
        failed: dict[int, PlayerError] = {}
        for pending in list(self._pending):
            if failed and queues(pending.original):
                failed[id(pending)] = next(iter(failed.values()))
                continue
            try:
                self._carry_out(pending)
            except MpdLostError as error:
                failed[id(pending)] = error
                pending.failures += isinstance(error, MpdAnswerError)
                if pending.failures < UNUSABLE_ANSWERS_MAX:
                    continue
                self._abandon(pending.original, reported(error), fault=True)
                self._drop(pending)
                continue
            except MpdRefusedError as error:
                failed[id(pending)] = error
                self._abandon(pending.original, reported(error), fault=True)
            self._pending.remove(pending)
        return failed

    def _drop(self, pending: WishProgress) -> None:
        self._pending.remove(pending)
        if pending.placement is not None:
            self._dropped.append(pending)

    def _take_back_dropped(self) -> None:
        """Remove the songs of wishes that were dropped. Raises PlayerError if MPD can't be reached."""
        while self._dropped:
            with contextlib.suppress(MpdRefusedError, MpdAnswerError):
                self._executor.take_back(self._dropped[0])
            del self._dropped[0]

    def _carry_out(self, pending: WishProgress) -> None:
        expired = self._clock() > pending.expires
        if expired or not self._still_applies(pending.original):
            self._executor.take_back(pending)
            self._abandon(pending.original, EXPIRED if expired else OVERRULED, fault=expired)
        else:
            self._executor.carry_out(pending)
            if pending.started or pending.wish.act is Act.RESUME:
                self._started_at, self._starting = self._clock(), pending
                self._start.begin(self._started_at, pending.original)
            elif pending.wish.act is Act.PAUSE:
                self._start.end()

    def _check_start(self, status: dict[str, Any]) -> None:
        """Abandon music that was started and doesn't play, with MPD's own words for it."""
        now, error = self._clock(), error_of(status)
        stopped = status.get("state") == "stop" and now - self._started_at >= STOPPED_PATIENCE_S
        # Where more songs follow, MPD goes on to the next one by itself after an error.
        last = status.get("playlistlength") in (None, "0", "1")
        failed = status.get("state") != "play" and ((bool(error) and last) or stopped)
        wish = self._start.look(now, plays=is_heard(status), failed=failed)
        if wish is None:
            return
        silent = self._executor.play_another(self._starting) if self._starting is not None and stopped else None
        if silent is not None:
            text = Sentence(
                "skipped {song}: it doesn't begin; check whether its file can be played", song=clean(silent)
            )
            self._notices.add(text)
            self._started_at = now
            self._start.begin(now, wish)
            return
        self._abandon(wish, error or NOTHING_HEARD, fault=True)

    def _still_applies(self, wish: Wish) -> bool:
        return wish.basis is None or still_applies(wish, self._to_playback(*fetch(self._connection)), self._clock())

    def _to_playback(self, status: dict[str, Any], song: dict[str, Any], *, passed_over: bool = False) -> Playback:
        speaker = f"MPD at {self._connection.host}"
        assumed = self._start.waiting and status.get("state") == "play"
        return to_playback(
            status,
            song,
            speaker=speaker,
            context=self._queue.context(song),
            assumed=assumed,
            passed_over=passed_over,
        )
