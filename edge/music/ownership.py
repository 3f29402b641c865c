"""Which music is the device's own: what plays, what is to come once a song ends, and what just ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge.config import several
from edge.config.music import Profile
from edge.music.choices import music_of
from edge.music.limits import Limits
from edge.music.playback import SLACK, plays
from edge.music.takeover import TakeoverDetector
from edge.values import Basis, Mood, Music, Playback, When

# After so many seconds' rest, music whose list nobody can tell is no longer taken for what played before it.
LONG_REST = 600.0


@dataclass(frozen=True)
class OwnMusic:
    """Music of the device's own.

    offset: how much louder than the room's volume. mood: the one that it was chosen for, None where it played before.
    """

    music: Music
    offset: int = 0
    mood: Mood | None = None


class Ownership:
    """playing: what plays, or was asked for at once. coming: what waits for a song's end. over: what ended last."""

    def __init__(self, hands: TakeoverDetector, limits: Limits) -> None:
        self._hands, self._limits = hands, limits
        self.playing: OwnMusic | None = None
        self.coming: OwnMusic | None = None
        self.over: str | None = None

    @property
    def offset(self) -> int:
        """How much louder than the room's volume the music that plays is set to be."""
        return self.playing.offset if self.playing is not None else 0

    def asked(self, now: float, own: OwnMusic, when: When, *, instead: bool) -> None:
        """The player is asked for it. instead: in place of music that plays."""
        self.lose_coming(now)
        if when is not When.NOW:
            self.coming = own
            return
        if instead:
            self._limits.switched(now)
        self._limits.sudden(now)
        self.playing, self.over = own, None

    def begun(self, now: float) -> bool:
        """What waited for a song's end plays; False where nothing waited."""
        if self.coming is None:
            return False
        self.playing, self.coming, self.over = self.coming, None, None
        self._limits.switched(now)
        return True

    def lose_coming(self, now: float) -> bool:
        """What waits for a song's end is not to come; True where something did. It counts where it may have come."""
        coming, self.coming = self.coming, None
        if coming is not None and self._hands.past_end(now):
            self._limits.switched(now)
        return coming is not None

    def ended(self) -> None:
        """The music ran out by itself."""
        self.over = self.playing.music.uri if self.playing is not None else None
        self.playing = None

    def recount(self, profiles: Iterable[Profile]) -> None:
        """Commands came to nothing, or weren't the device's: what plays is what counts."""
        shown = self._hands.playback
        self.playing = known(profiles, shown) if shown is not None and self._hands.playing() else None


def known(profiles: Iterable[Profile], playback: Playback) -> OwnMusic | None:
    """The choice that plays, whoever asked for it; None where it is none of ours."""
    for profile in profiles:
        for mood in profile.values():
            for choice in several(mood):
                if plays(music_of(choice), playback):
                    return OwnMusic(music_of(choice))
    return None


def goes_on(before: Basis, playback: Playback, now: float) -> bool:
    """True where what plays is what played before a restart, or follows it; some players forget the list's name."""
    if playback.context is not None and before.context is not None:
        return playback.context == before.context
    if playback.uri is not None and playback.uri == before.song:
        return True
    began = now - (playback.position or 0.0)
    return before.ends is not None and before.ends - SLACK <= began <= before.ends + LONG_REST
