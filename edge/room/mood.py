"""The filter from expressions to the room's mood: a discrete Bayes filter for each person. Pure.

Between looks a person's belief returns to uniform at a rate that depends on time alone, so that more frequent looks
don't make the mood less stable. Each look multiplies the belief by the classifier's probabilities. These are calibrated
for the training set, so each is divided by a power of its label's share there; otherwise rare expressions would hardly
ever be read. The room's mood is the mean over the people in view, and stays for a minimum dwell and within a margin.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.circumplex import CIRCUMPLEX
from edge.config import MoodConfig
from edge.room.presence import PresenceFilter
from edge.values import ABSENT, EXPRESSIONS, UNKNOWN, Expression, Mood, Reading

Belief = NDArray[np.float64]

_PLANE = np.array([CIRCUMPLEX[name] for name in EXPRESSIONS])
_UNIFORM = np.full(len(EXPRESSIONS), 1 / len(EXPRESSIONS))
# Two looks within this time show nearly the same picture, and count as less than two.
SAME_LOOK_WITHIN_S = 0.4
# The weight of a later look at the same face: its errors are correlated with those of the first one.
REPEATED_LOOK_WEIGHT = 0.6
# The share of the uniform distribution that is mixed into each belief, so that none becomes certain.
UNIFORM_SHARE = 0.02
# The exponent of a label's share in the training set: 1 would be Bayes' rule for independent looks, but looks at the
# same face aren't independent.
PRIOR_EXPONENT = 0.6
# Added to probabilities and shares, so that neither is 0.
SMOOTHING = 0.01
# The lead in probability that a new mood needs over the current one.
SWITCH_MARGIN = 0.5
# An unclear mood becomes `unknown` after this time.
UNKNOWN_AFTER_S = 3.0
# A person out of view for longer is forgotten, while looks are frequent.
FORGET_PERSON_AFTER_S = 2.0
# A face of lower quality (0..1) is no evidence: many such looks would add up to a mood that nobody shows.
READABLE_QUALITY = 0.25
# A person is read once their strongest expression has this probability.
READ_PROBABILITY = 0.85


def predict(belief: Belief, elapsed: float, stickiness: float) -> Belief:
    """The belief after `elapsed` seconds without a look; expressions last `stickiness` seconds on average."""
    stay = math.exp(-max(elapsed, 0.0) / max(stickiness, 1e-3))
    return stay * belief + (1 - stay) * _UNIFORM


def update(belief: Belief, expression: Expression, weight: float, shares: Belief = _UNIFORM) -> Belief:
    """The belief after a look, which counts as `weight` (0..1) of an independent one.

    shares: of each expression in the classifier's training set; their sum is 1.
    """
    likelihood = (np.asarray(expression.probabilities) + SMOOTHING) / (shares + SMOOTHING) ** PRIOR_EXPONENT
    evidence = expression.quality if expression.quality >= READABLE_QUALITY else 0.0
    posterior = belief * likelihood ** (weight * evidence)
    # Without this, a belief that was certain for an hour could not change within a second or two.
    uniform = UNIFORM_SHARE * weight
    return np.asarray((1 - uniform) * posterior / posterior.sum() + uniform * _UNIFORM)


@dataclass
class _Person:
    belief: Belief
    seen: float
    quality: float


class MoodFilter:
    """The mood of the people in view; call `look` once for each look."""

    def __init__(self, config: MoodConfig, *, shares: tuple[float, ...] | None = None) -> None:
        """shares: of each expression in the classifier's training set; None counts all as equally common."""
        self._config = config
        self._shares = _UNIFORM if shares is None else np.asarray(shares) / np.sum(shares)
        self._people: dict[int, _Person] = {}
        self._presence = PresenceFilter(config)
        # The room's belief when somebody was last in view, and when that was.
        self._last_belief = 0.0, _UNIFORM
        self._unclear_since: float | None = None
        self._mood = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, 0.0)

    @property
    def settled(self) -> bool:
        """True if more looks would change little."""
        if not self._presence.present:
            return not self._presence.face_known
        # Two people with different moods leave the room's mood unclear; it is enough that each of them is read.
        read = all(person.belief.max() >= READ_PROBABILITY for person in self._people.values())
        return self._mood.mood in EXPRESSIONS and read

    @property
    def present(self) -> bool:
        """Whether anybody is in the room."""
        return self._presence.present

    def clear(self) -> None:
        """Forget everything, as when the camera is switched off."""
        self._people.clear()
        self._presence.clear()
        self._unclear_since = None

    def look(
        self,
        now: float,
        expressions: dict[int, Expression],
        *,
        moved_at: float | None = None,
        held_for: float = FORGET_PERSON_AFTER_S,
    ) -> Reading:
        """Take the expressions of the people in view, by track number; returns the mood after it.

        moved_at: when something last moved where somebody was last seen. held_for: whoever was in view last more than
        so many seconds ago is forgotten; more than FORGET_PERSON_AFTER_S where looks are rare.
        """
        if not self._presence.begun:
            self._mood = Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, now)
        # One look without a face never empties a room that is looked at rarely.
        at_least = held_for if held_for > FORGET_PERSON_AFTER_S else 0.0
        if self._presence.look(now, faces=bool(expressions), moved_at=moved_at, held_for=at_least):
            self._people.clear()
        for track, expression in expressions.items():
            self._observe(now, track, expression)
        self._people = {n: p for n, p in self._people.items() if 0 <= now - p.seen <= held_for}
        self._mood = self._decide(now, len(expressions))
        return Reading(now, self._mood, self._presence.present)

    def _observe(self, now: float, track: int, expression: Expression) -> None:
        if self._config.merge_disgust:
            expression = _merge_disgust(expression)
        person = self._people.get(track)
        if person is None:
            self._people[track] = _Person(update(_UNIFORM, expression, 1.0, self._shares), now, expression.quality)
            return
        elapsed = now - person.seen
        belief = predict(person.belief, elapsed, self._config.stickiness)
        weight = REPEATED_LOOK_WEIGHT * min(1.0, max(elapsed, 0.0) / SAME_LOOK_WITHIN_S)
        person.belief = update(belief, expression, weight, self._shares)
        person.seen, person.quality = now, expression.quality

    def _decide(self, now: float, people: int) -> Mood:
        current = self._mood
        if not self._presence.present:
            empty = self._presence.is_empty(now)
            return Mood(ABSENT, 1.0, 0.0, 0.0, 0, now) if empty and current.mood != ABSENT else current
        if not self._people:
            return self._faded(now)
        weights = np.array([person.quality for person in self._people.values()])
        belief = np.average([person.belief for person in self._people.values()], axis=0, weights=weights)
        self._last_belief = now, belief
        name = self._name(now, belief)
        since = current.since if name == current.mood else now
        confidence = float(belief.max() if name == UNKNOWN else belief[EXPRESSIONS.index(name)])
        valence, arousal = (belief @ _PLANE).tolist()
        return Mood(name, confidence, valence, arousal, people, since)

    def _faded(self, now: float) -> Mood:
        """The mood of people whose faces are out of view: less and less is known of it, then nothing."""
        current, (seen, belief) = self._mood, self._last_belief
        belief = predict(belief, now - seen, self._config.stickiness)
        forgotten = self._presence.out_of_view(now) >= self._config.leave_after
        unclear = forgotten or belief.max() < self._config.min_confidence
        name = UNKNOWN if unclear else current.mood
        confidence = 0.0 if name not in EXPRESSIONS else float(belief[EXPRESSIONS.index(name)])
        valence, arousal = (belief @ _PLANE).tolist()
        return Mood(name, confidence, valence, arousal, 0, current.since if name == current.mood else now)

    def _name(self, now: float, belief: Belief) -> str:
        current = self._mood.mood
        best = EXPRESSIONS[int(belief.argmax())]
        if belief.max() < self._config.min_confidence:
            # A turned head is unclear for a moment only.
            self._unclear_since = self._unclear_since if self._unclear_since is not None else now
            unknown = now - self._unclear_since >= UNKNOWN_AFTER_S or current == ABSENT
            return UNKNOWN if unknown else current
        self._unclear_since = None
        if current not in EXPRESSIONS or best == current:
            return best
        waited = now - self._mood.since >= self._config.min_dwell
        ahead = belief.max() - belief[EXPRESSIONS.index(current)] >= SWITCH_MARGIN
        return best if waited and ahead else current


def _merge_disgust(expression: Expression) -> Expression:
    probabilities = list(expression.probabilities)
    angry, disgust = EXPRESSIONS.index("angry"), EXPRESSIONS.index("disgust")
    probabilities[angry] += probabilities[disgust]
    probabilities[disgust] = 0.0
    return Expression(tuple(probabilities), expression.quality)
