"""Fits the constants of the evidence and of the told confidence; `told_confidence.py --fit` prints them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.room.confidence import RETURNED_POWER
from edge.room.evidence import SMOOTHING
from edge.values import EXPRESSIONS, Expression

Values = NDArray[np.float64]


def fit(shares: Mapping[str, Sequence[float]], faces: Sequence[tuple[str, Sequence[Expression]]]) -> dict[str, float]:
    """Return the constants by their names. faces: the truth, and what is read in each look.

    The evidence is fitted to the balanced log-loss of single looks, the scale to the plain log-loss of the mean of all
    looks, and offset and slope to whether the strongest evidence is right.
    """
    truth = np.array([EXPRESSIONS.index(truth) for truth, _ in faces])
    heads = [_logs([[look.probabilities for look in looks] for _, looks in faces])]
    heads.append(_logs([[look.original or look.probabilities for look in looks] for _, looks in faces]))
    priors = [_logs(np.asarray(shares[name]) / np.sum(shares[name])) for name in ("expression", "fer2013")]
    balance = 1 / np.bincount(truth, minlength=len(EXPRESSIONS))[truth]

    def evidence(weights: Values) -> Values:
        found = sum(w * (logs - weights[2] * prior) for w, logs, prior in zip(weights[:2], heads, priors, strict=True))
        return np.asarray(found - np.mean(found, axis=-1, keepdims=True))

    mix = _minimum(lambda w: _loss(evidence(w)[:, 0], truth, balance), [1.0, 0.4, 0.6])
    mean = evidence(mix).mean(axis=1)
    known = RETURNED_POWER * priors[0]
    scale = _minimum(lambda s: _loss(s[0] * mean + known, truth), [1.0])
    chances = np.exp(_log_softmax(scale[0] * mean + known))
    best = mean.argmax(axis=1)
    odds = np.log(chances[np.arange(len(best)), best] / (1 - chances[np.arange(len(best)), best] + 1e-9))
    sign = np.where(best == truth, 1.0, -1.0)
    platt = _minimum(lambda p: float(np.logaddexp(0, -sign * (p[0] + p[1] * odds)).mean()), [0.0, 1.0])
    names = ("EXPRESSION_WEIGHT", "ORIGINAL_WEIGHT", "SHARE_POWER", "EVIDENCE_SCALE", "OFFSET", "SLOPE")
    return dict(zip(names, np.round([*mix, *scale, *platt], 3).tolist(), strict=True))


def _logs(values: object) -> Values:
    return np.asarray(np.log(np.asarray(values, np.float64) + SMOOTHING))


def _log_softmax(values: Values) -> Values:
    values = values - values.max(axis=-1, keepdims=True)
    return np.asarray(values - np.log(np.exp(values).sum(axis=-1, keepdims=True)))


def _loss(logs: Values, truth: NDArray[np.int64], weights: Values | None = None) -> float:
    """The mean negative log-likelihood of the truth."""
    return float(np.average(-_log_softmax(logs)[np.arange(len(truth)), truth], weights=weights))


def _minimum(loss: Callable[[Values], float], start: Sequence[float]) -> Values:
    """Where the loss is least, by steps along each axis that become smaller."""
    best, step = np.array(start), 0.2
    least = loss(best)
    while step > 0.001:
        tries = [best + sign * step * axis for axis in np.eye(len(best)) for sign in (1, -1)]
        found = min(tries, key=loss)
        if (value := loss(found)) < least:
            best, least = found, value
        else:
            step /= 2
    return best
