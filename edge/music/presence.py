"""Whether anybody is here, for how long nobody was, and since when the music pauses because of that. Pure."""

from __future__ import annotations

from edge.music.playback import same_music
from edge.values import Playback


class Presence:
    """present: None while nobody looks. paused: when the device paused its music for an empty room, else None.

    stale: the music that is paused has rested for too long to go on.
    """

    def __init__(self) -> None:
        self.present: bool | None = None
        self.paused: float | None = None
        self.stale = False
        self._resting: Playback | None = None
        self._since: float | None = None

    def presence(self, now: float, present: bool | None) -> None:
        """Somebody came, everybody left, or nobody looks any more."""
        self.present = present
        if present is not False:
            self._since = None
        elif self._since is None:
            self._since = now

    def stirred(self, now: float) -> None:
        """Somebody asked for something, from wherever: the time for which the room is empty begins anew."""
        if self._since is not None:
            self._since = now

    def empty_for(self, now: float) -> float:
        """Seconds for which the room has been empty."""
        return 0.0 if self._since is None else now - self._since

    def long(self, now: float, after: float | None) -> bool:
        """True where the room has been empty for so many seconds; None is never."""
        return after is not None and self._since is not None and now - self._since >= after

    def pauses(self, now: float) -> None:
        """The device pauses its music now."""
        self.paused, self._resting = now, None

    def others(self, playback: Playback) -> bool:
        """True where what the player shows since the pause was somebody else's: it isn't the device's to go on with."""
        if self.paused is None or playback.state not in ("playing", "paused"):
            return False
        if self._resting is None and playback.state == "paused":
            self._resting = playback
        before = self._resting
        moved = before is not None and (before.speaker != playback.speaker or not same_music(before, playback))
        return playback.elsewhere or (playback.state == "paused" and moved)

    def over(self, now: float, within: float) -> bool:
        """True where the pause has lasted longer than `within` seconds."""
        return self.paused is not None and now - self.paused > within


def span(seconds: float) -> str:
    """A time in words."""
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
