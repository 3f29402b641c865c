"""`WishPlayer`: how a player keeps wishes until they can be carried out; its subclasses know the server."""

from __future__ import annotations

import contextlib
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from edge.errors import PlayerError, reported
from edge.music.playback import still_applies
from edge.players.errors import NOTHING_PLAYS
from edge.players.kept_wish import CarriesOut, Progress
from edge.players.player_base import PlayerBase
from edge.players.song_end import SONG_END_LEAD_S, CurrentSong, SongEnd
from edge.players.start_watch import StartWatch
from edge.players.wishes import EXPIRED, OVERRULED, Resolve, patience, queues, replaces, resolved
from edge.sentences import TechnicalText
from edge.values import Act, Playback, When, Wish

START_PATIENCE_S = 30.0  # a speaker that has to wake up, and a service that is slow, take their time
WAIT_MIN_S, PENDING_INTERVAL_S, SONG_LOOK_S = 0.05, 0.25, 1.0

Shown = TypeVar("Shown")


class WishPlayer(PlayerBase, Generic[Shown, Progress]):
    """Implements most of `edge.players.player.Player`. Shown: what the server shows. Progress: of one wish."""

    name: str
    # The addresses that it plays begin with one of these.
    prefixes: tuple[str, ...]
    nothing_heard: str
    _executor: CarriesOut[Shown, Progress]

    def __init__(self, *, clock: Callable[[], float], resolve: Resolve | None) -> None:
        """clock: monotonic seconds. resolve: looks up `library:` addresses."""
        super().__init__()
        self._clock, self._resolve = clock, resolve
        self._start = StartWatch(START_PATIENCE_S)
        self._pending: list[Progress] = []
        self._deferred: tuple[Progress, SongEnd] | None = None

    def apply(self, wish: Wish) -> None:
        """Carry out the wish. If the server can't be reached, keep it for `playback` and raise PlayerError."""
        if wish.act is Act.KEEP:
            return
        playable = resolved(wish, self.name, self.prefixes, self._resolve)
        if wish.act is Act.NEXT and self._deferred is not None:
            # The skip ends the song, which the deferred music was waiting for.
            self._pending.append(self._deferred[0].immediate())
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
        self._pending.append(self._kept(playable, wish, self._clock() + patience(wish)))
        self._work()

    def playback(self) -> Playback:
        shown = self._work()
        self._check_start(shown)
        return self._report(shown)

    # What a subclass knows.

    @abstractmethod
    def _kept(self, wish: Wish, original: Wish, expires: float) -> Progress:
        """Return the wish as it is kept."""

    @abstractmethod
    def _keep_up(self) -> Shown:
        """Return what the server shows now. Raises PlayerError."""

    @abstractmethod
    def _last_shown(self) -> Shown | None:
        """Return what it has shown last; None while it can't be reached. May raise PlayerError."""

    @abstractmethod
    def _check_possible(self, wish: Wish, shown: Shown) -> None:
        """Raise PlayerError where the wish can't be carried out now."""

    @abstractmethod
    def _song(self, shown: Shown) -> CurrentSong | None:
        """Return the song that music for a song's end waits for; None where a person's music plays."""

    @abstractmethod
    def _is_song(self, address: str) -> bool:
        """True for the address of a single song, which can be queued."""

    @abstractmethod
    def _volume(self, shown: Shown) -> int | None:
        """Return the speaker's volume, 0..100."""

    @abstractmethod
    def _plays(self, shown: Shown) -> bool:
        """True where the music is heard that was started last."""

    @abstractmethod
    def _report(self, shown: Shown) -> Playback:
        """Return what is told."""

    def _unsettled(self, shown: Shown) -> bool:  # noqa: ARG002 (a subclass looks at it)
        """Whether somebody may be replacing the music just now, which shows in a moment."""
        return False

    def _never_began(self) -> None:
        """Music was accepted and doesn't play."""

    # What is due.

    def _look(self) -> Shown:
        """Return what the server shows. Raises PlayerError; a refused look isn't about a wish."""
        try:
            return self._keep_up()
        except PlayerError as error:
            if error.lasting:
                error.lasting, error.retry_after = False, None
            raise

    def _work(self) -> Shown:
        """Keep up with the server and do what is due. Raises PlayerError; what may still succeed stays pending."""
        shown = self._look()
        self._run_deferred(shown)
        while self._pending:
            pending = self._pending[0]
            if not self._carry_out(pending, shown):
                break
            self._pending.remove(pending)
            shown = self._look()
        volume = self._executor.fade.step(self._clock(), self._volume(shown))
        if volume is not None:
            self._executor.set_volume(shown, volume)
            shown = self._look()
        self._executor.fill(shown)
        return shown

    def _carry_out(self, pending: Progress, shown: Shown) -> bool:
        """Returns False while the wish has to wait. Raises what isn't about this wish alone."""
        if not pending.in_flight:
            expired = self._clock() > pending.expires
            if expired or not still_applies(pending.original, self._report(shown), self._clock()):
                # Where a person has overruled it, the volume is theirs.
                self._executor.cancel(pending, shown if expired else None)
                self._abandon(pending.original, EXPIRED if expired else OVERRULED, fault=expired)
                return True
            if pending.wish.act is Act.PLAY and pending.original.basis is not None and self._unsettled(shown):
                return False
            if self._defer(pending, shown):
                return True
        try:
            self._check_possible(pending.original, shown)
            if not self._executor.carry_out(pending, shown):
                return False
        except PlayerError as error:
            if not error.lasting:
                raise
            self._executor.cancel(pending, shown)
            self._abandon(pending.original, reported(error), fault=True)
            return True
        act = pending.wish.act
        if act is Act.RESUME or (act is Act.PLAY and not pending.queued):
            self._start.begin(self._clock(), pending.original)
        elif act is Act.PAUSE:
            self._start.end()
        return True

    def _defer(self, pending: Progress, shown: Shown) -> bool:
        """Keep music for the end of the song, if one plays that has an end. Returns False for what begins now."""
        wish, song = pending.wish, self._song(shown)
        if wish.act is not Act.PLAY or wish.when is When.NOW or wish.music is None or song is None or not song.has_end:
            return False
        single = len(wish.music.uris or (wish.music.uri,)) == 1 and self._is_song(wish.music.uri)
        if single and wish.when is When.QUEUE:
            # It is queued instead.
            return False
        self._deferred = pending, SongEnd(song.key or "", song.ends(self._clock()))
        return True

    def _run_deferred(self, shown: Shown) -> None:
        if self._deferred is None:
            return
        (pending, end), self._deferred = self._deferred, None
        what, end = end.judge(self._clock(), self._song(shown))
        if what == "drop":
            self._abandon(pending.original, OVERRULED)
        elif what == "start":
            self._pending.append(replace(pending.immediate(), expires=self._clock() + patience(pending.wish)))
        else:
            self._deferred = pending, end

    def _drop(self, pending: Progress) -> None:
        self._pending.remove(pending)
        with contextlib.suppress(PlayerError):
            self._executor.cancel(pending, self._last_shown())

    def _check_start(self, shown: Shown) -> None:
        """Abandon music that was accepted and doesn't play."""
        wish = self._start.look(self._clock(), plays=self._plays(shown))
        if wish is not None:
            self._never_began()
            self._abandon(wish, TechnicalText(self.nothing_heard, NOTHING_PLAYS), fault=True)

    def _due_in(self, song_look: float = SONG_LOOK_S) -> list[float]:
        """Seconds until something of this is due. song_look: how often a song is looked at whose end is waited for."""
        now, waits = self._clock(), [PENDING_INTERVAL_S] if self._pending else []
        if (step_at := self._executor.fade.next_step_at) is not None:
            waits.append(step_at - now)
        if self._start.waiting:
            waits.append(2 * PENDING_INTERVAL_S)
        if self._deferred is not None:
            # Near the song's end; an event tells of everything else.
            ends = self._deferred[1].ends
            waits.append(
                SONG_LOOK_S if ends is None else max(PENDING_INTERVAL_S, min(song_look, ends - now - SONG_END_LEAD_S))
            )
        return waits
