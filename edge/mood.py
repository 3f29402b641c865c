"""From expressions, one look after another, to the room's mood: a discrete Bayes filter for each person.

Between looks a person's belief drifts back towards "could be anything" at a rate that depends on time alone, so that
looking more often doesn't make the device jumpier; each look multiplies in what the classifier saw. The classifier's
probabilities are calibrated for faces as common as in its training set, so each is divided by a power of its label's
share there: that makes rare expressions readable. A head whose sidecar says `"prior": "none"` carries no shares, and
nothing is divided. The room's mood is the mean over the people in view, kept by a minimum dwell and by a margin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.config import MoodConfig
from edge.values import ABSENT, EXPRESSIONS, UNKNOWN, Expression, Mood, Reading

Belief = NDArray[np.float64]

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
_PLANE = np.array([CIRCUMPLEX[name] for name in EXPRESSIONS])
_EVEN = np.full(len(EXPRESSIONS), 1 / len(EXPRESSIONS))
# Two looks within this time see nearly the same picture and count as one.
ALIKE_WITHIN = 0.4
# Even later looks at the same face in the same light are misread alike, so none counts in full.
NEWS = 0.6
# No classifier is surer of anything than this.
DOUBT = 0.02
# How far the shares of the labels in the training set are taken out of a probability: 1 would be Bayes' rule for looks
# that have nothing to do with each other; but the same face is misread the same way again and again.
LEVEL = 0.6
LEAST = 0.01
# A new mood must be ahead of the standing one by so much.
MARGIN = 0.5
UNSURE_FOR = 3.0
FORGET_AFTER = 2.0
SETTLED = 0.85
GONE = 1.0


def predict(belief: Belief, elapsed: float, stickiness: float) -> Belief:
    """The belief after `elapsed` seconds without a look; expressions last `stickiness` seconds on average."""
    stay = math.exp(-max(elapsed, 0.0) / max(stickiness, 1e-3))
    return stay * belief + (1 - stay) * _EVEN


def update(belief: Belief, expression: Expression, weight: float, shares: Belief = _EVEN) -> Belief:
    """The belief after a look that counts `weight` (0..1) of an independent one.

    shares: how common each expression was in the classifier's training set; they sum to 1.
    """
    seen = (np.asarray(expression.probabilities) + LEAST) / (shares + LEAST) ** LEVEL
    after = belief * seen ** (weight * expression.quality)
    # A floor lets a belief that was sure for an hour change within a second or two.
    doubt = DOUBT * weight
    return np.asarray((1 - doubt) * after / after.sum() + doubt * _EVEN)


@dataclass
class _Person:
    belief: Belief
    seen: float
    quality: float


class RoomMood:
    """The mood of everybody in view; one call for each look."""

    def __init__(self, config: MoodConfig, *, shares: tuple[float, ...] | None = None) -> None:
        """shares: of each expression in the classifier's training set; without them all count as equally common."""
        self._config = config
        self._shares = _EVEN if shares is None else np.asarray(shares) / np.sum(shares)
        self._people: dict[int, _Person] = {}
        self._present = False
        self._first: float | None = None
        self._last: float | None = None
        self._unsure: float | None = None
        self._mood = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, 0.0)

    @property
    def settled(self) -> bool:
        """True while more looks would change little."""
        if not self._present:
            return self._first is None
        # Two people of two minds leave the room's mood in doubt for good; what counts is that each of them is read.
        read = all(person.belief.max() >= SETTLED for person in self._people.values())
        return self._mood.mood in EXPRESSIONS and read

    def clear(self) -> None:
        """Begin anew, as when the camera is switched off."""
        self._people.clear()
        self._present = False
        self._first = self._last = self._unsure = None

    def look(self, now: float, seen: dict[int, Expression]) -> Reading:
        """What the people in view (track number -> expression) looked like at `now`."""
        self._note(now, bool(seen))
        for number, expression in seen.items():
            self._observe(now, number, expression)
        self._people = {n: p for n, p in self._people.items() if 0 <= now - p.seen <= FORGET_AFTER}
        self._mood = self._decide(now, len(seen))
        return Reading(now, self._mood, self._present)

    def _note(self, now: float, anybody: bool) -> None:
        """Presence: to enter takes being seen for a while, to leave takes being gone for a while."""
        if self._last is None:
            self._last = now
            self._mood = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, now)
        if anybody:
            self._first = now if self._first is None else self._first
            self._last = now
            self._present = self._present or now - self._first >= self._config.enter_after
        # Who was never there long enough to count needn't leave at length.
        elif now - self._last >= (self._config.leave_after if self._present else min(GONE, self._config.leave_after)):
            self._first, self._present = None, False
            self._people.clear()

    def _observe(self, now: float, number: int, expression: Expression) -> None:
        if self._config.merge_disgust:
            expression = _merged(expression)
        person = self._people.get(number)
        if person is None:
            self._people[number] = _Person(update(_EVEN, expression, 1.0, self._shares), now, expression.quality)
            return
        elapsed = now - person.seen
        belief = predict(person.belief, elapsed, self._config.stickiness)
        person.belief = update(belief, expression, NEWS * min(1.0, max(elapsed, 0.0) / ALIKE_WITHIN), self._shares)
        person.seen, person.quality = now, expression.quality

    def _decide(self, now: float, people: int) -> Mood:
        current = self._mood
        if not self._present:
            gone = (
                self._first is None
                and self._last is not None
                and now - self._last >= min(GONE, self._config.leave_after)
            )
            return Mood(ABSENT, 1.0, 0.0, 0.0, 0, now) if gone and current.mood != ABSENT else current
        if not self._people:
            return current
        weights = np.array([person.quality for person in self._people.values()])
        belief = np.average([person.belief for person in self._people.values()], axis=0, weights=weights)
        name = self._name(now, belief)
        since = current.since if name == current.mood else now
        sure = float(belief.max() if name == UNKNOWN else belief[EXPRESSIONS.index(name)])
        valence, arousal = (belief @ _PLANE).tolist()
        return Mood(name, sure, valence, arousal, people, since)

    def _name(self, now: float, belief: Belief) -> str:
        current = self._mood.mood
        best = EXPRESSIONS[int(belief.argmax())]
        if belief.max() < self._config.min_confidence:
            # Poor evidence for a moment is a turned head; for longer it is unknown.
            self._unsure = self._unsure if self._unsure is not None else now
            return UNKNOWN if now - self._unsure >= UNSURE_FOR or current == ABSENT else current
        self._unsure = None
        if current not in EXPRESSIONS or best == current:
            return best
        waited = now - self._mood.since >= self._config.min_dwell
        clear = belief.max() - belief[EXPRESSIONS.index(current)] >= MARGIN
        return best if waited and clear else current


def set_by_hand(mood: str, now: float, people: int) -> Mood:
    """The mood that somebody asked for: play as if."""
    valence, arousal = CIRCUMPLEX[mood]
    return Mood(mood, 1.0, valence, arousal, people, now, source="override")


def _merged(expression: Expression) -> Expression:
    probabilities = list(expression.probabilities)
    angry, disgust = EXPRESSIONS.index("angry"), EXPRESSIONS.index("disgust")
    probabilities[angry] += probabilities[disgust]
    probabilities[disgust] = 0.0
    return Expression(tuple(probabilities), expression.quality)
