"""What one look says about a person's expression: the heads of the model as evidence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.circumplex import CIRCUMPLEX
from edge.config import MoodConfig
from edge.values import EXPRESSIONS, Expression

# Seven numbers in the order of EXPRESSIONS.
Seven = NDArray[np.float64]
# Valence and arousal.
Point = NDArray[np.float64]

UNIFORM: Seven = np.full(len(EXPRESSIONS), 1 / len(EXPRESSIONS))
# How much the heads count, and the power of their training sets' shares that is taken out of them. Fitted to the
# balanced log-loss (each expression counts alike) of single looks at FER2013's public test, then rounded:
# scripts/measure/told_confidence.py --fit. A power of 1 would lose more of the majority than it brings to the rest.
EXPRESSION_WEIGHT, ORIGINAL_WEIGHT, SHARE_POWER = 1.15, 0.3, 0.8
# Added to probabilities and shares, so that neither is 0.
SMOOTHING = 0.01
# What counts as angry leaves this evidence for disgust.
RULED_OUT = -8.0
_PLANE = np.array([CIRCUMPLEX[name] for name in EXPRESSIONS])
_ANGRY, _DISGUST = EXPRESSIONS.index("angry"), EXPRESSIONS.index("disgust")


@dataclass(frozen=True, eq=False)
class Look:
    """What a look says about one person.

    evidence: (7,) log-likelihoods up to a constant; without one that is ruled out, their mean is 0. point: (2,) valence
    and arousal. quality: of the face, 0..1. exposed: how surely it looks into the camera, uncovered, 0..1.
    """

    evidence: Seven
    point: Point
    quality: float
    exposed: float = 1.0


class Evidence:
    """Weighs the heads of one model. log_shares: (7,) logarithms of the first head's shares."""

    def __init__(self, config: MoodConfig, shares: Mapping[str, Sequence[float]] | None = None) -> None:
        """shares: how common each of EXPRESSIONS is in each head's training set; equal for heads that aren't named."""
        self._merge = config.merge_disgust
        named = shares or {}
        self.log_shares = self._log_shares(named.get("expression"))
        self._original_log_shares = self._log_shares(named.get("fer2013"))

    def of(self, expression: Expression) -> Look:
        """What the classifier's result says.

        Its probabilities are those for faces of the training set; a power of the shares there is taken out of them,
        because otherwise rare expressions would hardly ever be read. The model's second head adds what it knows.
        Valence and arousal are the mean over EXPRESSIONS by both heads' mean probabilities: on FER2013's public test
        that fits votes and original labels together better than either head alone (docs/model-log.md).
        """
        found = EXPRESSION_WEIGHT * self._head(expression.probabilities, self.log_shares)
        if expression.original is not None:
            found += ORIGINAL_WEIGHT * self._head(expression.original, self._original_log_shares)
        found -= found.mean()
        if self._merge:
            found[_DISGUST] = RULED_OUT
        heads = [expression.probabilities] + ([] if expression.original is None else [expression.original])
        return Look(found, np.asarray(np.mean(heads, axis=0) @ _PLANE), expression.quality, expression.exposed)

    def _head(self, probabilities: Sequence[float], log_shares: Seven) -> Seven:
        return np.log(self._merged(probabilities) + SMOOTHING) - SHARE_POWER * log_shares

    def _log_shares(self, shares: Sequence[float] | None) -> Seven:
        """The logarithms of the shares, which need not sum to 1."""
        if shares is None:
            return np.zeros(len(EXPRESSIONS))
        return np.log(self._merged(np.asarray(shares) / np.sum(shares)) + SMOOTHING)

    def _merged(self, values: Sequence[float] | Seven) -> Seven:
        merged = np.array(values, np.float64)
        if self._merge:
            merged[_ANGRY] += merged[_DISGUST]
            merged[_DISGUST] = 0.0
        return merged
