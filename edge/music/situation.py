"""What the director knows: whose music plays, what was asked for, who is here. Pure.

`edge.manners` tells it whose hand moved the music, and `edge.room` who is here and what people ask for.
"""

from __future__ import annotations

import random
from datetime import timezone, tzinfo

from edge.config import MusicConfig
from edge.music.choices import Picker, Weigh
from edge.music.limits import Limits
from edge.music.ownership import Ownership, OwnMusic, goes_on
from edge.music.presence import Presence
from edge.music.strategy import Strategy
from edge.music.takeover import Cause, Interpretation, TakeoverDetector
from edge.music.timetable import Timetable
from edge.music.volume import VolumePolicy
from edge.values import Act, Basis, Mood, Music, Playback, When, Wish


class Situation:
    """What goes on in one room, as far as the music is concerned; used by one thread."""

    def __init__(
        self,
        config: MusicConfig,
        *,
        rng: random.Random | None = None,
        weigh: Weigh | None = None,
        zone: tzinfo = timezone.utc,
    ) -> None:
        """rng: the dice for moods with several choices; without them two runs are alike. weigh: see `choices.Weigh`.

        zone: of schedule and quiet hours.
        """
        self._config = config
        self._picker = Picker(random.Random(0) if rng is None else rng, weigh)  # noqa: S311 (no secret)
        self._limits, self._strategy, self.absence = Limits(config), Strategy(config), Presence()
        self._hands, self.times = TakeoverDetector(config.grace), Timetable(config, zone)
        self._level = VolumePolicy(self._hands, self.times)
        self._ours = Ownership(self._hands, self._limits)
        self._mood: Mood | None = None
        self._began = 0.0
        # Somebody paused the music, and nobody wants it to begin again by itself.
        self.held = False
        self._left = "somebody took over"
        # What played when the device stopped.
        self.before: tuple[Music, Basis] | None = None

    @property
    def music(self) -> Music | None:
        """The device's own music that plays, or was asked for at once; None where it is a person's, or none."""
        return self._ours.playing.music if self._ours.playing is not None else None

    def leaving(self) -> tuple[Music, Basis] | None:
        """The device's own music that plays now, for `before` of the next director; None where none does."""
        return None if self.music is None or not self._hands.playing() else (self.music, self._hands.basis())

    def use(self, config: MusicConfig) -> None:
        """Another profile is chosen; what plays stays until it has nothing for a mood to come."""
        self._config = self._strategy.config = config

    def feels(self, mood: Mood) -> None:
        """The same mood with other coordinates."""
        self._mood = mood
        self._strategy.meet(mood)

    def told(self, now: float, playback: Playback) -> Interpretation:
        """The player shows this; says what it means."""
        meaning = self._hands.see(now, playback)
        if meaning.means is Cause.STARTED:
            self._limits.worked()
            if self._ours.begun(now):
                self.absence.paused = None
                self._strategy.song_ended()
        elif meaning.means is Cause.LATE:
            self._limits.switched(now)
            self._ours.recount(self._config.profiles.values())
        elif meaning.means is Cause.ADVANCED:
            self._strategy.song_ended()
        elif meaning.means is Cause.ENDED:
            self._ours.ended()
            self.absence.paused = None
        elif meaning.means is Cause.FOUND:
            self.held = False
            self._ours.recount(self._config.profiles.values())
            if self._ours.playing is None and self.before is not None and goes_on(self.before[1], playback, now):
                self._ours.playing = OwnMusic(self.before[0])
            if self._ours.playing is None and not meaning.kind:
                meaning = Interpretation(Cause.TAKEN, "music", "somebody's music was playing already")
        elif meaning.means is Cause.RESUMED:
            if self.held and self._ours.playing is None:
                self._ours.recount(self._config.profiles.values())
            if not (self.held and self._ours.playing):
                meaning = Interpretation(Cause.TAKEN, "start", "somebody started the music")
            self.held = False
        if meaning.means is Cause.TAKEN:
            # Who uses the speaker listens, wherever they are.
            self.absence.stirred(now)
            meaning = self._taken(meaning, playback)
        if not self._hands.pausing and self.absence.others(playback):
            self.absence.paused = self._ours.playing = None
        self._level.learn(0 if meaning.means is Cause.STARTED else self._ours.offset)
        return meaning

    def left_alone(self, now: float, why: str) -> Wish | None:
        """Control isn't the device's from now on. why: such as "somebody chose this song".

        Gives the wish that takes back what was asked for and hasn't begun, where something was.
        """
        waits = self._hands.pending is not None or self._hands.starting is not None
        self._left = why
        self._ours.playing = self.absence.paused = None
        if not self._ours.lose_coming(now) and not waits:
            return None
        return self._hands.asked(now, Wish(Act.FORGET, self._name, f"what was to play next is taken back: {why}"))

    def given_back(self) -> None:
        """Control is the device's again."""
        self.held, self._left = False, "somebody took over"
        self._strategy.afresh()
        self._ours.recount(self._config.profiles.values())

    def dropped(self, now: float, wish: Wish) -> None:
        """The player didn't do this: somebody chose otherwise meanwhile, or nobody can say what plays."""
        self._hands.dropped(wish)
        if wish.act in (Act.VOLUME, Act.NEXT, Act.PREVIOUS):
            # Nothing else waits for these.
            return
        if wish.act is Act.PLAY and self._ours.coming is not None and wish.music == self._ours.coming.music:
            self._ours.lose_coming(now)
        self._limits.failed(now)
        if wish.act is Act.PLAY and wish.music is not None and self.music == wish.music:
            self._ours.recount(self._config.profiles.values())
            if wish.when is When.NOW and wish.basis is not None and wish.basis.playing:
                self._limits.undone()
        elif wish.act in (Act.PAUSE, Act.RESUME):
            self.absence.paused = None

    def _taken(self, meaning: Interpretation, playback: Playback) -> Interpretation:
        if meaning.kind == "volume" and playback.volume is not None:
            self._level.chosen(playback.volume, self._ours.offset)
        if meaning.kind in self._config.takeover:
            return meaning
        if meaning.kind == "pause":
            # Set to be no reason for hands off; but nobody wants it to begin again at once.
            self.held = True
        elif meaning.kind in ("music", "start"):
            self._ours.playing = self._ours.coming = None
        return Interpretation()

    def _playing(self) -> bool:
        if self._hands.playback is None:
            return self.music is not None and self.absence.paused is None
        return self._hands.playing()

    @property
    def _name(self) -> str:
        return "unknown" if self._mood is None else self._mood.mood
