"""Whose hand moved the music: the device's, a person's, or nobody's. Pure.

The device knows what it asked for and when, what played at the last look, and when that song was to end. What those
don't explain was a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from edge.music.playback import SLACK, basis, differs, ends, here, named, plays, same_music
from edge.values import Act, Basis, Playback, When, Wish

# Speakers round a volume that they are given, some of them coarsely.
VOLUME_SLACK = 4
# A command that brought nothing for so long never will: players give up after 10 minutes, and it may wait before that.
LAPSE = 750.0
SKIP_LAPSE = 75.0
# Music whose wish was taken back, or replaced, may all the same have begun; it shows at the next look.
LATE = 60.0
_LISTS = ("spotify:track:", "spotify:episode:", "library:")


class TakeoverDetector:
    """What was asked, what is expected, and what is seen."""

    def __init__(self, grace: float) -> None:
        """grace: seconds after a command, or after its effect, in which nothing is judged."""
        self._grace = grace
        self.playback: Playback | None = None
        self.seen_at = 0.0
        self._known: Playback | None = None
        self._at = 0.0
        self._away = False
        self._settling = -1e9
        self._play: AskedPlay | None = None
        self._gone: list[AskedPlay] = []
        self._state: AskedState | None = None
        self._skipped: float | None = None
        self._volume: AskedVolume | None = None
        self.volume: int | None = None
        # The speaker's volume, where the last look shows that it changed while nobody could see it.
        self.found_volume: int | None = None

    @property
    def pending(self) -> Wish | None:
        """The music that was asked for and doesn't play yet."""
        return self._play.wish if self._play is not None else None

    @property
    def pausing(self) -> bool:
        """A pause, or going on, was asked for and isn't seen yet."""
        return self._state is not None

    @property
    def resuming(self) -> bool:
        """Going on was asked for and isn't seen yet."""
        return self._state is not None and self._state.wanted == "playing"

    @property
    def starting(self) -> Wish | None:
        """What the device itself asked for in silence, music or going on, and isn't seen yet."""
        wish = self.pending if self._play is not None else self._state.wish if self.resuming and self._state else None
        ours = wish is not None and wish.when is When.NOW and wish.basis is not None and not wish.basis.playing
        return wish if ours else None

    @property
    def level_settled(self) -> bool:
        """True where the speaker's volume is known and none of our own changes is on its way."""
        coming = self._play is not None and self._play.wish.when is When.NOW
        return self.volume is not None and self._volume is None and not coming

    def past_end(self, now: float) -> bool:
        """The song that was seen last may be over by now."""
        end = ends(self._known, self._at) if self._known is not None else None
        return end is None or now >= end - SLACK

    def basis(self) -> Basis:
        """What plays now, for a wish to count on."""
        return basis(self.playback, self.seen_at)

    def playing(self) -> bool:
        """Something plays on our speaker, as far as is known."""
        return self.playback is not None and here(self.playback)

    def asked(self, now: float, wish: Wish) -> Wish:
        """The device, or a person through it, asks this of the player; gives the wish."""
        if wish.act in (Act.PLAY, Act.PAUSE, Act.RESUME, Act.FORGET) and self._play is not None:
            self._gone = [*self._gone[-7:], replace(self._play, at=now)]
            self._play = None
        if wish.act is Act.PLAY:
            self._play, self._state = AskedPlay(wish, now), None
        elif wish.act in (Act.PAUSE, Act.RESUME):
            self._state = AskedState(wish, now)
        elif wish.act is Act.FORGET and self.resuming:
            self._state = None
        elif wish.act in (Act.NEXT, Act.PREVIOUS):
            self._skipped = now
        goal = self.volume if wish.volume is None and wish.fade else wish.volume
        if goal is not None and wish.when is When.NOW:
            self._volume = AskedVolume(goal, now)
        if wish.when is When.NOW and wish.act not in (Act.KEEP, Act.FORGET, Act.VOLUME):
            self._settling = now
        return wish

    def dropped(self, wish: Wish) -> None:
        """The player won't do it any more."""
        if self._play is not None and self._play.wish == wish:
            self._play = None
        if self._state is not None and wish.act is self._state.wish.act:
            self._state = None
        if wish.volume is not None or wish.fade:
            self._volume = None

    def lapse(self, now: float) -> None:
        """Forget commands that never came to anything."""
        if self._play is not None and self._play.wish.when is When.NOW and now - self._play.at > LAPSE:
            self._play = None
        if self._state is not None and now - self._state.at > LAPSE:
            self._state = None
        if self._skipped is not None and now - self._skipped > SKIP_LAPSE:
            self._skipped = None

    def see(self, now: float, playback: Playback) -> Interpretation:
        """What a look at the player means; the newest look is what is expected from then on."""
        self.playback, self.seen_at, self.found_volume = playback, now, None
        self.lapse(now)
        if playback.state == "unavailable":
            self._away = True
            if self._volume is not None:
                self._volume = replace(self._volume, moved=now)
            return Interpretation()
        known = self._known
        if self._play is not None and self._play.wish.when is not When.NOW and not here(playback):
            # Players forget what waits for a song's end once the song stops.
            self._play = None
        if self._play is not None and here(playback) and self._matches(now, self._play, playback):
            return self._started(now, playback)
        if here(playback) and not named(playback) and now - self._settling < self._grace:
            return Interpretation()
        fulfils = self._fulfils(playback)
        if fulfils:
            self._state, self._settling = None, now
        if known is None or fulfils:
            self._adopt(now, playback)
            first = known is None and here(playback)
            return Interpretation(Cause.FOUND, "asked" if fulfils else "") if first else Interpretation()
        if now - self._settling < self._grace and differs(known, playback):
            return Interpretation()
        meaning = self._judge(now, known, playback)
        if meaning.means is not Cause.TAKEN and (found := self._level(now, playback)) is not None:
            meaning = found
        if meaning.means is Cause.ADVANCED:
            meaning = self._advanced(now, meaning)
        self._adopt(now, playback)
        return meaning

    def _adopt(self, now: float, playback: Playback) -> None:
        self._known, self._at, self._away = playback, now, False
        if self.volume is None or self._volume is None:
            self.volume = playback.volume if playback.volume is not None else self.volume

    def _started(self, now: float, playback: Playback) -> Interpretation:
        assert self._play is not None
        wish, self._play, self._state = self._play.wish, None, None
        self._settling = now
        if wish.volume is not None and wish.when is not When.NOW:
            self._volume = AskedVolume(wish.volume, now)
        if self._level(now, playback) is not None:
            # Whatever set it did so before this music began.
            self.found_volume = playback.volume
        self._adopt(now, playback)
        return Interpretation(Cause.STARTED)

    def _matches(self, now: float, play: AskedPlay, playback: Playback) -> bool:
        music = play.wish.music
        if music is None:
            return False
        if plays(music, playback):
            return True
        # Spotify may play another edition of a song, whose address we don't know.
        if playback.context is not None or not music.uri.startswith(_LISTS):
            return False
        other = self._known is None or self._known.uri != playback.uri or self._known.context is not None
        soon = play.wish.when is When.NOW and now - play.at < SKIP_LAPSE
        return playback.uri is not None and other and (soon or self._by_itself(now, playback))

    def _fulfils(self, playback: Playback) -> bool:
        if self._state is None or playback.elsewhere:
            return False
        wanted = self._state.wanted
        return playback.state == wanted or (wanted == "paused" and playback.state == "stopped")

    def _judge(self, now: float, known: Playback, playback: Playback) -> Interpretation:
        was_here, is_here = here(known), here(playback)
        if playback.elsewhere:
            if not was_here:
                return Interpretation()
            where = playback.speaker or "another speaker"
            return Interpretation(Cause.TAKEN, "speaker", f"somebody moved the music to {where}")
        if was_here and not is_here:
            return self._stopped(now, playback)
        if is_here and not was_here:
            if self._skipped is not None:
                # In silence a skip is a start.
                self._skipped = None
                return Interpretation(Cause.FOUND, "asked")
            if same_music(known, playback):
                return Interpretation(Cause.RESUMED)
            return self._other_music(now, playback, "start")
        if not is_here:
            return Interpretation()
        if known.context != playback.context and named(known) and named(playback):
            radio = playback.context is None or ":station:" in playback.context
            if radio and self._by_itself(now, playback):
                return Interpretation(Cause.ADVANCED)
            return self._other_music(now, playback, "music")
        if None not in (known.uri, playback.uri) and known.uri != playback.uri:
            return self._other_song(now, playback)
        again = known.position is not None and playback.position is not None and playback.position < known.position
        return Interpretation(Cause.ADVANCED if again and self._by_itself(now, playback) else Cause.NOTHING)

    def _stopped(self, now: float, playback: Playback) -> Interpretation:
        if playback.state == "stopped" and self._away:
            return Interpretation(Cause.ENDED)
        end = ends(self._known, self._at) if self._known is not None else None
        at, whole = playback.position, playback.duration
        edge = at is None or at <= 1.0 or (whole is not None and at >= whole - SLACK)
        if end is not None and now >= end - SLACK and (playback.state == "stopped" or edge):
            return Interpretation(Cause.ENDED)
        return Interpretation(Cause.TAKEN, "pause", "somebody paused the music")

    def _other_music(self, now: float, playback: Playback, kind: str) -> Interpretation:
        for gone in self._gone:
            if now - gone.at < LATE and gone.wish.music is not None and plays(gone.wish.music, playback):
                return Interpretation(Cause.LATE)
        return Interpretation(Cause.TAKEN, kind, "somebody chose this music")

    def _other_song(self, now: float, playback: Playback) -> Interpretation:
        if self._skipped is not None:
            self._skipped = None
            return Interpretation(Cause.ADVANCED)
        if self._by_itself(now, playback):
            return Interpretation(Cause.ADVANCED)
        return Interpretation(Cause.TAKEN, "song", "somebody chose this song")

    def _by_itself(self, now: float, playback: Playback) -> bool:
        """The song that plays began when the one before was over."""
        if self._known is None:
            return False
        end = ends(self._known, self._at)
        # Where nobody can tell when a song ends, the doubt is the device's to bear.
        return end is None or now - (playback.position or 0.0) >= end - SLACK

    def _advanced(self, now: float, meaning: Interpretation) -> Interpretation:
        """A song went by; what waited for its end has come, or missed it."""
        play = self._play
        if play is None or play.wish.when is When.NOW:
            return meaning
        if play.wish.when is When.QUEUE and play.wish.music is not None and play.wish.music.uri.startswith(_LISTS):
            self._play, self._settling = None, now
            return Interpretation(Cause.STARTED)
        # Players wait for the next song's end where they missed the first.
        self._play = replace(play, songs=play.songs + 1) if play.songs < 1 else None
        return meaning

    def _level(self, now: float, playback: Playback) -> Interpretation | None:
        volume = playback.volume
        if volume is None or self.volume is None:
            return None
        asked = self._volume
        if asked is None:
            ours = self._play is not None and self._play.wish.volume is not None
            if ours and self._play is not None and abs(volume - (self._play.wish.volume or 0)) <= VOLUME_SLACK:
                self.volume = volume
            elif abs(volume - self.volume) > VOLUME_SLACK:
                if self._away or self._known is None or self._known.volume is None:
                    # A speaker that was asleep, or played nothing of ours, comes back as it likes.
                    self.found_volume = volume
                    return None
                return Interpretation(Cause.TAKEN, "volume", f"somebody set the volume to {volume}")
            return None
        if abs(volume - asked.goal) <= VOLUME_SLACK:
            self._volume, self.volume = None, volume
        elif volume != self.volume or self._away:
            self._volume, self.volume = replace(asked, moved=now), volume
        elif now - asked.moved > self._grace:
            # The speaker doesn't take it, or took another.
            self._volume = None
        return None


class Cause(str, Enum):
    """What a look at the player means."""

    NOTHING = "nothing"
    FOUND = "found"
    STARTED = "started"
    LATE = "late"
    ADVANCED = "advanced"
    ENDED = "ended"
    RESUMED = "resumed"
    TAKEN = "taken"


@dataclass(frozen=True)
class Interpretation:
    """FOUND: something plays at the first look; its kind is "asked" where the device was asked to go on, or to skip.

    STARTED: what we asked for plays. LATE: what we asked for, and then no longer wanted, plays all the same. ADVANCED:
    the next song, by itself.

    ENDED: the music ran out, or its speaker was away. RESUMED: somebody went on with what was paused. TAKEN: a person
    did it. kind: for TAKEN one of song, music, speaker, volume, pause, start. why: the same in words.
    """

    means: Cause = Cause.NOTHING
    kind: str = ""
    why: str = ""


@dataclass(frozen=True)
class AskedPlay:
    """Music that was asked for and doesn't play yet. songs: how many others began meanwhile."""

    wish: Wish
    at: float
    songs: int = 0


@dataclass(frozen=True)
class AskedState:
    """A pause or going on that was asked for and isn't seen yet."""

    wish: Wish
    at: float

    @property
    def wanted(self) -> str:
        return "paused" if self.wish.act is Act.PAUSE else "playing"


@dataclass(frozen=True)
class AskedVolume:
    """A volume that was asked for. goal: 0..100. moved: when it was asked for, or last changed, or couldn't be seen."""

    goal: int
    moved: float
