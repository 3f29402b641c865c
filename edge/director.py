"""What should be playing, and when to leave it alone. Pure: every wish is explained in one sentence.

At each change of mood and once a second the director compares what should play with what does. `edge.manners` tells it
whose hand moved the music, and `edge.room` what people ask for.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timezone, tzinfo

from edge.absence import Absence, span
from edge.basis import elsewhere, plays
from edge.choices import Picker, Weigh, music_of
from edge.config import MusicConfig
from edge.goals import Goal, Strategy, feels
from edge.hours import Timetable
from edge.level import Level
from edge.lift import distance
from edge.limits import Limits
from edge.manners import Hands, Meaning, Means
from edge.ours import Ours, Own, goes_on, known
from edge.values import ABSENT, Act, Basis, Control, Mood, Music, Playback, When, Wish


class Director:
    """Decides for one room; used by one thread."""

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
        self._limits, self._strategy, self.absence = Limits(config), Strategy(config), Absence()
        self._hands, self.times = Hands(config.grace), Timetable(config, zone)
        self._level = Level(self._hands, self.times)
        self._ours = Ours(self._hands, self._limits)
        self._mood: Mood | None = None
        self._began = 0.0
        # Somebody paused the music, and nobody wants it to begin again by itself.
        self.held = False
        self._left = "somebody took over"
        self._blocked: Wish | None = None
        self._told = ""
        # What played when the device stopped.
        self.before: tuple[Music, Basis] | None = None

    @property
    def music(self) -> Music | None:
        """The device's own music that plays, or was asked for at once; None where it is a person's, or none."""
        return self._ours.playing.music if self._ours.playing is not None else None

    def leaving(self) -> tuple[Music, Basis] | None:
        """The device's own music that plays now, for `before` of the next director; None where none does."""
        return None if self.music is None or not self._hands.playing() else (self.music, self._hands.basis())

    # What the room knows.

    def use(self, config: MusicConfig) -> None:
        """Another profile is chosen; what plays stays until it has nothing for a mood to come."""
        self._config = self._strategy.config = config

    def feels(self, mood: Mood) -> None:
        """The same mood with other coordinates."""
        self._mood = mood
        self._strategy.meet(mood)

    def told(self, now: float, playback: Playback) -> Meaning:
        """The player shows this; says what it means."""
        meaning = self._hands.see(now, playback)
        if meaning.means is Means.STARTED:
            self._limits.worked()
            if self._ours.begun(now):
                self.absence.paused = None
                self._strategy.song_ended()
        elif meaning.means is Means.LATE:
            self._limits.switched(now)
            self._ours.recount(self._config.profiles.values())
        elif meaning.means is Means.ADVANCED:
            self._strategy.song_ended()
        elif meaning.means is Means.ENDED:
            self._ours.ended()
            self.absence.paused = None
        elif meaning.means is Means.FOUND:
            self.held = False
            self._ours.recount(self._config.profiles.values())
            if self._ours.playing is None and self.before is not None and goes_on(self.before[1], playback, now):
                self._ours.playing = Own(self.before[0])
            if self._ours.playing is None and not meaning.kind:
                meaning = Meaning(Means.TAKEN, "music", "somebody's music was playing already")
        elif meaning.means is Means.RESUMED:
            if self.held and self._ours.playing is None:
                self._ours.recount(self._config.profiles.values())
            if not (self.held and self._ours.playing):
                meaning = Meaning(Means.TAKEN, "start", "somebody started the music")
            self.held = False
        if meaning.means is Means.TAKEN:
            # Who uses the speaker listens, wherever they are.
            self.absence.stirred(now)
            meaning = self._taken(meaning, playback)
        if not self._hands.pausing and self.absence.others(playback):
            self.absence.paused = self._ours.playing = None
        self._level.learn(0 if meaning.means is Means.STARTED else self._ours.offset)
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

    # Decisions.

    def mood(self, now: float, mood: Mood, control: Control, *, asked: bool = False) -> Wish:
        """The room's mood changed, or something else that decides. asked: a person waits for it."""
        if self._mood is None or self._mood.mood != mood.mood:
            self._began = now
        self._mood = mood
        self._strategy.meet(mood)
        if asked:
            self.absence.stirred(now)
        wish = self._decide(now, control, asked=asked)
        self._told = wish.why
        return self._hands.asked(now, wish)

    def tick(self, now: float, control: Control) -> Wish | None:
        """What time brings: a wish that had to wait, an empty room, a speaker that is too loud; else None."""
        before = self._hands.pending
        self._hands.lapse(now)
        if before is not None and self._hands.pending is None:
            self._ours.recount(self._config.profiles.values())
        if self._mood is None or control is not Control.AUTO:
            return None
        if (taken_back := self._overtaken(now) or self._level.to_come(now, self._hands.pending)) is not None:
            return self._hands.asked(now, taken_back)
        if self._limits.waits(now):
            return None
        wish = self._leaving(now) or self._decide(now, control)
        if wish.act is Act.KEEP:
            if wish is self._blocked and wish.why != self._told:
                self._told = wish.why
                return wish
            level = self._too_loud(now)
            return None if level is None else self._hands.asked(now, level)
        self._told = wish.why
        return self._hands.asked(now, wish)

    def playback(self, now: float, act: Act, control: Control) -> Wish:
        """A person asks for play, pause, next or previous through the device."""
        why = "somebody asked for it"
        self.absence.stirred(now)
        shown = self._hands.playback
        if shown is not None and shown.elsewhere and act is not Act.PAUSE:
            return self._keep(elsewhere(shown))
        self.held = act is Act.PAUSE and control is Control.AUTO
        self.absence.paused = None
        if act is Act.RESUME and self._ours.playing is None and shown is not None and shown.state == "paused":
            self._ours.playing = known(self._config.profiles.values(), shown)
        if act is Act.RESUME and control is Control.AUTO and shown is not None and shown.state == "stopped":
            wish = self._decide(now, control, asked=True)
            if wish.act is Act.PLAY:
                return self._hands.asked(now, replace(wish, why=f"{why}: {wish.why}"))
        volume = self._level.for_resume(now) if act is Act.RESUME else None
        return self._hands.asked(now, Wish(act, self._name, why, volume=volume))

    def volume(self, now: float, asked: int) -> Wish:
        """A person asks for a volume, 0..100; it counts as the room's own from then on."""
        allowed, why = self._level.asked(now, asked, self._ours.offset)
        return self._hands.asked(now, Wish(Act.VOLUME, self._name, why, volume=allowed))

    # How it decides.

    def _decide(self, now: float, control: Control, *, asked: bool = False) -> Wish:
        mood, shown = self._mood, self._hands.playback
        if control is not Control.AUTO:
            return self._keep(self._left if control is Control.HANDS_OFF else "music control is off")
        if self.held:
            return self._keep("somebody paused the music")
        if shown is not None and shown.elsewhere:
            return self._block(elsewhere(shown))
        if (back := self._back(now)) is not None:
            return back
        if mood is None or mood.mood == ABSENT:
            return self._keep("nobody is here")
        goal = self._strategy.goal(mood, present=self.absence.present)
        if isinstance(goal, str):
            return self._keep(goal)
        if self._hands.resuming:
            return self._keep("the music is about to go on")
        playing = self._playing()
        pending = self._hands.pending
        coming = pending.music if pending is not None else None
        if pending is not None and coming is not None and goal.has(coming):
            sudden = asked or (pending.when is not When.NOW and self._strong(mood))
            if pending.when is When.NOW or not sudden or self._held_back(now, mood, asked=asked):
                return self._keep(f"{coming.name} is about to play for {mood.mood}")
            only = tuple(choice for choice in goal.choices if choice.play == coming.uri)
            return self._play(now, replace(goal, choices=only), When.NOW, asked=asked)
        music = self.music
        if playing and music is not None and goal.has(music):
            if self._ours.lose_coming(now):
                return Wish(Act.FORGET, mood.mood, f"{goal.reason} again: {music.name} goes on")
            return self._keep(f"{music.name} already plays for {mood.mood}")
        if self.absence.present is False and not asked:
            return self._keep("nobody is here")
        if shown is not None and shown.state == "unavailable":
            return self._keep("the player can't be reached now")
        return self._switch(now, mood, goal, asked=asked) if playing else self._start(now, goal, asked=asked)

    def _start(self, now: float, goal: Goal, *, asked: bool) -> Wish:
        """Music in a silent room."""
        if (why := self.times.quiet(now)) is not None:
            return self._block(why)
        if not asked and (why := self._limits.cooling(now)) is not None:
            return self._block(why, for_now=True)
        shown = self._hands.playback
        if shown is not None and shown.state == "paused" and not self.absence.stale:
            for choice in goal.choices:
                if plays(music_of(choice), shown) and choice.play != self._ours.over:
                    self._ours.playing = Own(music_of(choice), choice.volume, self._mood)
                    return self._resume(now, f"{goal.reason}: {music_of(choice).name} goes on")
        if self._config.start_volume is not None:
            self._level.base = self._config.start_volume
        return self._play(now, goal, When.NOW, asked=asked)

    def _switch(self, now: float, mood: Mood, goal: Goal, *, asked: bool) -> Wish:
        """Other music than what plays."""
        pending = self._hands.pending
        # What waits counts already, unless it may have begun unseen.
        replaced = pending is not None and pending.when is not When.NOW and not self._hands.past_end(now)
        if not asked and not replaced and (why := self._limits.full(now)) is not None:
            return self._block(why, for_now=True)
        when = When(self._config.switch)
        if asked or (self._strong(mood) and self._held_back(now, mood) is None):
            when = When.NOW
        elif when is not When.TRACK_END and (why := self._held_back(now, mood)) is not None:
            return self._block(why, for_now=True)
        return self._play(now, goal, when, asked=asked)

    def _held_back(self, now: float, mood: Mood, *, asked: bool = False) -> str | None:
        """Why a song may not be cut short yet, or None."""
        if asked:
            return None
        return self._limits.cooling(now) or self._limits.dwelling(now, self._began, feels(mood.mood))

    def _play(self, now: float, goal: Goal, when: When, *, asked: bool) -> Wish:
        playing, seen = self._playing(), self._hands.basis()
        choice = self._picker.pick(goal.key, goal.choices, but=self._ours.over)
        music = music_of(choice)
        volume = self._level.for_music(now, choice.volume)
        self.absence.stale = False
        self._ours.asked(now, Own(music, choice.volume, self._mood), when, instead=playing)
        if when is When.NOW:
            self.absence.paused = None
        how = {When.NOW: "plays now", When.TRACK_END: "plays once this song ends", When.QUEUE: "comes next"}[when]
        return Wish(
            Act.PLAY,
            self._name,
            f"{goal.reason}: {music.name} {how}",
            music,
            when,
            volume,
            fade=when is When.NOW and playing,
            shuffle=choice.shuffle,
            repeat=choice.repeat,
            basis=None if asked else seen,
        )

    def _back(self, now: float) -> Wish | None:
        """Somebody is here again after the music paused for an empty room."""
        if self.absence.paused is None or self.absence.present is not True:
            return None
        shown = self._hands.playback
        if shown is not None and shown.state == "unavailable":
            return self._keep("the player can't be reached now")
        if self.absence.over(now, self._config.resume_within) or (shown is not None and shown.state == "stopped"):
            self.absence.paused = self._ours.playing = None
            self.absence.stale = True
            self._strategy.afresh(self._mood)
            return None
        if self._hands.playing() and not self._hands.pausing:
            self.absence.paused = None
            return None
        if (why := self.times.quiet(now)) is not None:
            return self._block(why)
        return self._resume(now, "somebody is back: the music goes on where it was")

    def _resume(self, now: float, why: str) -> Wish:
        self.absence.paused = None
        self._limits.sudden(now)
        volume = self._level.for_resume(now)
        return Wish(Act.RESUME, self._name, why, volume=volume, basis=self._hands.basis())

    def _leaving(self, now: float) -> Wish | None:
        """The room has been empty for so long that the device's own music pauses."""
        if self.absence.paused is not None and self._hands.playing() and not self._hands.pausing:
            self.absence.paused = None
        idle = self.music is None or self.absence.paused is not None or self.held or not self._playing()
        if idle or not self.absence.long(now, self._config.pause_after):
            return None
        self._ours.lose_coming(now)
        self.absence.pauses(now)
        why = f"the room has been empty for {span(self._config.pause_after or 0)}: the music pauses"
        return Wish(Act.PAUSE, self._name, why, basis=self._hands.basis())

    def _overtaken(self, now: float) -> Wish | None:
        """What the device asked for in silence has waited in the player until it is no longer wanted."""
        wish = self._hands.starting
        if wish is None:
            return None
        why = self.times.quiet(now) or ("nobody is here" if self.absence.present is False else None)
        if why is None:
            return None
        if wish.act is Act.RESUME and self._ours.playing is not None:
            self.absence.paused = now
        else:
            self._ours.playing = None
        return Wish(Act.FORGET, self._name, f"what was to begin is taken back: {why}")

    def _too_loud(self, now: float) -> Wish | None:
        found = None if self.held else self._level.correction(now, self._ours.offset)
        if found is None:
            return None
        return Wish(Act.VOLUME, self._name, found[1], volume=found[0], fade=True, basis=self._hands.basis())

    def _taken(self, meaning: Meaning, playback: Playback) -> Meaning:
        if meaning.kind == "volume" and playback.volume is not None:
            self._level.chosen(playback.volume, self._ours.offset)
        if meaning.kind in self._config.takeover:
            return meaning
        if meaning.kind == "pause":
            # Set to be no reason for hands off; but nobody wants it to begin again at once.
            self.held = True
        elif meaning.kind in ("music", "start"):
            self._ours.playing = self._ours.coming = None
        return Meaning()

    def _playing(self) -> bool:
        if self._hands.playback is None:
            return self.music is not None and self.absence.paused is None
        return self._hands.playing()

    def _strong(self, mood: Mood) -> bool:
        """The mood is far from the one that the music was chosen for."""
        playing, far = self._ours.playing, self._config.strong_change
        before = playing.mood if playing is not None else None
        if before is None or far is None:
            return False
        return distance((before.valence, before.arousal), (mood.valence, mood.arousal)) >= far

    @property
    def _name(self) -> str:
        return "unknown" if self._mood is None else self._mood.mood

    def _keep(self, why: str) -> Wish:
        return Wish(Act.KEEP, self._name, f"kept: {why}")

    def _block(self, why: str, *, for_now: bool = False) -> Wish:
        """Something should change, and may not; time alone can bring such a reason, so that it is told by itself."""
        self._blocked = Wish(Act.KEEP, self._name, f"kept{' for now' if for_now else ''}: {why}")
        return self._blocked
