"""What the looks at one person say: a discrete Bayes filter for changes, and means for what is told. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np

from edge.room.evidence import UNIFORM, Look, Seven
from edge.values import EXPRESSIONS

# Two looks within this time show nearly the same picture, and count as less than two.
SAME_LOOK_WITHIN_S = 0.4
# The weight of a later look at the same face: its errors are correlated with those of the first one.
REPEATED_LOOK_WEIGHT = 0.6
# The share of the uniform distribution that is mixed into each belief, so that none becomes certain.
UNIFORM_SHARE = 0.02
# Evidence for a hesitant expression counts this much, so that it takes about twice as many looks.
HESITANT_WEIGHT = 0.5
# A face of lower quality (0..1) is no evidence: many such looks would add up to a mood that nobody shows.
READABLE_QUALITY = 0.25
# How fast looks lose weight in the means of how far a face is exposed, and the weight of nothing seen before them.
EXPOSED_MEMORIES_S, UNSEEN_WEIGHT = (1.0, 5.0), 0.3
# How fast looks lose weight in the mean of what is told, and in the mean of the newest ones.
MEMORY_S, RECENT_S = 10.0, 1.0
# The longer an expression has stood, the longer the looks count: this share of that time, up to so many seconds. So
# what is told of it doesn't come and go at its limit.
MEMORY_SHARE, MEMORY_MAX_S = 0.33, 30.0


def kept_share(elapsed: float, stickiness: float) -> float:
    """How much of a belief is left after `elapsed` seconds; expressions last `stickiness` seconds on average."""
    return math.exp(-max(elapsed, 0.0) / max(stickiness, 1e-3))


def predict(belief: Seven, elapsed: float, stickiness: float) -> Seven:
    """The belief after `elapsed` seconds without a look."""
    stay = kept_share(elapsed, stickiness)
    return stay * belief + (1 - stay) * UNIFORM


def update(belief: Seven, evidence: Seven, weight: float, hesitant: Collection[str] = ()) -> Seven:
    """The belief after a look with this evidence, which counts as `weight` (0..1) of an independent one.

    hesitant: the expressions of which some evidence is left out.
    """
    posterior = belief * np.exp(weight * _hesitating(evidence, hesitant))
    # Without this, a belief that was certain for an hour could not change within a second or two.
    uniform = UNIFORM_SHARE * weight
    return np.asarray((1 - uniform) * posterior / posterior.sum() + uniform * UNIFORM)


def readable(quality: float) -> float:
    """How much a face of this quality counts as evidence, 0..1."""
    return quality if quality >= READABLE_QUALITY else 0.0


def _hesitating(evidence: Seven, hesitant: Collection[str]) -> Seven:
    """The evidence, in which hesitant expressions lead the others by less."""
    few = [name in hesitant for name in EXPRESSIONS]
    if all(few) or not any(few):
        return evidence
    others = evidence[np.logical_not(few)].max()
    lead = np.maximum(evidence - others, 0.0)
    return np.where(few, evidence - (1 - HESITANT_WEIGHT) * lead, evidence)


class _Mean:
    """A mean of looks, in which older ones lose weight; a look of low quality says less about all but the quality."""

    def __init__(self, memory: float) -> None:
        """memory: seconds after which a look has lost most of its weight."""
        self.memory = memory
        self.evidence, self.point = np.zeros(len(EXPRESSIONS)), np.zeros(2)
        self.quality = self.weight = self._trust = 0.0

    def remembered(self, memory: float) -> _Mean:
        """The same mean, whose looks lose weight at another rate from now on."""
        mean = _Mean(memory)
        mean.evidence, mean.point = self.evidence, self.point
        mean.quality, mean.weight, mean._trust = self.quality, self.weight, self._trust
        return mean

    def add(self, look: Look, elapsed: float, weight: float) -> None:
        fade = math.exp(-elapsed / self.memory)
        trusted, added = self._trust * fade, weight * readable(look.quality)
        share = added / max(trusted + added, 1e-9)
        self.evidence = (1 - share) * self.evidence + share * look.evidence
        self.point = (1 - share) * self.point + share * look.point
        self._trust = trusted + added
        kept = self.weight * fade
        self.weight = kept + weight
        self.quality = (kept * self.quality + weight * look.quality) / max(self.weight, 1e-9)


class _Exposure:
    """A mean of how far a face is exposed, in which older looks lose weight; low after few looks."""

    def __init__(self, memory: float) -> None:
        """memory: seconds after which a look has lost most of its weight."""
        self.mean, self._memory, self._weight = 0.0, memory, UNSEEN_WEIGHT

    def add(self, exposed: float, elapsed: float, weight: float) -> None:
        kept = self._weight * math.exp(-elapsed / self._memory)
        self._weight = kept + weight
        self.mean = (kept * self.mean + weight * exposed) / max(self._weight, 1e-9)


class Person:
    """One person in view.

    belief: (7,) what the filter believes. first, seen: when they were seen first and last.
    """

    def __init__(self, now: float) -> None:
        self.first = self.seen = now
        self.belief = UNIFORM
        self._stands_since = now
        self._lasting, self._recent = _Mean(MEMORY_S), _Mean(RECENT_S)
        self._exposures = [_Exposure(memory) for memory in EXPOSED_MEMORIES_S]

    @property
    def quality(self) -> float:
        """The mean quality of the newest looks, 0..1."""
        return self._recent.quality

    @property
    def exposed(self) -> float:
        """How far the face looked into the camera, uncovered, in the last second and the last seconds, 0..1."""
        return min(exposure.mean for exposure in self._exposures)

    @property
    def mean(self) -> _Mean:
        """The mean of the looks of the last seconds; of the newest alone if the expression seems to have changed."""
        return self._recent if self._changed else self._lasting

    def accept(self) -> None:
        """A new mood is told: what was seen before the expression changed says nothing about it."""
        if self._changed:
            self._lasting = self._recent.remembered(MEMORY_S)

    @property
    def _changed(self) -> bool:
        return bool(self._lasting.evidence.argmax() != self.belief.argmax())

    def look(self, now: float, look: Look, *, stickiness: float, hesitant: Collection[str] = ()) -> None:
        """Take a look at this person. stickiness, hesitant: see `predict` and `update`."""
        elapsed = max(now - self.seen, 0.0)
        # The time since the last look, as a share of what makes a look of its own; the first one is whole.
        weight = min(1.0, elapsed / SAME_LOOK_WITHIN_S) if self._lasting.weight else 1.0
        counts = weight * REPEATED_LOOK_WEIGHT if self._lasting.weight else weight
        belief = predict(self.belief, elapsed, stickiness)
        self.belief = update(belief, look.evidence, counts * readable(look.quality), hesitant)
        if self._changed:
            self._stands_since = now
        self._lasting.memory = min(max(MEMORY_S, MEMORY_SHARE * (now - self._stands_since)), MEMORY_MAX_S)
        self._lasting.add(look, elapsed, weight)
        self._recent.add(look, elapsed, weight)
        for exposure in self._exposures:
            exposure.add(look.exposed, elapsed, weight)
        self.seen = now
