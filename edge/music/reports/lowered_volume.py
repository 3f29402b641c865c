"""A lower volume that no request explains: a person's, or an announcement's, which ends with the same volume. Pure."""

from __future__ import annotations

from edge.music.reports.short_pause import SHORT_PAUSE_MAX_S
from edge.music.speaker_volume import same_volume

# Voice assistants may go down and up in steps; each may stand as long as a pause, and all together so long.
LOWERED_MAX_S = 60.0


class LoweredVolume:
    """A volume that may return by itself to what it was. Times are those of reports, seconds."""

    def __init__(self) -> None:
        self._volume: int | None = None
        self._since = self._still_since = 0.0

    @property
    def active(self) -> bool:
        """True while the volume is lowered and nobody is known to have wanted it."""
        return self._volume is not None

    def end(self) -> None:
        """It is known whose volume it is, or it is what it was."""
        self._volume = None

    def may_return(self, now: float, before: int, volume: int) -> bool:
        """Take a reported volume. Returns False where it must be a person's. before: the volume until then."""
        if volume >= before:
            self.end()
            return False
        if self._volume is None:
            self._since = self._still_since = now
        elif not same_volume(volume, self._volume):
            self._still_since = now
        self._volume = volume
        if now - self._still_since < SHORT_PAUSE_MAX_S and now - self._since < LOWERED_MAX_S:
            return True
        self.end()
        return False
