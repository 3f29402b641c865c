"""Whether anybody is here, how long the room has been empty, and the pause of the music because of that. Pure."""

from __future__ import annotations

from edge.music.playback import same_music
from edge.values import Playback


class Presence:
    """present: None while the camera is off. paused_at: when the device paused its music in an empty room, else None.

    expired: that pause was too long for the music to be resumed.
    """

    def __init__(self) -> None:
        self.present: bool | None = None
        self.paused_at: float | None = None
        self.expired = False
        self._paused_playback: Playback | None = None
        self._empty_since: float | None = None

    def update(self, now: float, present: bool | None) -> None:
        """Set whether anybody is here."""
        self.present = present
        if present is not False:
            self._empty_since = None
        elif self._empty_since is None:
            self._empty_since = now

    def person_acted(self, now: float) -> None:
        """Somebody used the device or the speaker, from anywhere: an empty room counts as empty from now on."""
        if self._empty_since is not None:
            self._empty_since = now

    def empty_for(self, now: float) -> float:
        """Seconds for which the room has been empty."""
        return 0.0 if self._empty_since is None else now - self._empty_since

    def is_empty_for(self, now: float, seconds: float | None) -> bool:
        """True where the room has been empty for this long; never for None."""
        return seconds is not None and self._empty_since is not None and self.empty_for(now) >= seconds

    def pause(self, now: float) -> None:
        """The device pauses its music now, since the room is empty."""
        self.paused_at, self._paused_playback = now, None

    def replaced_since_pause(self, playback: Playback) -> bool:
        """True where somebody has used the player since the pause, so that it isn't the device's to resume."""
        if self.paused_at is None or playback.state not in ("playing", "paused"):
            return False
        if self._paused_playback is None and playback.state == "paused":
            self._paused_playback = playback
        before = self._paused_playback
        moved = before is not None and (before.speaker != playback.speaker or not same_music(before, playback))
        return playback.elsewhere or (playback.state == "paused" and moved)

    def paused_longer_than(self, now: float, seconds: float) -> bool:
        """True where the pause has lasted longer than this."""
        return self.paused_at is not None and now - self.paused_at > seconds


def in_words(seconds: float) -> str:
    """Return a duration such as `10 min` or `90 s`."""
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
