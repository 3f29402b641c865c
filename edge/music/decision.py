"""The rules: what should play now, and why it may have to wait. Pure; every wish explains itself in one sentence."""

from __future__ import annotations

from dataclasses import replace

from edge.config import MusicConfig
from edge.music.choices import Picker, UnwantedChoices, music_of
from edge.music.limits import Limits
from edge.music.ownership import OwnMusic
from edge.music.playback import elsewhere_reason, matches
from edge.music.rules.moods import is_certain, is_strong_change
from edge.music.rules.reasons import NOBODY, NOT_SETTLED, TAKEN_OVER, UNREACHABLE, doubt, next_cancelled, plays
from edge.music.situation import Situation
from edge.music.strategy import Goal, Strategy, adjective
from edge.music.timetable import Timetable
from edge.music.volume import VolumePolicy
from edge.sentences import Sentence, mood_word
from edge.values import ABSENT, Act, Control, Mood, Music, When, Wish


class DecisionRules:
    """Compares what should play with the situation.

    takeover_reason: why the music is left to a person. blocked: the newest KEEP although something should change.
    """

    def __init__(
        self,
        config: MusicConfig,
        situation: Situation,
        picker: Picker,
        *,
        limits: Limits,
        timetable: Timetable,
        volume: VolumePolicy,
        unwanted: UnwantedChoices | None = None,
    ) -> None:
        """unwanted: choices that must not be made."""
        self._config, self._situation, self._picker = config, situation, picker
        self._limits, self._timetable, self._volume = limits, timetable, volume
        self.strategy = Strategy(config, unwanted)
        self.takeover_reason: str = TAKEN_OVER
        self.blocked: Wish | None = None

    def use(self, config: MusicConfig) -> None:
        """Change to another profile of the same configuration."""
        self._config = self.strategy.config = config

    def decide(self, now: float, control: Control, *, requested: bool = False) -> Wish:
        """Return what should happen now. requested: a person made the change that led here, and waits for it."""
        wish = self._compare(now, control, requested=requested)
        if wish.act is Act.KEEP and control is Control.AUTO and (waiting := self._outdated()) is not None:
            # The mood that it was for is over.
            known = self._situation
            known.own.cancel_upcoming(now)
            if known.pending.starting is not None:
                known.own.playing = None
            return Wish(Act.FORGET, known.mood_name, next_cancelled(waiting, wish.why))
        return wish

    def _outdated(self) -> Music | None:
        """Return music that waits for the end of a song, or for the player, and isn't for the present mood."""
        known = self._situation
        starting, upcoming, mood = known.pending.starting, known.own.upcoming, known.mood
        if mood is None or known.paused_by_person or known.playback is None or known.detector.in_doubt:
            return None
        goal = None if mood.mood == ABSENT else self.strategy.goal(mood, present=known.presence.present)
        if upcoming is not None:
            return None if isinstance(goal, Goal) and goal.includes(upcoming.music) else upcoming.music
        # Music that begins in silence is changed once it plays, if the new mood has music too.
        return starting.music if starting is not None and not isinstance(goal, Goal) else None

    def _compare(self, now: float, control: Control, *, requested: bool) -> Wish:
        known = self._situation
        mood, playback = known.mood, known.playback
        if control is not Control.AUTO:
            why = self.takeover_reason if control is Control.HANDS_OFF else Sentence("music control is off")
            if requested:
                mood_name = mood_word(known.mood_name)
                why = Sentence("{why}; set control to auto for the music of {mood}", why=why, mood=mood_name)
            return self._keep(why, about="control")
        if known.paused_by_person and not requested:
            return self._keep(Sentence("somebody paused the music"), about="press")
        if playback is not None and playback.elsewhere:
            return self._block(elsewhere_reason(playback))
        if known.detector.in_doubt and not requested:
            return self._keep(doubt(known))
        if (wish := self._resume_after_return(now)) is not None:
            return wish
        if mood is None or mood.mood == ABSENT:
            return self._keep(NOBODY)
        goal = self.strategy.goal(mood, present=known.presence.present)
        if isinstance(goal, str):
            return self._keep(goal)
        if known.pending.resuming:
            return self._keep(Sentence("the music is about to resume"))
        if (wish := self._continue_pending(now, mood, goal, requested=requested)) is not None:
            return wish
        music = known.own_music
        if known.playing and music is not None and goal.includes(music):
            if known.own.cancel_upcoming(now):
                return Wish(
                    Act.FORGET, mood.mood, Sentence("{why} again: {music} goes on", why=goal.reason, music=music.name)
                )
            return self._keep(
                Sentence("{music} is already playing for {mood}", music=music.name, mood=mood_word(mood.mood))
            )
        if known.presence.present is False and not requested:
            return self._keep(NOBODY)
        if playback is not None and playback.state == "unavailable":
            return self._keep(UNREACHABLE)
        if known.playing:
            return self._switch(now, mood, goal, requested=requested)
        return self._start(now, goal, requested=requested)

    def _continue_pending(self, now: float, mood: Mood, goal: Goal, *, requested: bool) -> Wish | None:
        """Leave music for this mood that is pending already, or play it at once; None where there is none."""
        pending = self._situation.pending.play
        if pending is None or pending.music is None or not goal.includes(pending.music):
            return None
        waits = pending.when is not When.NOW
        urgent = requested or (waits and is_strong_change(self._situation, mood, self._config.strong_change))
        if not waits or not urgent or self._interruption_reason(now, mood, requested=requested):
            return self._keep(
                Sentence("{music} is about to play for {mood}", music=pending.music.name, mood=mood_word(mood.mood))
            )
        only = tuple(choice for choice in goal.choices if choice.play == pending.music.uri)
        return self._play(now, replace(goal, choices=only), When.NOW, requested=requested)

    def _start(self, now: float, goal: Goal, *, requested: bool) -> Wish:
        """Begin music in silence."""
        if (why := self._timetable.quiet_reason(now)) is not None:
            return self._block(why)
        if not requested and (why := self._limits.cooldown_reason(now)) is not None:
            return self._block(why, for_now=True)
        known = self._situation
        if not requested and not is_certain(known, now, self._config.strategy):
            return self._block(NOT_SETTLED, for_now=True)
        playback = known.playback
        if playback is not None and playback.state == "paused" and not known.presence.expired:
            for choice in goal.choices:
                if matches(music_of(choice), playback) and choice.play != known.own.ended_uri:
                    known.own.playing = OwnMusic(music_of(choice), choice.volume, known.mood)
                    return self._resume(
                        now, Sentence("{why}: {music} goes on", why=goal.reason, music=music_of(choice).name)
                    )
        if self._config.start_volume is not None:
            self._volume.room_volume = self._config.start_volume
        return self._play(now, goal, When.NOW, requested=requested)

    def _switch(self, now: float, mood: Mood, goal: Goal, *, requested: bool) -> Wish:
        """Replace music that plays."""
        known = self._situation
        pending = known.pending.play
        # Pending music counts as a switch already, unless it may have begun unobserved.
        counted = pending is not None and pending.when is not When.NOW and not known.detector.song_may_be_over(now)
        if not requested and not counted and (why := self._limits.hourly_reason(now)) is not None:
            return self._block(why, for_now=True)
        when = When(self._config.switch)
        if requested or (
            is_strong_change(self._situation, mood, self._config.strong_change)
            and self._interruption_reason(now, mood) is None
        ):
            when = When.NOW
        elif when is not When.TRACK_END and (why := self._interruption_reason(now, mood)) is not None:
            return self._block(why, for_now=True)
        waiting = known.own.upcoming
        if when is When.QUEUE and waiting is not None:
            # In a queue nothing replaces what was there before, so that is taken back first.
            known.own.cancel_upcoming(now)
            return Wish(Act.FORGET, mood.mood, f"{waiting.music.name} doesn't play next: {goal.reason}")
        return self._play(now, goal, when, requested=requested)

    def _interruption_reason(self, now: float, mood: Mood, *, requested: bool = False) -> str | None:
        """Why a song may not be interrupted yet, or None."""
        if requested:
            return None
        began = self._situation.mood_began
        return self._limits.cooldown_reason(now) or self._limits.dwell_reason(now, began, adjective(mood.mood))

    def _play(self, now: float, goal: Goal, when: When, *, requested: bool) -> Wish:
        known = self._situation
        playing, basis = known.playing, known.detector.basis()
        choice = self._picker.pick(goal.key, goal.choices, exclude=known.own.ended_uri)
        music = music_of(choice)
        volume = self._volume.for_music(now, choice.volume)
        known.presence.expired = False
        known.own.request(now, OwnMusic(music, choice.volume, known.mood), when, replaces=playing)
        if when is When.NOW:
            known.presence.paused_at = None
        return Wish(
            Act.PLAY,
            known.mood_name,
            plays(goal, music, when),
            music,
            when,
            volume,
            fade=when is When.NOW and playing,
            shuffle=choice.shuffle,
            repeat=choice.repeat,
            basis=None if requested else basis,
        )

    # After a return.

    def _resume_after_return(self, now: float) -> Wish | None:
        """Resume what the device paused in an empty room, once somebody is here again; None where nothing is to do."""
        known = self._situation
        presence, playback = known.presence, known.playback
        if presence.paused_at is None or presence.present is not True:
            return None
        if playback is not None and playback.state == "unavailable":
            return self._keep(UNREACHABLE)
        stopped = playback is not None and playback.state == "stopped"
        if stopped or presence.paused_longer_than(now, self._config.resume_within):
            known.disown()
            presence.expired = True
            self.strategy.restart(known.mood)
            return None
        if known.plays_despite_pause:
            presence.paused_at = None
            return None
        if (why := self._timetable.quiet_reason(now)) is not None:
            return self._block(why)
        return self._resume(now, Sentence("somebody is back: the music resumes where it stopped"))

    def _resume(self, now: float, why: str) -> Wish:
        known = self._situation
        known.presence.paused_at = None
        self._limits.record_interruption(now)
        volume = self._volume.for_resume(now)
        return Wish(Act.RESUME, known.mood_name, why, volume=volume, basis=known.detector.basis())

    # Parts of a decision.

    def _keep(self, why: str, *, about: str = "music") -> Wish:
        return Wish(Act.KEEP, self._situation.mood_name, Sentence("kept: {why}", why=why), about=about)

    def _block(self, why: str, *, for_now: bool = False) -> Wish:
        """Keep, although something should change; the reason is published even where only time has passed."""
        kept = Sentence("kept for now: {why}" if for_now else "kept: {why}", why=why)
        self.blocked = Wish(Act.KEEP, self._situation.mood_name, kept)
        return self.blocked
