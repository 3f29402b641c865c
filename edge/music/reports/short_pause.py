"""A pause that no request explains: a person's, or an announcement's, which ends with the same song. Pure."""

from __future__ import annotations

from edge.music.playback import SONG_END_TOLERANCE_S, same_music
from edge.values import Playback

# Announcements, timers and answers of voice assistants take less; a pause that lasts longer is a person's wish.
SHORT_PAUSE_MAX_S = 30.0


class ShortPause:
    """A pause that may end by itself. Times are those of reports, seconds."""

    def __init__(self) -> None:
        self._before: Playback | None = None
        self._left: float | None = None
        self._before_at = self._since = 0.0

    @property
    def active(self) -> bool:
        """True while the music is paused and nobody is known to have wanted it."""
        return self._before is not None

    def begin(self, now: float, before: Playback, before_at: float, left: float | None) -> None:
        """The music has paused. before: the last report of it. left: seconds of its song, None if unknown."""
        self._before, self._before_at, self._since, self._left = before, before_at, now, left

    def end(self) -> None:
        """It is known whose pause it is, or it is over."""
        self._before = None

    def is_long(self, now: float, playback: Playback) -> bool:
        """True where it has lasted, or did last, too long for an announcement."""
        before = self._before
        if before is None:
            return False
        seconds = 0.0 if playback.state == "playing" else now - self._since
        if before.uri == playback.uri and before.position is not None and playback.position is not None:
            # It may have begun long before a report showed it: so long has the song been at a standstill.
            played = playback.position - before.position
            seconds = max(seconds, now - self._before_at - played if played >= 0 else 0.0)
        return seconds >= SHORT_PAUSE_MAX_S

    def goes_on(self, now: float, playback: Playback) -> bool:
        """True where the same song plays again, or one that followed it by itself."""
        before = self._before
        if before is None or not same_music(before, playback) or self.is_long(now, playback):
            return False
        if before.uri == playback.uri or self._left is None:
            return True
        return now - self._since - (playback.position or 0.0) >= self._left - SONG_END_TOLERANCE_S
