"""A player that only says what it would do; its songs last three minutes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from edge.values import Act, Music, Playback, When, Wish

SONG = 180.0
log = logging.getLogger(__name__)


class DryRun:
    """Keeps up the appearance of playing, so that everything around it works as with a real speaker."""

    name = "dry_run"

    def __init__(self, *, clock: Callable[[], float], volume: int = 40) -> None:
        self._clock = clock
        self._volume = volume
        self._music: Music | None = None
        self._next: Music | None = None
        self._began = 0.0
        self._paused = False

    def apply(self, wish: Wish) -> None:
        self._roll()
        if wish.act is Act.PLAY and wish.music is not None:
            if wish.when is When.TRACK_END and self._music is not None:
                log.info("dry run: would play %s once this song ends", wish.music.name)
                self._next = wish.music
            else:
                log.info("dry run: would play %s now", wish.music.name)
                self._start(wish.music, self._clock())
        elif wish.act in (Act.PAUSE, Act.RESUME):
            log.info("dry run: would %s", wish.act.value)
            self._paused = wish.act is Act.PAUSE
        if wish.volume is not None:
            log.info("dry run: would set the volume to %d", wish.volume)
            self._volume = wish.volume

    def playback(self) -> Playback:
        self._roll()
        if self._music is None:
            return Playback("stopped", self.name, volume=self._volume)
        state = "paused" if self._paused else "playing"
        return Playback(
            state,
            self.name,
            title=self._music.name,
            uri=self._music.uri,
            volume=self._volume,
            context=self._music.uri,
            duration=SONG,
            position=self._clock() - self._began,
        )

    def wait(self) -> float:
        return 2.0

    def close(self) -> None:
        self._music = self._next = None

    def _start(self, music: Music, at: float) -> None:
        self._music, self._next, self._began, self._paused = music, None, at, False

    def _roll(self) -> None:
        """The next song begins where one ended."""
        if self._music is not None and not self._paused and self._clock() - self._began >= SONG:
            self._start(self._next or self._music, self._clock())
