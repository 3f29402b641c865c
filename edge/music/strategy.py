"""What should play for a mood: as the mood is (match), leading on from it (lift), or always the same (fixed). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from edge.music.choices import options
from edge.config import Choice, MusicConfig
from edge.lift import Lift, distance, nearest
from edge.values import EXPRESSIONS, Mood, Music

FEELS = {"disgust": "disgusted", "fear": "afraid", "surprise": "surprised"}
# How far listeners must be behind the way that lifts them before it begins anew with them.
FELL_BACK = 0.8
UNCLEAR, UNSEEN = "the mood isn't clear", "nobody looks while the camera is off"


@dataclass(frozen=True)
class Goal:
    """What should play. key: the entry of the profile. choices: one at least. reason: the first half of a sentence."""

    key: str
    choices: tuple[Choice, ...]
    reason: str

    def has(self, music: Music | None) -> bool:
        """True where the music is one of the choices."""
        return music is not None and any(choice.play == music.uri for choice in self.choices)


class Strategy:
    """`music.strategy` at work."""

    def __init__(self, config: MusicConfig) -> None:
        self.config = config
        self._lift = Lift(config.lift)

    def meet(self, mood: Mood | None) -> None:
        """The listeners are in this mood now."""
        if self.config.strategy != "lift" or mood is None or mood.mood not in EXPRESSIONS:
            return
        listener, target = (mood.valence, mood.arousal), (self.config.lift.valence, self.config.lift.arousal)
        point = self._lift.point
        if point is not None and distance(listener, target) - distance(point, target) > FELL_BACK:
            self._lift.again(listener)
        else:
            self._lift.meet(listener)

    def song_ended(self) -> None:
        """A song of the device's own is over."""
        self._lift.song_ended()

    def afresh(self, mood: Mood | None = None) -> None:
        """Who was here is gone; whoever is here now is in this mood."""
        self._lift.forget()
        self.meet(mood)

    def goal(self, mood: Mood, *, present: bool | None) -> Goal | str:
        """What should play, or why nothing is to change. present: None while nobody looks."""
        profile = self.config.profiles[self.config.profile]
        clear = mood.mood in EXPRESSIONS
        key, reason = mood.mood, f"the room is {feels(mood.mood)}"
        if mood.source == "override":
            reason = f"somebody set the mood to {mood.mood}"
        if self.config.strategy == "fixed":
            if not clear and present is not True:
                return UNSEEN if present is None else UNCLEAR
            key, reason = "default", "this music is set for any mood"
        elif not clear:
            return UNSEEN if present is None else UNCLEAR
        elif self.config.strategy == "lift" and self._lift.point is not None:
            key = nearest(self._lift.point, [name for name in EXPRESSIONS if options(profile, name)]) or key
            if self._lift.steps:
                reason += f", and step {self._lift.steps} of the way leads on to {key}"
        choices = options(profile, key)
        # What is learnt about the default's choices is learnt once, for whichever mood.
        entry = key if key in profile else "default"
        return Goal(entry, choices, reason) if choices else f"{key} is set to leave the music as it is"


def feels(mood: str) -> str:
    """The mood as an adjective."""
    return FEELS.get(mood, mood)
