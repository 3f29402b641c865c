"""A real MPD in simulated time: its songs move, and end, as the house's clock does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from edge.players.mpd.player import MpdPlayer
from edge.values import Playback, Wish
from tests.players.mpd_daemon import Daemon
from tests.waiting import PATIENCE, wait_for

SONG_S = 200.0


class PacedMpd:
    """The device's player. The daemon's songs must be longer than any test lasts."""

    def __init__(self, daemon: Daemon, clock: Callable[[], float]) -> None:
        self._daemon, self._clock = daemon, clock
        self._player = MpdPlayer("127.0.0.1", daemon.port, password=None, clock=clock, timeout=PATIENCE)
        self._song: str | None = None
        self._position, self._looked_at = 0.0, clock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._player, name)

    def apply(self, wish: Wish) -> None:
        self._end_song()
        self._player.apply(wish)

    def playback(self) -> Playback:
        self._end_song()
        playback = self._player.playback()
        if playback.duration is None:
            return playback
        self.follow()
        return replace(playback, position=self._position, duration=SONG_S)

    def follow(self) -> None:
        """Count the time for which the current song has been playing; called before each change too."""
        status, now = self._daemon.status(), self._clock()
        if status.get("songid") != self._song:
            self._song, self._position = status.get("songid"), 0.0
        elif status["state"] == "play":
            self._position += now - self._looked_at
        self._looked_at = now

    def _end_song(self) -> None:
        self.follow()
        if self._song is not None and self._position >= SONG_S:
            before = self._song
            self._daemon.ask("next")
            wait_for(lambda: self._daemon.status().get("songid") != before, "the next song")
            self.follow()
