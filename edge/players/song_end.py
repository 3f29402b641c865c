"""`SongEnd`: when music begins that waits for the end of a song, where the player itself can't wait. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

SONG_END_LEAD_S = 1.0  # music for a song's end is requested this long before it
SONG_BEGAN_S = 5.0  # a song that began no longer ago may still be replaced, where its predecessor's end was missed
SONG_REST_S = 2.5  # a pause so near to the end of a song would be taken for it
EARLY_CHANGE_S = 15.0  # another song so long before the expected end was a person's choice


@dataclass(frozen=True)
class CurrentSong:
    """The song that a speaker shows.

    key: tells it from others; None where there is none. state: "playing", "paused" or "idle". position, duration: in
    seconds. lead: how long before the end other music has to be requested.
    """

    key: str | None
    state: str
    position: float | None = None
    duration: float | None = None
    lead: float = SONG_END_LEAD_S

    def ends(self, now: float) -> float | None:
        """When it ends; None where that isn't known."""
        if self.position is None or self.duration is None:
            return None
        return now + self.duration - self.position

    @property
    def has_end(self) -> bool:
        """True where it plays and has a length."""
        return self.key is not None and self.state == "playing" and bool(self.duration)


@dataclass(frozen=True)
class SongEnd:
    """The end that is waited for. song: the key of the song. ends: when, on the player's clock."""

    song: str
    ends: float | None

    def judge(self, now: float, current: CurrentSong | None) -> tuple[str, SongEnd]:
        """Return what to do, and the newest state: "wait", "start", or "drop" where a person chose something else.

        current: None where the speaker plays what a person chose, or is away.
        """
        if current is None:
            return "drop", self
        if current.key is None or current.state == "idle":
            # Stopped or run out: it begins at the next song's end no longer. For a moment that is only a gap.
            return ("start" if self.ends is not None and now >= self.ends - EARLY_CHANGE_S else "wait"), self
        if current.state == "paused":
            # What follows a pause isn't the song's end: some servers end a pause themselves.
            return "wait", replace(self, ends=math.inf)
        ends, position = current.ends(now), current.position
        if current.key == self.song:
            due = ends is not None and now >= ends - current.lead
            return ("start" if due else "wait"), replace(self, ends=ends)
        if self.ends is not None and now - (position or 0.0) < self.ends - EARLY_CHANGE_S:
            return "drop", self
        if ends is None or (position is not None and position < SONG_BEGAN_S):
            return "start", self
        return "wait", SongEnd(current.key, ends)


def paused_position(position: float | None, duration: float | None) -> float | None:
    """The position to tell of a paused song, where the server tells a pause from a song's end."""
    if position is None or not duration:
        return position
    return min(position, max(0.0, duration - SONG_REST_S))
