"""A player that only says what it would do; its songs last three minutes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from edge.music.playback import still_applies
from edge.players.wishes import AbandonedWish, rotated, words
from edge.values import Act, Music, Playback, When, Wish

SONG = 180.0
log = logging.getLogger(__name__)


class DryRun:
    """Keeps up the appearance of playing, so that everything around it works as with a real speaker."""

    name = "dry_run"
    login_expires: float | None = None

    def __init__(self, *, clock: Callable[[], float], volume: int = 40) -> None:
        self._clock = clock
        self._volume = volume
        self._music: Music | None = None
        self._songs: list[str] = []
        self._coming: Wish | None = None
        self._queue: list[str] = []
        self._began = 0.0
        self._paused_at: float | None = None
        self._repeat = "off"
        self._given_up: list[AbandonedWish] = []

    def apply(self, wish: Wish) -> None:
        self._roll()
        if not still_applies(wish, self.playback(), self._clock()):
            self._given_up.append(AbandonedWish(wish, "somebody chose otherwise", False))
            return
        if wish.act is not Act.KEEP:
            log.info("dry run: would %s", words(wish))
        if wish.act is Act.PLAY and wish.music is not None:
            self._play(wish, wish.music)
        elif wish.act is Act.FORGET:
            self._coming = None
        elif wish.act in (Act.PAUSE, Act.RESUME):
            self._pause(wish.act is Act.PAUSE)
        elif wish.act in (Act.NEXT, Act.PREVIOUS) and self._music is not None:
            self._next(back=wish.act is Act.PREVIOUS)
        if wish.volume is not None and self._coming is not wish:
            self._volume = wish.volume
        if wish.repeat is not None:
            self._repeat = wish.repeat

    def playback(self) -> Playback:
        self._roll()
        if self._music is None:
            return Playback("stopped", self.name, volume=self._volume)
        song = self._songs[0]
        return Playback(
            "playing" if self._paused_at is None else "paused",
            self.name,
            title=self._music.name,
            uri=song,
            volume=self._volume,
            context=None if self._music.uris else self._music.uri,
            duration=SONG,
            position=(self._clock() if self._paused_at is None else self._paused_at) - self._began,
        )

    def given_up(self) -> list[AbandonedWish]:
        given_up, self._given_up = self._given_up, []
        return given_up

    def report(self) -> dict[str, Any]:
        return {}

    def wait(self) -> float:
        return 2.0

    def close(self) -> None:
        self._music = self._coming = None

    def _play(self, wish: Wish, music: Music) -> None:
        if wish.when is When.NOW or self._music is None:
            self._start(wish, music)
        elif wish.when is When.QUEUE and len(music.uris) < 2:
            self._queue.append(music.uri)
        else:
            self._coming = wish

    def _start(self, wish: Wish, music: Music) -> None:
        self._music, self._coming, self._began, self._paused_at = music, None, self._clock(), None
        self._songs = rotated(list(music.uris) or [music.uri], wish.offset)
        if wish.volume is not None:
            self._volume = wish.volume

    def _pause(self, paused: bool) -> None:
        if paused and self._paused_at is None:
            self._paused_at = self._clock()
        elif not paused and self._paused_at is not None:
            self._began += self._clock() - self._paused_at
            self._paused_at = None

    def _next(self, *, back: bool = False) -> None:
        """Another song; a wish that waited for this one's end comes now."""
        coming = self._coming
        if coming is not None and coming.music is not None and not back:
            self._start(coming, coming.music)
            return
        self._began, self._paused_at = self._clock(), None
        if self._queue and not back:
            self._songs.insert(1, self._queue.pop(0))
        self._songs = rotated(self._songs, -1 if back else 1)

    def _roll(self) -> None:
        """The next song begins where one ended."""
        if self._music is None or self._paused_at is not None or self._clock() - self._began < SONG:
            return
        if self._repeat == "track" and self._coming is None:
            self._began = self._clock()
        else:
            self._next()
