"""From evidence to the published confidence: the chance that the told mood is right. Pure.

A filter's belief says how sure it is if looks were independent; twelve looks at one still face are hardly more than
one. So the chances come from the mean evidence of the looks, not from its sum, and a last map makes them agree with how
often the told mood is right (Platt 1999, "Probabilistic outputs for support vector machines").
All constants are fitted on FER2013's public test: scripts/measure/told_confidence.py --fit.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edge.room.evidence import Seven
from edge.values import EXPRESSIONS

# The mean evidence counts this much, and this power of the training set's shares is returned: with the shares taken
# out, a rare expression that is read is wrong more often than a common one.
EVIDENCE_SCALE, RETURNED_POWER = 1.0, 0.2
# The confidence's log-odds: the first plus the second times the chance's log-odds.
OFFSET, SLOPE = -0.33, 1.15
# The mean chances of n people are raised to the power n ** this: people who agree are seldom all misread.
AGREEMENT_POWER = 1.2
# Where the mean chance isn't above this, the people differ, and the room has no one mood.
COMMON_MOOD_MIN = 0.5
# A face of lower quality than this tells less than those of the public test.
FULL_QUALITY = 0.4
CHANCE_MIN = 1e-4


def chances(evidence: Seven, quality: float, log_shares: Seven) -> Seven:
    """(7,) the chance of each expression, by a person's mean evidence from faces of this quality."""
    scale = EVIDENCE_SCALE * min(1.0, quality / FULL_QUALITY)
    return _normalized(scale * evidence + RETURNED_POWER * log_shares)


def together(people: Sequence[Seven], weights: Sequence[float]) -> Seven:
    """(7,) the chances of each expression as the mood that these people share; all are low where they differ."""
    if len(people) == 1:
        return people[0]
    mean = np.average(people, axis=0, weights=weights)
    if mean.max() <= COMMON_MOOD_MIN:
        return np.minimum(mean, 1 / len(EXPRESSIONS))
    return _normalized(len(people) ** AGREEMENT_POWER * np.log(np.maximum(mean, CHANCE_MIN)))


def confidence(chance: float) -> float:
    """The published confidence for this chance, 0..1."""
    chance = min(max(chance, CHANCE_MIN), 1 - CHANCE_MIN)
    odds = OFFSET + SLOPE * float(np.log(chance / (1 - chance)))
    return float(1 / (1 + np.exp(-odds)))


def _normalized(logs: Seven) -> Seven:
    odds = np.exp(logs - logs.max())
    return np.asarray(odds / odds.sum())
