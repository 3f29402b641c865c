"""`DryRun`: a player that only logs what it would do; its songs last three minutes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from edge.music.playback import still_applies
from edge.players.wishes import OVERRULED, AbandonedWish, describe, rotated
from edge.values import DRY_RUN, Act, Music, Playback, When, Wish

SONG_DURATION_S = 180.0
POLL_INTERVAL_S = 2.0
log = logging.getLogger(__name__)


class DryRun:
    """Simulates playing, so that everything around it works as with a real speaker."""

    login_expires: float | None = None

    def __init__(self, *, clock: Callable[[], float], volume: int = 40, name: str = DRY_RUN) -> None:
        """clock: seconds on which songs end. volume: 0..100, at the start. name: one of `SIMULATED`."""
        self.name = name
        self._clock = clock
        self._volume = volume
        self._music: Music | None = None
        self._songs: list[str] = []
        self._deferred: Wish | None = None
        self._queue: list[str] = []
        self._song_began = 0.0
        self._paused_at: float | None = None
        self._repeat = "off"
        self._abandoned: list[AbandonedWish] = []

    def apply(self, wish: Wish) -> None:
        self._advance()
        if not still_applies(wish, self.playback(), self._clock()):
            self._abandoned.append(AbandonedWish(wish, OVERRULED, False))
            return
        if wish.act is not Act.KEEP:
            log.info("dry run: would %s", describe(wish))
        if wish.act is Act.PLAY and wish.music is not None:
            self._play(wish, wish.music)
        elif wish.act is Act.FORGET:
            self._deferred = None
        elif wish.act in (Act.PAUSE, Act.RESUME):
            self._set_paused(wish.act is Act.PAUSE)
        elif wish.act in (Act.NEXT, Act.PREVIOUS) and self._music is not None:
            self._change_song(back=wish.act is Act.PREVIOUS)
        if wish.volume is not None and self._deferred is not wish:
            self._volume = wish.volume
        if wish.repeat is not None:
            self._repeat = wish.repeat

    def playback(self) -> Playback:
        self._advance()
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
            duration=SONG_DURATION_S,
            position=(self._clock() if self._paused_at is None else self._paused_at) - self._song_began,
        )

    def take_abandoned(self) -> list[AbandonedWish]:
        abandoned, self._abandoned = self._abandoned, []
        return abandoned

    def report(self) -> dict[str, Any]:
        return {}

    def wait(self) -> float:
        return POLL_INTERVAL_S

    def close(self) -> None:
        self._music = self._deferred = None

    def _play(self, wish: Wish, music: Music) -> None:
        if wish.when is When.NOW or self._music is None:
            self._start(wish, music)
        elif wish.when is When.QUEUE and len(music.uris) < 2:
            self._queue.append(music.uri)
        else:
            self._deferred = wish

    def _start(self, wish: Wish, music: Music) -> None:
        self._music, self._deferred, self._song_began, self._paused_at = music, None, self._clock(), None
        self._songs = rotated(list(music.uris) or [music.uri], wish.offset)
        if (continues := wish.continues) is not None and continues.song in self._songs:
            self._songs = rotated(self._songs, self._songs.index(continues.song))
            self._song_began -= continues.position or 0.0
        if wish.volume is not None:
            self._volume = wish.volume

    def _set_paused(self, paused: bool) -> None:
        if paused and self._paused_at is None:
            self._paused_at = self._clock()
        elif not paused and self._paused_at is not None:
            self._song_began += self._clock() - self._paused_at
            self._paused_at = None

    def _change_song(self, *, back: bool = False) -> None:
        """Go to the next or previous song; a wish that was deferred to the end of this one begins now."""
        deferred = self._deferred
        if deferred is not None and deferred.music is not None and not back:
            self._start(deferred, deferred.music)
            return
        self._song_began, self._paused_at = self._clock(), None
        if self._queue and not back:
            self._songs.insert(1, self._queue.pop(0))
        self._songs = rotated(self._songs, -1 if back else 1)

    def _advance(self) -> None:
        """Go to the next song if the current one has ended."""
        if self._music is None or self._paused_at is not None or self._clock() - self._song_began < SONG_DURATION_S:
            return
        if self._repeat == "track" and self._deferred is None:
            self._song_began = self._clock()
        else:
            self._change_song()
