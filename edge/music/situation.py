"""What is known about the music in one room: whose it is, who is here, and what is pending. Pure."""

from __future__ import annotations

from edge.config import MusicConfig
from edge.music.certainty import Certainty
from edge.music.interpretation import Cause, Interpretation
from edge.music.limits import Limits
from edge.music.ownership import Ownership, OwnMusic, continues, find_choice
from edge.music.pending import PendingRequests
from edge.music.presence import Presence
from edge.music.takeover import TakeoverDetector
from edge.values import Act, Basis, Mood, Music, Playback, When, Wish


class Situation:
    """Takes in moods, the player's reports and requests; `Director` decides from it what should happen.

    paused_by_person: somebody paused the music, and it must not begin again by itself.
    own_before_restart: what `own_playback` returned when the device stopped last.
    """

    def __init__(self, config: MusicConfig, limits: Limits) -> None:
        """limits: counts the switches that are observed here."""
        self._profiles, self._limits = config.profiles, limits
        self.detector = TakeoverDetector(config.grace)
        self.own = Ownership(self.detector, limits)
        self.presence = Presence()
        self.certainty = Certainty()
        self.mood: Mood | None = None
        self.mood_began = 0.0
        self.paused_by_person = False
        self.own_before_restart: tuple[Music, Basis] | None = None

    @property
    def mood_name(self) -> str:
        """The mood, or "unknown" before the first one."""
        return "unknown" if self.mood is None else self.mood.mood

    @property
    def playback(self) -> Playback | None:
        """The player's newest report."""
        return self.detector.playback

    @property
    def pending(self) -> PendingRequests:
        """What was requested of the player and isn't confirmed yet."""
        return self.detector.pending

    @property
    def own_music(self) -> Music | None:
        """The device's own music that plays, or was requested at once; None where it is a person's, or none plays."""
        return self.own.playing.music if self.own.playing is not None else None

    @property
    def playing(self) -> bool:
        """True where music plays on the device's speaker; before the first report, where the device requested it."""
        if self.playback is None:
            return self.own_music is not None and self.presence.paused_at is None
        return self.detector.playing

    @property
    def plays_despite_pause(self) -> bool:
        """True where the music plays although the device paused it."""
        return self.detector.playing and self.pending.state is None

    def own_playback(self) -> tuple[Music, Basis] | None:
        """Return the device's own music that plays now and where it is, to be remembered over a restart; else None."""
        return None if self.own_music is None or not self.detector.playing else (self.own_music, self.detector.basis())

    def update_mood(self, now: float, mood: Mood) -> None:
        """Set the room's mood; a different one begins now."""
        if self.mood is None or self.mood.mood != mood.mood:
            self.mood_began = now
        self.mood = mood

    def observe(self, now: float, playback: Playback) -> Interpretation:
        """Take in a report from the player. Returns what it means."""
        result = self.detector.observe(now, playback)
        if result.cause is Cause.STARTED:
            self._limits.record_success()
            if self.own.start_upcoming(now):
                self.presence.paused_at = None
        elif result.cause is Cause.LATE:
            self._limits.record_switch(now)
            self.match_playback()
        elif result.cause in (Cause.ENDED, Cause.FAILED):
            if result.cause is Cause.FAILED:
                self._limits.record_failure(now)
            self.own.ended()
            self.presence.paused_at = None
        elif result.cause is Cause.FOUND:
            result = self._found(now, playback, result)
        elif result.cause is Cause.RESUMED:
            result = self._resumed(result)
        if result.cause is Cause.TAKEOVER:
            # A person who uses the speaker is listening, even where the camera doesn't show them.
            self.presence.person_acted(now)
        return result

    def drop(self, now: float, wish: Wish) -> None:
        """The player won't carry out a wish: its basis has changed, or nobody can tell what plays."""
        self.detector.drop(now, wish)
        if wish.act in (Act.VOLUME, Act.NEXT, Act.PREVIOUS):
            # Nothing depends on these.
            return
        upcoming = self.own.upcoming
        if wish.act is Act.PLAY and upcoming is not None and wish.music == upcoming.music:
            self.own.cancel_upcoming(now)
        self._limits.record_failure(now)
        if wish.act is Act.PLAY and wish.music is not None and self.own_music == wish.music:
            self.match_playback()
            if wish.when is When.NOW and wish.basis is not None and wish.basis.playing:
                self._limits.undo_switch()
        elif wish.act in (Act.PAUSE, Act.RESUME):
            self.presence.paused_at = None

    def expire_requests(self, now: float) -> None:
        """Forget requests that have had no effect for too long."""
        play = self.pending.play
        self.pending.expire(now)
        if play is not None and self.pending.play is None:
            self.match_playback()

    def disown(self) -> None:
        """What plays or is paused isn't the device's own any more."""
        self.own.playing = self.presence.paused_at = None

    def match_playback(self) -> None:
        """Decide again whether what plays is the device's own."""
        self.own.match_playback(self._profiles.values())

    def claim_paused(self) -> None:
        """What is paused is the device's own if it is a choice of a profile."""
        playback = self.playback
        if self.own.playing is None and playback is not None and playback.state == "paused":
            self.own.playing = find_choice(self._profiles.values(), playback)

    def _found(self, now: float, playback: Playback, result: Interpretation) -> Interpretation:
        """Music plays that the device hasn't observed before."""
        self.paused_by_person = False
        if playback.theirs:
            self.own.playing = None
            return Interpretation(Cause.TAKEOVER, "music", "somebody's music was playing already")
        self.match_playback()
        before = self.own_before_restart
        if self.own.playing is None and before is not None and continues(before[1], playback, now):
            self.own.playing = OwnMusic(before[0])
        if self.own.playing is None and result.kind != "requested":
            return Interpretation(Cause.TAKEOVER, "music", "somebody's music was playing already")
        return result

    def _resumed(self, result: Interpretation) -> Interpretation:
        """A person resumed the music; undoing a pause through the device is no takeover."""
        if self.paused_by_person and self.own.playing is None:
            self.match_playback()
        if not (self.paused_by_person and self.own.playing):
            result = Interpretation(Cause.TAKEOVER, "start", "somebody started the music")
        self.paused_by_person = False
        return result
