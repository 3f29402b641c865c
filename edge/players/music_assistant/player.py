"""`MusicAssistantPlayer`: plays on one speaker of a Music Assistant server, found by name."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge.errors import PlayerError
from edge.music.playback import still_applies
from edge.players.music_assistant.addresses import MediaFinder
from edge.players.music_assistant.connection import ANSWER_TIMEOUT_S, ServerConnection
from edge.players.music_assistant.errors import (
    MusicLostError,
    ServerRefusedError,
    TokenError,
)
from edge.players.music_assistant.executor import MediaExecutor
from edge.players.music_assistant.following import LOOK_INTERVAL_S, FollowedSpeaker, entry_ids
from edge.players.music_assistant.link import Link
from edge.players.music_assistant.playback import Heard
from edge.players.music_assistant.progress import DeferredWish, MediaWish, check_possible, waits_for_song_end
from edge.players.music_assistant.reporting import Reporter
from edge.players.notices import Notices
from edge.players.start_watch import StartWatch
from edge.players.wishes import EXPIRED, OVERRULED, AbandonedWish, Resolve, patience, queues, replaces, resolved
from edge.values import Act, Playback, Wish

START_PATIENCE_S = 30.0  # a speaker that has to wake up, and a service that is slow, take their time
WAIT_MIN_S, PENDING_INTERVAL_S = 0.05, 0.25
ENTRIES_READ_MAX = 200
NOTHING_HEARD = "music_assistant: the music was accepted, and nothing plays; try it on Music Assistant's page"


class MusicAssistantPlayer:
    """Implements `edge.players.player.Player`; connects when needed, and again after a failure."""

    name = "music_assistant"
    login_expires: float | None = None

    def __init__(
        self,
        open_link: Callable[[], Link],
        *,
        speaker: str | None,
        token: str | None,
        base: str,
        clock: Callable[[], float],
        wall: Callable[[], float] = time.time,
        timeout: float = ANSWER_TIMEOUT_S,
        resolve: Resolve | None = None,
    ) -> None:
        """open_link: connects to the server. base: its address, for covers. clock: monotonic seconds.

        wall: Unix time. timeout: seconds for each answer. resolve: looks up `library:` addresses.
        """
        self._clock, self._resolve = clock, resolve
        self._connection = ServerConnection(open_link, token=token, timeout=timeout)
        self._speaker = FollowedSpeaker(self._connection, name=speaker, base=base, clock=clock, wall=wall)
        self._executor = MediaExecutor(self._connection, MediaFinder(self._connection), clock)
        self._start = StartWatch(START_PATIENCE_S)
        self._notices = Notices()
        self._pending: list[MediaWish] = []
        self._deferred: DeferredWish | None = None
        self._abandoned: list[AbandonedWish] = []
        self._reporter = Reporter()
        self._generation = 0

    def apply(self, wish: Wish) -> None:
        """Carry out the wish. If the server can't be reached, keep it for `playback` and raise PlayerError."""
        if wish.act is Act.KEEP:
            return
        playable = resolved(wish, self.name, ("ma:", "spotify:"), self._resolve)
        if wish.act is Act.NEXT and self._deferred is not None:
            # The skip ends the song, which the deferred music was waiting for.
            self._pending.append(self._deferred.immediate)
            self._deferred = None
            self._work()
            return
        if wish.act is Act.FORGET or (wish.act is Act.PLAY and not queues(wish)):
            self._deferred = None
        for pending in [one for one in self._pending if replaces(wish, one.original)]:
            self._drop(pending)
        if wish.act is Act.FORGET:
            resumed = self._start.wish
            if resumed is None or resumed.act is not Act.RESUME or resumed.basis is None:
                return
            # It was sent, and begins in a moment.
            playable = wish = replace(wish, act=Act.PAUSE)
        self._pending.append(MediaWish(playable, wish, self._clock() + patience(wish)))
        self._work()

    def playback(self) -> Playback:
        heard = self._work()
        self._check_start(heard)
        self._notice_missing()
        return self._report(heard)

    def take_abandoned(self) -> list[AbandonedWish]:
        abandoned, self._abandoned = self._abandoned, []
        return abandoned

    def take_notices(self) -> list[str]:
        """Return what people should know of the songs since the last call, in sentences; never raises."""
        return self._notices.take()

    def report(self) -> dict[str, Any]:
        return {}

    def wait(self) -> float:
        try:
            if self._connection.poll():
                return 0.0
        except PlayerError:
            return 0.0
        now, waits = self._clock(), [self._speaker.next_look - self._clock()]
        if not self._connection.connected:
            return LOOK_INTERVAL_S
        if self._pending or self._executor.filling:
            waits.append(PENDING_INTERVAL_S)
        if (step_at := self._executor.fade.next_step_at) is not None:
            waits.append(step_at - now)
        if (gap_ends := self._reporter.gap_ends) is not None:
            waits.append(gap_ends - now)
        if self._start.waiting:
            waits.append(2 * PENDING_INTERVAL_S)
        if self._deferred is not None:
            # Near the song's end; an event tells of everything else.
            ends = self._deferred.ends
            waits.append(1.0 if ends is None else max(PENDING_INTERVAL_S, min(1.0, ends - now - 1.0)))
        return max(WAIT_MIN_S, min(waits))

    def close(self) -> None:
        goal, player = self._executor.fade.goal, self._speaker.player
        if goal is not None and player is not None and self._connection.connected:
            # Without this the speaker would stay as quiet as the fade has made it.
            with contextlib.suppress(PlayerError):
                self._connection.send("players/cmd/volume_set", player_id=player.id, volume_level=goal)
        self._connection.close()

    # What is due.

    def _work(self) -> Heard:
        """Keep up with the server and do what is due. Raises PlayerError; what may still succeed stays pending."""
        heard = self._keep_up()
        self._run_deferred(heard)
        while self._pending:
            pending = self._pending[0]
            if not self._carry_out(pending, heard):
                break
            self._pending.remove(pending)
            heard = self._keep_up()
        volume = self._executor.fade.step(self._clock(), heard.player.volume)
        if volume is not None:
            self._executor.set_volume(heard, volume)
            heard = self._keep_up()
        with contextlib.suppress(ServerRefusedError):
            self._executor.fill(heard)
        return heard

    def _keep_up(self) -> Heard:
        heard = self._executor.settled(self._speaker.update())
        self._executor.own.see(heard.queue)
        if self._generation != self._connection.generation:
            first, self._generation = self._generation == 0, self._connection.generation
            if not first:
                self._reconnected(heard)
        return heard

    def _reconnected(self, heard: Heard) -> None:
        """Find out what became of the music. Raises MusicLostError where it ended with the server."""
        queue = heard.queue
        if queue is not None and queue.item is not None and self._executor.own.context(queue) is None:
            raw = self._connection.call("player_queues/items", queue_id=queue.id, limit=ENTRIES_READ_MAX)
            self._executor.own.adopt(entry_ids(raw), queue.item.id)
        if self._reporter.was_playing and heard.state == "idle":
            self._reporter.forget()
            raise MusicLostError(
                "music_assistant: the server was restarted, and the music ended", retry_after=WAIT_MIN_S
            )

    def _carry_out(self, pending: MediaWish, heard: Heard) -> bool:
        """Returns False while the wish has to wait. Raises what isn't about this wish alone."""
        if pending.sent is None and pending.lost is None:
            expired = self._clock() > pending.expires
            if expired or not still_applies(pending.original, self._report(heard), self._clock()):
                self._abandon(pending, EXPIRED if expired else OVERRULED, fault=expired)
                return True
            if self._defer(pending, heard):
                return True
        try:
            check_possible(pending.original, heard)
            if not self._executor.carry_out(pending, heard):
                return False
        except PlayerError as error:
            if isinstance(error, TokenError) or not error.lasting:
                raise
            self._executor.cancel(pending, heard)
            self._abandon(pending, str(error), fault=True)
            return True
        act = pending.wish.act
        if act is Act.RESUME or (act is Act.PLAY and not pending.queued):
            self._start.begin(self._clock(), pending.original)
        elif act is Act.PAUSE:
            self._start.end()
        return True

    def _defer(self, pending: MediaWish, heard: Heard) -> bool:
        """Keep music for the end of the song, if one plays that has an end. Returns False for what begins now."""
        queue = heard.queue
        if not waits_for_song_end(pending.wish, heard) or queue is None or queue.item is None:
            return False
        position, duration = self._speaker.position(), queue.item.duration or 0.0
        ends = None if position is None else self._clock() + duration - position
        self._deferred = DeferredWish(pending, queue.item.id, ends)
        return True

    def _run_deferred(self, heard: Heard) -> None:
        if self._deferred is None:
            return
        deferred, self._deferred = self._deferred, None
        what, deferred = deferred.judge(heard, self._clock(), self._speaker.position())
        if what == "drop":
            self._abandon(deferred.wish, OVERRULED)
        elif what == "start":
            self._pending.append(replace(deferred.immediate, expires=self._clock() + patience(deferred.wish.wish)))
        else:
            self._deferred = deferred

    def _drop(self, pending: MediaWish) -> None:
        self._pending.remove(pending)
        with contextlib.suppress(PlayerError):
            self._executor.cancel(pending, self._speaker.heard() if self._connection.connected else None)

    def _abandon(self, pending: MediaWish, why: str, *, fault: bool = False) -> None:
        self._abandoned.append(AbandonedWish(pending.original, why, fault))

    def _check_start(self, heard: Heard) -> None:
        """Abandon music that was accepted and doesn't play."""
        plays = heard.state == "playing" and heard.item is not None and not self._executor.own.expecting
        wish = self._start.look(self._clock(), plays=plays)
        if wish is not None:
            self._executor.own.cancel()
            self._abandoned.append(AbandonedWish(wish, NOTHING_HEARD, True))

    def _notice_missing(self) -> None:
        missing = self._executor.missing
        if missing and not self._executor.filling:
            self._executor.missing = 0
            self._notices.add(
                f"music_assistant: {missing} songs of your library aren't in Music Assistant; they are left out"
            )

    # What plays.

    def _report(self, heard: Heard) -> Playback:
        own = self._executor.own
        return self._reporter.report(
            self._clock(),
            heard,
            position=self._speaker.position(),
            context=own.context(heard.queue),
            expecting=own.expecting or any(one.sent is not None for one in self._pending),
            starting=self._start.waiting,
        )
