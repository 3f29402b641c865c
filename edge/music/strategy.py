"""What should play for a mood: as the mood is (match), step by step towards another (lift), or always the same (fixed).

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from edge.circumplex import Point, distance, nearest, towards
from edge.config import Choice, LiftConfig, MusicConfig
from edge.music.choices import UnwantedChoices, choices_for
from edge.sentences import ADJECTIVES, Sentence, mood_word
from edge.values import EXPRESSIONS, Mood, Music

# How much farther from the target than the lift's point the listeners must be before the lift starts again from them;
# distances in the valence-arousal plane.
FELL_BACK_DISTANCE = 0.8
MOOD_UNCLEAR = Sentence("the mood isn't clear")
CAMERA_OFF = Sentence("the mood isn't known while the camera is off")


@dataclass(frozen=True)
class Goal:
    """What should play.

    key: the entry of the profile. choices: at least one. reason: the first half of a sentence.
    """

    key: str
    choices: tuple[Choice, ...]
    reason: str

    def includes(self, music: Music | None) -> bool:
        """True where the music is one of the choices."""
        return music is not None and any(choice.play == music.uri for choice in self.choices)


class Strategy:
    """Applies `music.strategy`. config: replaced when another profile is chosen."""

    def __init__(self, config: MusicConfig, unwanted: UnwantedChoices | None = None) -> None:
        """unwanted: choices to leave out."""
        self.config = config
        self._unwanted = UnwantedChoices() if unwanted is None else unwanted
        self._lift = Lift(config.lift)

    def update(self, mood: Mood | None) -> None:
        """The listeners are in this mood now."""
        if self.config.strategy != "lift" or mood is None or mood.mood not in EXPRESSIONS:
            return
        listener, target = (mood.valence, mood.arousal), (self.config.lift.valence, self.config.lift.arousal)
        point = self._lift.point
        if point is not None and distance(listener, target) - distance(point, target) > FELL_BACK_DISTANCE:
            self._lift.restart(listener)
        else:
            self._lift.update(listener)

    def song_ended(self) -> None:
        """One of the device's own songs is over."""
        self._lift.song_ended()

    def restart(self, mood: Mood | None = None) -> None:
        """The listeners have changed: forget the way so far. mood: of the new ones."""
        self._lift.reset()
        self.update(mood)

    def goal(self, mood: Mood, *, present: bool | None) -> Goal | str:
        """Return what should play, or why nothing should change. present: None while the camera is off."""
        profile = self.config.profiles[self.config.profile]
        clear = mood.mood in EXPRESSIONS
        key, reason = mood.mood, Sentence("the room is {mood}", mood=adjective(mood.mood))
        if mood.source == "override":
            reason = Sentence("somebody set the mood to {mood}", mood=mood_word(mood.mood))
        if self.config.strategy == "fixed":
            if not clear and present is not True:
                return CAMERA_OFF if present is None else MOOD_UNCLEAR
            key, reason = "default", Sentence("this music is set for any mood")
        elif not clear:
            return CAMERA_OFF if present is None else MOOD_UNCLEAR
        elif self.config.strategy == "lift" and self._lift.point is not None:
            key = nearest(self._lift.point, [name for name in EXPRESSIONS if choices_for(profile, name)]) or key
            if self._lift.steps:
                reason = Sentence(
                    "{why}, and step {step} of the way leads on to {mood}",
                    why=reason,
                    step=self._lift.steps,
                    mood=mood_word(key),
                )
        configured = choices_for(profile, key)
        choices = self._unwanted.without(mood.mood, configured)
        if configured and not choices:
            return Sentence("nothing else is set for {mood}, and nobody wants that today", mood=mood_word(mood.mood))
        # What people think of the default's choices is learned once, for all moods without an entry.
        entry = key if key in profile else "default"
        if not choices:
            return Sentence("{mood} is set to leave the music as it is", mood=mood_word(key))
        return Goal(entry, choices, reason)


def adjective(mood: str) -> str:
    """Return the mood as an adjective."""
    return ADJECTIVES.get(mood, mood)


class Lift:
    """The way from the listeners' mood to the target, a step every few songs.

    Music meets the listeners where they are, then moves in small steps to where they would like to be (the iso
    principle): Altshuler, "A psychiatrist's experience with music as a therapeutic agent", in Schullian and Schoen
    (editors), Music and Medicine, 1948, pages 266-281. A controlled test: Starcke, Mayr and von Georgi, "Emotion
    modulation through music after sadness induction", 2021, doi 10.3390/ijerph182312486.

    point: where the way has got to; None without listeners. steps: how many steps were taken.
    """

    def __init__(self, config: LiftConfig) -> None:
        self._config = config
        self._target = (config.valence, config.arousal)
        self._songs = 0
        self.point: Point | None = None
        self.steps = 0

    @property
    def reached(self) -> bool:
        """True where the target is reached."""
        return self.point == self._target

    def update(self, listener: Point) -> None:
        """The listeners are here. The way starts from them, and skips ahead where they are nearer to the target."""
        if self.point is None or distance(listener, self._target) < distance(self.point, self._target):
            self.point = listener
            if not self.steps:
                self._songs = 0

    def restart(self, listener: Point) -> None:
        """Start again from where the listeners are."""
        self.point, self._songs, self.steps = listener, 0, 0

    def reset(self) -> None:
        """Nobody is listening."""
        self.point, self._songs, self.steps = None, 0, 0

    def song_ended(self) -> None:
        """One of the device's own songs is over; every few of them make a step."""
        self._songs += 1
        if self.point is not None and self._songs >= self._config.tracks:
            self._songs = 0
            if self.point != self._target:
                self.point = towards(self.point, self._target, self._config.step)
                self.steps += 1
