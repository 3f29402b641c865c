"""Whether a player tells how far a song has got: a position that doesn't move while a song plays is unknown. Pure."""

from __future__ import annotations

# A position that moved less than this in so many seconds stands still.
STILL_AFTER_S, MOVEMENT_MIN_S = 5.0, 0.5


class SongClock:
    """Compares the positions of one song. Times and positions in seconds."""

    def __init__(self) -> None:
        self._song: str | None = None
        self._position = self._at = 0.0
        self._still = False

    def read(self, now: float, song: str | None, position: float | None, *, playing: bool) -> float | None:
        """Return the position, or None while the player tells none. song: its address."""
        if not playing or position is None:
            self._song = None
            return position
        if song is None or song != self._song:
            self._song, self._position, self._at = song, position, now
        elif abs(position - self._position) >= MOVEMENT_MIN_S:
            self._position, self._at, self._still = position, now, False
        elif now - self._at >= STILL_AFTER_S:
            self._still = True
        return None if self._still else position
