"""A player without a network, in simulated time: songs, playlists, and a person who uses the speaker."""

from __future__ import annotations

from collections.abc import Callable

from edge.errors import PlayerError
from edge.music.playback import still_applies
from edge.players.wishes import OVERRULED, AbandonedWish, UnplayableError
from edge.values import Act, Music, Playback, When, Wish

SONG_S = 200.0


class SimplePlayer:
    """Carries out each wish at once. `log` lists what the device did as (time, action, detail)."""

    name = "simple"
    login_expires: float | None = None

    def __init__(self, clock: Callable[[], float], *, volume: int | None = 40) -> None:
        self._clock = clock
        self.volume, self.state, self.elsewhere, self.reachable = volume, "stopped", False, True
        self.context: str | None = None
        self.deferred: Wish | None = None
        self.loops = True
        # Addresses that can't be played any more.
        self.gone: set[str] = set()
        self.log: list[tuple[float, str, object]] = []
        self._song, self._at, self._updated_at = 0, 0.0, clock()
        self._abandoned: list[AbandonedWish] = []

    # As the device uses it.

    def apply(self, wish: Wish) -> None:
        self._require_reachable()
        if wish.music is not None and wish.music.uri in self.gone:
            raise UnplayableError("simple: the music doesn't exist; check music.profiles", retry_after=1)
        if not still_applies(wish, self.playback(), self._clock()):
            self._abandoned.append(AbandonedWish(wish, OVERRULED, False))
        elif wish.act is Act.FORGET:
            self.deferred = None
        elif wish.act is Act.PLAY and wish.music is not None:
            self.deferred = None
            if wish.when is not When.NOW and self.state == "playing":
                self.deferred = wish
                return
            self._start(wish.music, "play")
        elif wish.act is Act.PAUSE:
            self.state, self.deferred = "paused", None
            self._log("pause")
        elif wish.act is Act.RESUME:
            self.state = "playing"
            self._log("resume")
        elif wish.act in (Act.NEXT, Act.PREVIOUS):
            self._next()
            self._log(wish.act.value)
        if (
            wish.volume is not None
            and self.deferred is not wish
            and wish not in [abandoned.wish for abandoned in self._abandoned]
        ):
            self.volume = wish.volume
            self._log("volume", wish.volume)

    def playback(self) -> Playback:
        self._require_reachable()
        self._advance()
        if self.state == "stopped":
            return Playback("stopped", self.name, volume=self.volume)
        return Playback(
            self.state,
            self.name,
            speaker="Kitchen" if self.elsewhere else "Living Room",
            uri=f"{self.context}#{self._song}",
            volume=self.volume,
            context=self.context,
            elsewhere=self.elsewhere and self.state == "playing",
            duration=SONG_S,
            position=self._at,
        )

    def take_abandoned(self) -> list[AbandonedWish]:
        abandoned, self._abandoned = self._abandoned, []
        return abandoned

    def wait(self) -> float:
        return 5.0

    def close(self) -> None:
        pass

    # A person.

    def person(self, do: str, value: object = None) -> None:
        """do: play (value: a context), pause, resume, next, volume (value: 0..100), elsewhere, back or off."""
        self._advance()
        if do == "play":
            self.context, self.state, self.deferred, self._song, self._at = str(value), "playing", None, 0, 0.0
        elif do == "pause":
            self.state = "paused" if self.state == "playing" else self.state
        elif do == "resume":
            self.state = "playing" if self.state == "paused" else self.state
        elif do == "next":
            self._next()
        elif do == "volume":
            self.volume = int(str(value))
        elif do == "elsewhere":
            self.elsewhere, self.state, self.deferred = True, "playing", None
            self.context = self.context or "simple:theirs"
        elif do == "back":
            self.elsewhere, self.state = False, "paused"
        elif do == "off":
            self.state, self.context, self.deferred = "stopped", None, None

    # Songs.

    def _require_reachable(self) -> None:
        if not self.reachable:
            raise PlayerError("simple: can't be reached", retry_after=5)

    def _log(self, what: str, detail: object = None) -> None:
        self.log.append((self._clock(), what, detail))

    def _start(self, music: Music, what: str) -> None:
        if self.state == "playing" and self.context == music.uri and not self.elsewhere:
            return
        self.state, self.context, self._song, self._at, self.deferred = "playing", music.uri, 0, 0.0, None
        self.elsewhere = False
        self._log(what, music.uri)

    def _next(self) -> None:
        if self.deferred is not None and self.deferred.music is not None:
            self._start(self.deferred.music, "switch")
        elif self.context is not None:
            self._song, self._at, self.state = self._song + 1, 0.0, "playing"

    def _advance(self) -> None:
        now = self._clock()
        elapsed, self._updated_at = now - self._updated_at, now
        if self.state != "playing":
            return
        self._at += elapsed
        while self._at >= SONG_S:
            rest = self._at - SONG_S
            if not self.loops and self.deferred is None:
                self.state, self._at = "stopped", 0.0
                return
            before = self.context
            deferred = self.deferred
            self._next()
            if deferred is not None and deferred.volume is not None and self.context != before:
                self.volume = deferred.volume
                self._log("volume", deferred.volume)
            self._at = rest
