"""The report that the next one is compared with, and when its song ends. Pure."""

from __future__ import annotations

from edge.music.playback import SONG_END_TOLERANCE_S, differs, plays_here, song_ends_at
from edge.values import Playback


class LastReport:
    """playback: the newest report that counts. at: its time, seconds. away: the player can't be reached since then."""

    def __init__(self) -> None:
        self.playback: Playback | None = None
        self.at, self.away = 0.0, False
        # Its song began after this time.
        self._song_began_after: float | None = None

    def accept(self, now: float, playback: Playback) -> None:
        """Compare the next report with this one."""
        before = self.playback
        if before is not None and (differs(before, playback) or not plays_here(before)):
            self._song_began_after = self.at
        self.playback, self.at, self.away = playback, now, False

    def song_end(self) -> float | None:
        """When the song ends, or, where its position isn't known, the earliest time at which it may."""
        playback = self.playback
        if playback is None:
            return None
        if playback.position is None and playback.duration and self._song_began_after is not None:
            return self._song_began_after + playback.duration
        return song_ends_at(playback, self.at)

    def song_may_be_over(self, now: float) -> bool:
        """True where the song may have ended by now, or its end isn't known."""
        end = self.song_end()
        return end is None or now >= end - SONG_END_TOLERANCE_S

    def began_by_itself(self, now: float, playback: Playback) -> bool:
        """True where the song of a newer report began when this one's was over."""
        if self.playback is None:
            return False
        # Where the end isn't known, nobody is accused of a takeover.
        return self.song_may_be_over(now - (playback.position or 0.0))
