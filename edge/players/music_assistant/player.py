"""`MusicAssistantPlayer`: plays on one speaker of a Music Assistant server, found by name."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

from edge.errors import PlayerError
from edge.players.music_assistant.addresses import MediaFinder
from edge.players.music_assistant.connection import ANSWER_TIMEOUT_S, ServerConnection
from edge.players.music_assistant.errors import MusicLostError, ServerRefusedError
from edge.players.music_assistant.executor import MediaExecutor
from edge.players.music_assistant.following import LOOK_INTERVAL_S, FollowedSpeaker, entry_ids
from edge.players.music_assistant.playback import Heard
from edge.players.music_assistant.progress import MediaWish, check_possible, current_song, is_song
from edge.players.music_assistant.reporting import Reporter
from edge.players.song_end import CurrentSong
from edge.players.websocket_link import Link
from edge.players.wish_player import PENDING_INTERVAL_S, WAIT_MIN_S, WishPlayer
from edge.players.wishes import Resolve
from edge.sentences import Sentence, TechnicalText
from edge.values import Playback, Wish

ENTRIES_READ_MAX = 200


class MusicAssistantPlayer(WishPlayer[Heard, MediaWish]):
    """Implements `edge.players.player.Player`; connects when needed, and again after a failure."""

    name = "music_assistant"
    prefixes = ("ma:", "spotify:")
    nothing_heard = "music_assistant: the music was accepted, and nothing plays; try it on Music Assistant's page"
    _executor: MediaExecutor

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
        super().__init__(clock=clock, resolve=resolve)
        self._connection = ServerConnection(open_link, token=token, timeout=timeout)
        self._speaker = FollowedSpeaker(self._connection, name=speaker, base=base, clock=clock, wall=wall)
        self._executor = MediaExecutor(self._connection, MediaFinder(self._connection), clock)
        self._reporter = Reporter()
        self._generation = 0

    def playback(self) -> Playback:
        playback = super().playback()
        self._notice_missing()
        return playback

    def choose_speaker(self, name: str) -> None:
        """Use this speaker from now on, and move what plays there. Raises PlayerError."""
        own, heard = self._executor.own, self._last_shown() if self._speaker.player is not None else None
        before, found = self._speaker.choose(name)
        source, target = None if before is None else before.leader or before.id, found.leader or found.id
        playing = heard is not None and heard.state == "playing" and not heard.foreign
        if heard is None or not playing or source is None or source == target:
            return
        queues = {"source_queue_id": source, "target_queue_id": target}
        self._connection.call("player_queues/transfer", **queues, auto_play=True)
        if (address := own.context(heard.queue)) is not None:
            own.started(address, frozenset())

    def seek(self, position: float) -> None:
        """Go to this position in the current song, seconds. Raises PlayerError."""
        heard = self._keep_up()
        if heard.queue is None or heard.foreign:
            raise ServerRefusedError("music_assistant: no queue plays here, so nothing was changed", retry_after=1)
        self._connection.call("player_queues/seek", queue_id=heard.queue.id, position=round(position))

    def wait(self) -> float:
        try:
            if self._connection.poll():
                return 0.0
        except PlayerError:
            return 0.0
        now, waits = self._clock(), [self._speaker.next_look - self._clock(), *self._due_in()]
        if not self._connection.connected:
            return LOOK_INTERVAL_S
        if self._executor.filler.waiting:
            waits.append(PENDING_INTERVAL_S)
        if (gap_ends := self._reporter.gap_ends) is not None:
            waits.append(gap_ends - now)
        return max(WAIT_MIN_S, min(waits))

    def close(self) -> None:
        goal, player = self._executor.fade.goal, self._speaker.player
        if goal is not None and player is not None and self._connection.connected:
            # Without this the speaker would stay as quiet as the fade has made it.
            with contextlib.suppress(PlayerError):
                self._connection.send("players/cmd/volume_set", player_id=player.id, volume_level=goal)
        self._connection.close()

    def _kept(self, wish: Wish, original: Wish, expires: float) -> MediaWish:
        return MediaWish(wish, original, expires)

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

    def _last_shown(self) -> Heard | None:
        return self._speaker.heard() if self._connection.connected else None

    def _check_possible(self, wish: Wish, shown: Heard) -> None:
        check_possible(wish, shown)

    def _song(self, shown: Heard) -> CurrentSong | None:
        return current_song(shown, self._speaker.position())

    def _is_song(self, address: str) -> bool:
        return is_song(address)

    def _volume(self, shown: Heard) -> int | None:
        return shown.player.volume

    def _plays(self, shown: Heard) -> bool:
        return shown.state == "playing" and shown.item is not None and not self._executor.own.expecting

    def _unsettled(self, shown: Heard) -> bool:
        # A queue that somebody replaces shows no entry for a moment, while the speaker still plays the old one.
        gap_ends = self._reporter.gap_ends
        replaced = shown.item is None and shown.state == "playing" and not self._executor.own.expecting
        return replaced and (gap_ends is None or self._clock() < gap_ends)

    def _never_began(self) -> None:
        self._executor.own.cancel()

    def _notice_missing(self) -> None:
        missing = self._executor.filler.missing
        if missing and not self._executor.filler.waiting:
            self._executor.filler.missing = 0
            text = f"music_assistant: {missing} songs of your library aren't in Music Assistant; they are left out"
            plain = Sentence("{count} songs of your own aren't in Music Assistant, and are left out.", count=missing)
            self._notices.add(TechnicalText(text, plain))

    def _report(self, shown: Heard) -> Playback:
        own = self._executor.own
        return self._reporter.report(
            self._clock(),
            shown,
            position=self._speaker.position(),
            context=own.context(shown.queue),
            expecting=own.expecting or any(one.sent is not None for one in self._pending),
            starting=self._start.waiting,
        )
