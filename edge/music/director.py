"""Directs the music of one room: takes in moods, reports from the player and commands, and returns wishes. Pure.

`edge.room` calls it at each change and once a second. `situation` holds what is known, `decision` the rules.
"""

from __future__ import annotations

import random
from datetime import timezone, tzinfo

from edge.config import MusicConfig
from edge.music.choices import Picker, UnwantedChoices, Weigh
from edge.music.corrections import Corrections
from edge.music.decision import DecisionRules
from edge.music.following.handover import Handover
from edge.music.interpretation import Cause, Interpretation
from edge.music.limits import Limits
from edge.music.ownership import OwnMusic
from edge.music.requests.other_music import OtherMusic
from edge.music.requests.playback import PlaybackRequests
from edge.music.rules.reasons import TAKEN_OVER, WAITS_FOR_MOOD
from edge.music.situation import Situation
from edge.music.timetable import Timetable
from edge.music.volume import VolumePolicy
from edge.sentences import Sentence
from edge.values import Act, Control, Mood, Music, Playback, Wish


class Director:
    """Decides for one room; used by one thread.

    situation: what it knows. timetable: quiet hours and schedule. unwanted: what people don't want today.
    requests: what people do with the playback. handover: music that comes from another room, or goes there.
    """

    def __init__(
        self,
        config: MusicConfig,
        *,
        rng: random.Random | None = None,
        weigh: Weigh | None = None,
        zone: tzinfo = timezone.utc,
    ) -> None:
        """rng: picks among several choices; without it two runs are alike. weigh: see `choices.Weigh`.

        zone: the time zone of schedule and quiet hours.
        """
        self._takeover_kinds = config.takeover
        self.timetable = Timetable(config, zone)
        limits = self._limits = Limits(config)
        self.situation = Situation(config, limits)
        self._volume = VolumePolicy(self.situation.detector, self.timetable)
        picker = Picker(random.Random(0) if rng is None else rng, weigh)  # noqa: S311 (no secret)
        self.unwanted = UnwantedChoices()
        self._rules = DecisionRules(
            config,
            self.situation,
            picker,
            limits=limits,
            timetable=self.timetable,
            volume=self._volume,
            unwanted=self.unwanted,
        )
        self._corrections = Corrections(config, self.situation, timetable=self.timetable, volume=self._volume)
        self.requests = PlaybackRequests(self.situation, self._rules, self._volume)
        self._other_music = OtherMusic(self.situation, self._rules, self.unwanted)
        self.handover = Handover(self.situation, self._volume, self.timetable)
        # The sentence of the wish that was published last.
        self._published = ""

    # What happens in the room.

    def use(self, config: MusicConfig) -> None:
        """Change to another profile of the same configuration; what plays stays until a mood needs other music."""
        self._rules.use(config)

    def decide(self, now: float, mood: Mood, control: Control, *, requested: bool = False) -> Wish:
        """Return what should happen from now on, after the mood or anything else changed.

        requested: a person made the change, and waits for it.
        """
        self.situation.update_mood(now, mood)
        self._rules.strategy.update(mood)
        if requested:
            self.situation.presence.person_acted(now)
        wish = self._rules.decide(now, control, requested=requested)
        if requested and wish.act in (Act.PLAY, Act.RESUME):
            # Whoever asks for music ends the pause.
            self.situation.paused_by_person = False
        self._published = wish.why
        return self._request(now, wish)

    def begin(self, now: float, control: Control) -> Wish | None:
        """Return the music that waited in silence for a settled mood, if the mood is certain enough now."""
        known = self.situation
        if self._published != WAITS_FOR_MOOD or known.mood is None or not known.certainty.is_enough(now, known.mood):
            return None
        return self.tick(now, control)

    def update_mood(self, mood: Mood) -> None:
        """The same mood has other coordinates."""
        self.situation.mood = mood
        self._rules.strategy.update(mood)

    def observe(self, now: float, playback: Playback) -> Interpretation:
        """Take in a report from the player. Returns what it means; TAKEOVER only for the kinds in `music.takeover`."""
        known = self.situation
        upcoming = known.own.upcoming
        result = known.observe(now, playback)
        if playback.assumed:
            return result
        upcoming_started = result.cause is Cause.STARTED and upcoming is not None
        if upcoming_started or result.cause is Cause.ADVANCED:
            self._rules.strategy.song_ended()
        if result.cause is Cause.TAKEOVER and self.handover.explains(now, playback):
            known.disown()
            result = Interpretation()
        elif result.cause is Cause.TAKEOVER:
            result = self._accept_takeover(result, playback)
        if known.pending.state is None and known.presence.replaced_since_pause(playback):
            known.disown()
        self._volume.learn(0 if result.cause is Cause.STARTED else known.own.offset)
        return result

    def drop(self, now: float, wish: Wish) -> None:
        """The player won't carry out a wish."""
        self.situation.drop(now, wish)

    def tick(self, now: float, control: Control) -> Wish | None:
        """Return what became due: a delayed change, a pause in an empty room, a lower volume. Called once a second."""
        self.situation.expire_requests(now)
        self._set_day(now)
        if (ended := self._corrections.end_trial(now)) is not None:
            return self._request(now, ended)
        if control is not Control.AUTO:
            return None
        wish = None if self.situation.mood is None else self._due(now, control)
        if wish is None:
            correction = self._corrections.correct_volume(now)
            return None if correction is None else self._request(now, correction)
        return wish if wish.act is Act.KEEP else self._request(now, wish)

    # What people do.

    def not_this(self, now: float, own: OwnMusic) -> list[Wish]:
        """Return the wishes after a person said that they don't want `own` today, which waits or plays."""
        self._set_day(now)
        wishes = self._other_music.instead_of(now, own)
        self._published = wishes[-1].why
        return wishes

    def try_speaker(self, now: float, music: Music) -> Wish:
        """Return the wish for some seconds of music, by which a person hears whether the speaker is the right one."""
        self.situation.presence.person_acted(now)
        return self._request(now, self._corrections.begin_trial(now, music))

    def yield_control(self, now: float, why: str) -> Wish | None:
        """Leave the music to people. why: such as "somebody chose this song".

        Returns the wish that cancels music which hasn't begun yet, or None where there is none.
        """
        known = self.situation
        waiting = known.pending.play is not None or known.pending.starting is not None
        self._rules.takeover_reason = why
        known.disown()
        if not known.own.cancel_upcoming(now) and not waiting:
            return None
        cancelled = Sentence("the music that was to play next is cancelled: {why}", why=why)
        return self._request(now, Wish(Act.FORGET, known.mood_name, cancelled, about="control"))

    def resume_control(self) -> None:
        """The device decides about the music again."""
        self.situation.paused_by_person, self._rules.takeover_reason = False, TAKEN_OVER
        self._rules.strategy.restart()
        self.situation.detector.believe()
        self.situation.match_playback()

    def _set_day(self, now: float) -> None:
        if (local := self.timetable.local_time(now)) is not None:
            self.unwanted.set_day(local.date().isoformat())

    def _due(self, now: float, control: Control) -> Wish | None:
        """Return what became due for the mood, a KEEP only where its reason is new."""
        pending = self.situation.pending.play
        if (changed := self._corrections.cancel_start(now) or self._volume.lower_pending(now, pending)) is not None:
            return changed
        if self._limits.blocks_retry(now):
            return None
        wish = self._corrections.pause_empty_room(now) or self._rules.decide(now, control)
        if wish.act is Act.KEEP and (wish is not self._rules.blocked or wish.why == self._published):
            return None
        self._published = wish.why
        return wish

    def _accept_takeover(self, result: Interpretation, playback: Playback) -> Interpretation:
        """Return the takeover if its kind is in `music.takeover`; else adopt what the person did and return NOTHING."""
        known = self.situation
        if result.kind == "volume" and playback.volume is not None:
            self._volume.set_by_person(playback.volume, known.own.offset)
        if result.kind in self._takeover_kinds:
            return result
        if result.kind == "pause":
            known.paused_by_person = True
        elif result.kind in ("music", "start"):
            known.own.playing = known.own.upcoming = None
        return Interpretation()

    def _request(self, now: float, wish: Wish) -> Wish:
        return self.situation.detector.request(now, wish)
