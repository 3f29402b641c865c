"""How often music may change: spacing, dwell, and switches within an hour. Pure."""

from __future__ import annotations

from collections import deque

from edge.config import MusicConfig

HOUR = 3600.0
# Seconds until what came to nothing is thought of again: twice as long each time, up to the second.
RETRY, MOST_RETRY = 30.0, 900.0


class Limits:
    """Counts switches; a switch is music in place of music that plays."""

    def __init__(self, config: MusicConfig) -> None:
        self._config = config
        self._switches: deque[float] = deque()
        self._sudden: float | None = None
        self._again, self._fails = 0.0, 0

    def switched(self, now: float) -> None:
        """Music took another's place."""
        self._switches.append(now)

    def undone(self) -> None:
        """The last switch didn't come about."""
        if self._switches:
            self._switches.pop()

    def failed(self, now: float) -> None:
        """The player couldn't do what was asked of it."""
        self._again, self._fails = now + min(RETRY * 2**self._fails, MOST_RETRY), min(self._fails + 1, 10)

    def worked(self) -> None:
        """The player did what was asked of it."""
        self._fails = 0

    def waits(self, now: float) -> bool:
        """True while nothing new is to be tried after a failure."""
        return now < self._again

    def sudden(self, now: float) -> None:
        """Music began in silence, or in the middle of a song."""
        self._sudden = now

    def cooling(self, now: float) -> str | None:
        """Why nothing sudden may happen yet, or None. Switches at a track's end disturb nobody, so they don't count."""
        if self._sudden is None or now - self._sudden >= self._config.cooldown:
            return None
        return f"the last switch is less than {self._config.cooldown:.0f} s ago"

    def dwelling(self, now: float, began: float, mood: str) -> str | None:
        """Why a mood that began at `began` doesn't count yet in the middle of a song, or None."""
        if now - began >= self._config.min_dwell:
            return None
        return f"the room must be {mood} for {self._config.min_dwell:.0f} s first"

    def full(self, now: float) -> str | None:
        """Why there may be no more switches within this hour, or None."""
        while self._switches and now - self._switches[0] >= HOUR:
            self._switches.popleft()
        most = self._config.max_switches
        if len(self._switches) < most:
            return None
        return f"the music has changed {most} times within the hour" if most else "music.max_switches is 0"
