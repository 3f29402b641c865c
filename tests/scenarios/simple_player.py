"""A player without a network: songs, playlists and a person, in simulated time."""

from __future__ import annotations

from collections.abc import Callable

from edge.errors import PlayerError
from edge.music.playback import still_applies
from edge.players.wishes import AbandonedWish
from edge.values import Act, Music, Playback, When, Wish

SONG = 200.0


class SimplePlayer:
    """Does at once what it is told. `log` holds what the device did: (time, what, detail)."""

    name = "simple"
    login_expires: float | None = None

    def __init__(self, clock: Callable[[], float], *, volume: int | None = 40) -> None:
        self._clock = clock
        self.volume, self.state, self.elsewhere, self.reachable = volume, "stopped", False, True
        self.context: str | None = None
        self.kept: Wish | None = None
        self.loops = True
        self.log: list[tuple[float, str, object]] = []
        self._song, self._at, self._seen_at = 0, 0.0, clock()
        self._given_up: list[AbandonedWish] = []

    # As the device uses it.

    def apply(self, wish: Wish) -> None:
        self._reach()
        if not still_applies(wish, self.playback(), self._clock()):
            self._given_up.append(AbandonedWish(wish, "somebody chose otherwise", False))
        elif wish.act is Act.FORGET:
            self.kept = None
        elif wish.act is Act.PLAY and wish.music is not None:
            self.kept = None
            if wish.when is not When.NOW and self.state == "playing":
                self.kept = wish
                return
            self._start(wish.music, "play")
        elif wish.act is Act.PAUSE:
            self.state, self.kept = "paused", None
            self._note("pause")
        elif wish.act is Act.RESUME:
            self.state = "playing"
            self._note("resume")
        elif wish.act in (Act.NEXT, Act.PREVIOUS):
            self._next()
            self._note(wish.act.value)
        if wish.volume is not None and self.kept is not wish and wish not in [one.wish for one in self._given_up]:
            self.volume = wish.volume
            self._note("volume", wish.volume)

    def playback(self) -> Playback:
        self._reach()
        self._roll()
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
            duration=SONG,
            position=self._at,
        )

    def given_up(self) -> list[AbandonedWish]:
        given_up, self._given_up = self._given_up, []
        return given_up

    def wait(self) -> float:
        return 5.0

    def close(self) -> None:
        pass

    # A person.

    def person(self, do: str, value: object = None) -> None:
        """play (a context), pause, resume, next, volume, elsewhere, back, off (the speaker)."""
        self._roll()
        if do == "play":
            self.context, self.state, self.kept, self._song, self._at = str(value), "playing", None, 0, 0.0
        elif do == "pause":
            self.state, self.kept = ("paused", None) if self.state == "playing" else (self.state, self.kept)
        elif do == "resume":
            self.state = "playing" if self.state == "paused" else self.state
        elif do == "next":
            self._next()
        elif do == "volume":
            self.volume = int(str(value))
        elif do == "elsewhere":
            self.elsewhere, self.state, self.kept = True, "playing", None
            self.context = self.context or "simple:theirs"
        elif do == "back":
            self.elsewhere, self.state = False, "paused"
        elif do == "off":
            self.state, self.context, self.kept = "stopped", None, None

    # Songs.

    def _reach(self) -> None:
        if not self.reachable:
            raise PlayerError("simple: can't be reached", retry_after=5)

    def _note(self, what: str, detail: object = None) -> None:
        self.log.append((self._clock(), what, detail))

    def _start(self, music: Music, what: str) -> None:
        if self.state == "playing" and self.context == music.uri and not self.elsewhere:
            return
        self.state, self.context, self._song, self._at, self.kept = "playing", music.uri, 0, 0.0, None
        self.elsewhere = False
        self._note(what, music.uri)

    def _next(self) -> None:
        if self.kept is not None and self.kept.music is not None:
            self._start(self.kept.music, "switch")
        elif self.context is not None:
            self._song, self._at, self.state = self._song + 1, 0.0, "playing"

    def _roll(self) -> None:
        now = self._clock()
        gone, self._seen_at = now - self._seen_at, now
        if self.state != "playing":
            return
        self._at += gone
        while self._at >= SONG:
            rest = self._at - SONG
            if not self.loops and self.kept is None:
                self.state, self._at = "stopped", 0.0
                return
            before = self.context
            kept = self.kept
            self._next()
            if kept is not None and kept.volume is not None and self.context != before:
                self.volume = kept.volume
                self._note("volume", kept.volume)
            self._at = rest
