"""What should be playing, and when to leave it alone. Pure: every wish is explained in one sentence.

At each change of mood and once a second the director compares what should play with what does. `edge.stage` is what it
knows of that, and `edge.room` tells it what people ask for.
"""

from __future__ import annotations

from dataclasses import replace

from edge.circumplex import distance
from edge.music.choices import music_of
from edge.music.ownership import OwnMusic, known
from edge.music.playback import elsewhere, plays
from edge.music.presence import span
from edge.music.situation import Situation
from edge.music.strategy import Goal, feels
from edge.values import ABSENT, Act, Control, Mood, When, Wish


class Director(Situation):
    """Decides for one room; used by one thread."""

    # The newest reason to change nothing, and what was told last.
    _blocked: Wish | None = None
    _told = ""

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
                    self._ours.playing = OwnMusic(music_of(choice), choice.volume, self._mood)
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
        self._ours.asked(now, OwnMusic(music, choice.volume, self._mood), when, instead=playing)
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

    def _strong(self, mood: Mood) -> bool:
        """The mood is far from the one that the music was chosen for."""
        playing, far = self._ours.playing, self._config.strong_change
        before = playing.mood if playing is not None else None
        if before is None or far is None:
            return False
        return distance((before.valence, before.arousal), (mood.valence, mood.arousal)) >= far

    def _keep(self, why: str) -> Wish:
        return Wish(Act.KEEP, self._name, f"kept: {why}")

    def _block(self, why: str, *, for_now: bool = False) -> Wish:
        """Something should change, and may not; time alone can bring such a reason, so that it is told by itself."""
        self._blocked = Wish(Act.KEEP, self._name, f"kept{' for now' if for_now else ''}: {why}")
        return self._blocked
