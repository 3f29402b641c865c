"""`StallWatch`: a song that is said to play while its position stands still at its beginning. Pure.

Mopidy does so for ever where it can't play the song that comes next: it names the one before it, at 0.000.
"""

from __future__ import annotations

# A station is given more time, since it has to be connected.
STALLED_AFTER_S, STATION_STALLED_AFTER_S = 10.0, 30.0
# What counts as a song's beginning, and as movement, in seconds of its position.
SONG_START_S, MOVEMENT_MIN_S = 1.0, 0.02
# More songs in a row aren't skipped: where none of them plays, something else is wrong.
SKIPS_MAX = 3


class StallWatch:
    """Compares the positions of one song over the looks at a server. Times in seconds."""

    def __init__(self) -> None:
        self._song: str | None = None
        self._position = self._since = 0.0
        self._still = False
        self._heard: str | None = None
        self._skips = 0

    @property
    def waiting(self) -> bool:
        """True while a song stands still at its beginning, or has only just begun."""
        return self._still

    def has_played(self, song_id: str | None) -> bool:
        """Return whether this song is the newest one that was seen to play; then the one after it doesn't."""
        return song_id is not None and song_id == self._heard

    def look(self, now: float, song_id: str | None, position: float | None, *, station: bool) -> bool:
        """Take what a server shows. Returns True once a song has stood still for too long.

        song_id: of the song that is said to play; None where none is. station: it has no duration.
        A server whose positions have never moved doesn't tell them, and nothing follows from that.
        """
        if song_id is None or position is None:
            self._song, self._still = None, False
            return False
        moved = song_id == self._song and position >= self._position + MOVEMENT_MIN_S
        if moved or position > SONG_START_S:
            self._song, self._position, self._since, self._still = song_id, position, now, False
            self._heard, self._skips = song_id, 0
            return False
        if song_id != self._song or abs(position - self._position) >= MOVEMENT_MIN_S:
            self._song, self._position, self._since = song_id, position, now
        self._still = self._skips <= SKIPS_MAX
        patience = STATION_STALLED_AFTER_S if station else STALLED_AFTER_S
        if not self._still or self._heard is None or now - self._since < patience:
            return False
        self._since = now
        self._skips += 1
        return True

    @property
    def hopeless(self) -> bool:
        """True where so many songs in a row don't play that skipping another won't help."""
        return self._skips > SKIPS_MAX
