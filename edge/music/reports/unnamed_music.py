"""Music that the player doesn't name, after music that it named. Pure."""

from __future__ import annotations

from edge.music.playback import is_identified, plays_here
from edge.values import Playback


class UnnamedMusic:
    """A missing name for a moment is normal between two songs; later, the device can't have started the music."""

    def __init__(self, grace: float) -> None:
        """grace: seconds without a name that mean nothing."""
        self._grace = grace
        self._since: float | None = None

    @property
    def active(self) -> bool:
        """True while the reports don't name what plays."""
        return self._since is not None

    def end(self) -> None:
        """It is known what plays, or nobody doubts it."""
        self._since = None

    def follows(self, before: Playback, playback: Playback) -> bool:
        """Return whether this report shows music without a name, and the one before it shows some with a name."""
        named = is_identified(before) and not is_identified(playback)
        return named and plays_here(before) and plays_here(playback)

    def is_long(self, now: float) -> bool:
        """Return whether the music has had no name for longer than the grace; `now` is the time of such a report."""
        if self._since is None:
            self._since = now
        return now - self._since >= self._grace
