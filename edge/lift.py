"""Leading a mood by music, after the iso principle. Pure.

Music meets the listeners where they are, and then moves in small steps to where they would like to be: Altshuler,
"A psychiatrist's experience with music as a therapeutic agent", in Schullian and Schoen (editors), Music and Medicine,
1948, pages 266-281. A controlled test: Starcke, Mayr and von Georgi, "Emotion modulation through music after sadness
induction", 2021, doi 10.3390/ijerph182312486. The steps here are taken in the valence-arousal plane of `edge.mood`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

from edge.config import LiftConfig
from edge.room.mood import CIRCUMPLEX

Point = tuple[float, float]


def distance(a: Point, b: Point) -> float:
    """In the valence-arousal plane, 0..2.83."""
    return math.dist(a, b)


def nearest(point: Point, moods: Iterable[str]) -> str | None:
    """The mood whose place in the plane is nearest; None where there is none to choose from."""
    return min(moods, key=lambda mood: distance(CIRCUMPLEX[mood], point), default=None)


def towards(point: Point, target: Point, step: float) -> Point:
    """The point `step` nearer to the target, or the target itself."""
    far = distance(point, target)
    if far <= step:
        return target
    share = step / far
    return point[0] + (target[0] - point[0]) * share, point[1] + (target[1] - point[1]) * share


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
