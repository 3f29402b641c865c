"""`SongRefusals`: speakers that have refused songs which don't come from a playlist, album or artist."""

from __future__ import annotations

REFUSED_FOR_S = 6 * 3600.0  # an update of the speaker may change it


class SongRefusals:
    """Remembers refusals for REFUSED_FOR_S, so that none is asked for again in that time. Pure."""

    def __init__(self) -> None:
        self._until: dict[str | None, float] = {}

    def add(self, speaker: str | None, now: float) -> None:
        """speaker: its id. now: monotonic seconds."""
        self._until = {key: until for key, until in self._until.items() if until > now}
        self._until[speaker] = now + REFUSED_FOR_S

    def includes(self, speaker: str | None, now: float) -> bool:
        return now < self._until.get(speaker, now)
