"""The circumplex of valence and arousal (Russell 1980): where each mood lies on it, and distances between moods."""

from __future__ import annotations

import math
from collections.abc import Iterable

from edge.values import Mood

Point = tuple[float, float]

# Valence and arousal of each expression: the pleasure and arousal means that Russell and Mehrabian measured for the
# words happy, sad, angry, fearful, disgusted and surprised (1977, doi 10.1016/0092-6566(77)90037-X); neutral is 0, 0.
CIRCUMPLEX = {
    "angry": (-0.51, 0.59),
    "disgust": (-0.60, 0.35),
    "fear": (-0.64, 0.60),
    "happy": (0.81, 0.51),
    "sad": (-0.63, -0.27),
    "surprise": (0.40, 0.67),
    "neutral": (0.0, 0.0),
}


def distance(a: Point, b: Point) -> float:
    """Return the distance in the valence-arousal plane, 0..2.83."""
    return math.dist(a, b)


def nearest(point: Point, moods: Iterable[str]) -> str | None:
    """Return the mood that lies nearest to the point; None where `moods` is empty."""
    return min(moods, key=lambda mood: distance(CIRCUMPLEX[mood], point), default=None)


def towards(point: Point, target: Point, step: float) -> Point:
    """Return the point that lies `step` nearer to the target, or the target where it is no farther than that."""
    far = distance(point, target)
    if far <= step:
        return target
    share = step / far
    return point[0] + (target[0] - point[0]) * share, point[1] + (target[1] - point[1]) * share


def override_mood(mood: str, now: float, people: int) -> Mood:
    """Return the mood that a person set, for as many people as are in view."""
    valence, arousal = CIRCUMPLEX[mood]
    return Mood(mood, 1.0, valence, arousal, people, now, source="override")
