"""Who decides about the music, the device or people, and from which profile. Pure."""

from __future__ import annotations

from dataclasses import replace

from edge.config import MusicConfig
from edge.events import ControlChanged, DecisionMade, Event
from edge.music.director import Director
from edge.room.effective_mood import EffectiveMood
from edge.sentences import Sentence
from edge.values import Act, Control


class MusicControl:
    """control: who decides now. config: has the profile that counts now."""

    def __init__(self, director: Director, effective: EffectiveMood, config: MusicConfig, control: Control) -> None:
        """effective: the mood that music is chosen for. control: the state at the start."""
        self.control, self.config = control, config
        self._director, self._effective = director, effective

    def set_control(self, now: float, control: Control) -> list[Event]:
        """Let the device decide about the music, or not."""
        if control is self.control:
            return []
        if control is Control.AUTO:
            return self._resume_control(now)
        self.control = control
        return [ControlChanged(now, control), *self._withdraw_pending(now, Sentence("somebody asked for hands off"))]

    def use_profile(self, now: float, profile: str, *, requested: bool) -> list[Event]:
        """Choose music from this profile. requested: by a person, not by the schedule."""
        if profile == self.config.profile:
            return []
        self.config = self.config.model_copy(update={"profile": profile})
        self._director.use(self.config)
        mood = self._effective.mood
        if self.control is not Control.AUTO or mood is None:
            return []
        wish = self._director.decide(now, mood, self.control, requested=requested)
        if requested and wish.act is not Act.KEEP:
            why = Sentence("somebody chose the profile {profile}: {why}", profile=profile, why=wish.why)
            wish = replace(wish, why=why)
        return [DecisionMade(now, wish)]

    def yield_to_person(self, now: float, why: str) -> list[Event]:
        """A person has taken over. why: what they did, such as "somebody chose this song"."""
        self.control = Control.HANDS_OFF
        return [ControlChanged(now, self.control), *self._withdraw_pending(now, why), *self._decide(now)]

    def tick(self, now: float) -> list[Event]:
        """Use the profile that the schedule names now, and decide again once whoever took over has left."""
        profile = self._director.timetable.profile_due(now)
        events = [] if profile is None else self.use_profile(now, profile, requested=False)
        presence = self._director.situation.presence
        if self.control is Control.HANDS_OFF and presence.is_empty_for(now, self.config.takeover_ends_after):
            events += self._resume_control(now)
        return events

    def _resume_control(self, now: float) -> list[Event]:
        self.control = Control.AUTO
        self._director.resume_control()
        return [ControlChanged(now, self.control), *self._decide(now)]

    def _withdraw_pending(self, now: float, why: str) -> list[Event]:
        """Take back music that was requested and hasn't begun."""
        wish = self._director.yield_control(now, why)
        return [DecisionMade(now, wish)] if wish is not None else []

    def _decide(self, now: float) -> list[Event]:
        mood = self._effective.mood
        return [] if mood is None else [DecisionMade(now, self._director.decide(now, mood, self.control))]
