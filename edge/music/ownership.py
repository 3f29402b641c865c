"""Which music is the device's own: what plays, what is to follow once a song ends, and what ended last. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge.config import Profile, several
from edge.music.choices import music_of
from edge.music.limits import Limits
from edge.music.playback import SONG_END_TOLERANCE_S, matches
from edge.music.takeover import TakeoverDetector
from edge.values import Basis, Mood, Music, Playback, When

# Music without a list that begins this long after a restart no longer counts as the continuation of what played before.
RESTART_GAP_MAX_S = 600.0


@dataclass(frozen=True)
class OwnMusic:
    """Music that the device chose.

    offset: its volume relative to the room's, -100..100. mood: the mood it was chosen for, None where that isn't known.
    """

    music: Music
    offset: int = 0
    mood: Mood | None = None


class Ownership:
    """The device's own music.

    playing: plays, or was requested at once. upcoming: follows once a song ends. ended_uri: ran out last.
    """

    def __init__(self, detector: TakeoverDetector, limits: Limits) -> None:
        self._detector, self._limits = detector, limits
        self.playing: OwnMusic | None = None
        self.upcoming: OwnMusic | None = None
        self.ended_uri: str | None = None

    @property
    def offset(self) -> int:
        """The volume of the own music that plays, relative to the room's."""
        return self.playing.offset if self.playing is not None else 0

    def request(self, now: float, own: OwnMusic, when: When, *, replaces: bool) -> None:
        """The player is requested to play this. replaces: other music plays now."""
        self.cancel_upcoming(now)
        if when is not When.NOW:
            self.upcoming = own
            return
        if replaces:
            self._limits.record_switch(now)
        self._limits.record_interruption(now)
        self.playing, self.ended_uri = own, None

    def start_upcoming(self, now: float) -> bool:
        """What waited for a song's end plays now. Returns False where nothing waited."""
        if self.upcoming is None:
            return False
        self.playing, self.upcoming, self.ended_uri = self.upcoming, None, None
        self._limits.record_switch(now)
        return True

    def cancel_upcoming(self, now: float) -> bool:
        """Drop what waits for a song's end; a switch if it may have begun. Returns False if nothing waited."""
        upcoming, self.upcoming = self.upcoming, None
        if upcoming is not None and self._detector.song_may_be_over(now):
            self._limits.record_switch(now)
        return upcoming is not None

    def ended(self) -> None:
        """The music ran out by itself."""
        self.ended_uri = self.playing.music.uri if self.playing is not None else None
        self.playing = None

    def match_playback(self, profiles: Iterable[Profile]) -> None:
        """Decide again from what plays: it is the device's own where it is a choice of a profile."""
        playback = self._detector.playback if self._detector.playing else None
        self.playing = find_choice(profiles, playback) if playback is not None else None


def find_choice(profiles: Iterable[Profile], playback: Playback) -> OwnMusic | None:
    """Return the choice that plays or is paused, no matter who started it; None where it is none of the profiles'."""
    for profile in profiles:
        for choices in profile.values():
            for choice in several(choices):
                if matches(music_of(choice), playback):
                    return OwnMusic(music_of(choice))
    return None


def continues(before: Basis, playback: Playback, now: float) -> bool:
    """True where what plays is what played before a restart, or follows it; some players forget the list's name."""
    if playback.context is not None and before.context is not None:
        return playback.context == before.context
    if playback.uri is not None and playback.uri == before.song:
        return True
    began = now - (playback.position or 0.0)
    return before.ends is not None and before.ends - SONG_END_TOLERANCE_S <= began <= before.ends + RESTART_GAP_MAX_S
