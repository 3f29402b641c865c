"""How often music may change: cooldown, minimum dwell, switches within an hour, and retries. Pure."""

from __future__ import annotations

from collections import deque

from edge.config import MusicConfig
from edge.sentences import Sentence

HOUR_S = 3600.0
# Seconds until a failed change is tried again: doubled each time, up to the maximum.
RETRY_FIRST_S, RETRY_MAX_S = 30.0, 900.0
RETRY_DOUBLINGS_MAX = 10


class Limits:
    """Counts switches; a switch replaces music that plays."""

    def __init__(self, config: MusicConfig) -> None:
        self._config = config
        self._switches: deque[float] = deque()
        self._interrupted_at: float | None = None
        self._retry_at, self._failures = 0.0, 0

    def record_switch(self, now: float) -> None:
        """Music has replaced other music."""
        self._switches.append(now)

    def undo_switch(self) -> None:
        """The last switch didn't happen."""
        if self._switches:
            self._switches.pop()

    def record_failure(self, now: float) -> None:
        """The player couldn't carry out a wish."""
        self._retry_at = now + min(RETRY_FIRST_S * 2**self._failures, RETRY_MAX_S)
        self._failures = min(self._failures + 1, RETRY_DOUBLINGS_MAX)

    def record_success(self) -> None:
        """The player carried out a wish."""
        self._failures = 0

    def blocks_retry(self, now: float) -> bool:
        """True while nothing new is tried after a failure."""
        return now < self._retry_at

    def record_interruption(self, now: float) -> None:
        """Music began in silence, or in the middle of a song."""
        self._interrupted_at = now

    def cooldown_reason(self, now: float) -> str | None:
        """Why no music may begin in silence or within a song yet, or None.

        Only such interruptions count: a switch at the end of a song disturbs nobody.
        """
        if self._interrupted_at is None or now - self._interrupted_at >= self._config.cooldown:
            return None
        return Sentence("the last switch was less than {seconds} s ago", seconds=f"{self._config.cooldown:.0f}")

    def dwell_reason(self, now: float, began: float, mood: str) -> str | None:
        """Why a mood that began at `began` may not interrupt a song yet, or None. mood: as an adjective."""
        if now - began >= self._config.min_dwell:
            return None
        return Sentence(
            "the room must be {mood} for {seconds} s first", mood=mood, seconds=f"{self._config.min_dwell:.0f}"
        )

    def hourly_reason(self, now: float) -> str | None:
        """Why no more switches are allowed within this hour, or None."""
        while self._switches and now - self._switches[0] >= HOUR_S:
            self._switches.popleft()
        allowed = self._config.max_switches
        if len(self._switches) < allowed:
            return None
        if not allowed:
            return Sentence("music.max_switches is 0")
        return Sentence("the music has changed {count} times within the hour", count=allowed)
