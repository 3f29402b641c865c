"""What should play for a mood: as the mood is (match), leading on from it (lift), or always the same (fixed). Pure."""

from __future__ import annotations

from dataclasses import dataclass

from edge.circumplex import Point, distance, nearest, towards
from edge.config import Choice, LiftConfig, MusicConfig
from edge.music.choices import options
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


class Lift:
    """The way from where the listeners were to the target, a step every few songs."""

    def __init__(self, config: LiftConfig) -> None:
        self._config = config
        self._target = (config.valence, config.arousal)
        self._songs = 0
        self.point: Point | None = None
        self.steps = 0

    def meet(self, listener: Point) -> None:
        """The listeners are here; the way begins with them, and is cut short where they are ahead of it."""
        if self.point is None or distance(listener, self._target) < distance(self.point, self._target):
            self.point = listener
            if not self.steps:
                self._songs = 0

    def again(self, listener: Point) -> None:
        """Begin anew where the listeners are, since they fell far back or somebody else came."""
        self.point, self._songs, self.steps = listener, 0, 0

    def forget(self) -> None:
        """Nobody is listening."""
        self.point, self._songs, self.steps = None, 0, 0

    def song_ended(self) -> None:
        """Another song of ours is over; every few of them are a step."""
        self._songs += 1
        if self.point is not None and self._songs >= self._config.tracks:
            self._songs = 0
            if self.point != self._target:
                self.point = towards(self.point, self._target, self._config.step)
                self.steps += 1

    @property
    def there(self) -> bool:
        """True where the target is reached."""
        return self.point == self._target
