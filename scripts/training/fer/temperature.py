"""Temperature scaling: one number a head that calibrates its confidence (Guo et al. 2017, arXiv:1706.04599)."""

from __future__ import annotations

import numpy as np


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    """(n, 7) logits -> (n, 7) probabilities, float64."""
    scaled = logits.astype(np.float64) / temperature
    odds = np.exp(scaled - scaled.max(1, keepdims=True))
    return np.asarray(odds / odds.sum(1, keepdims=True))


def negative_log_likelihood(logits: np.ndarray, labels: np.ndarray, temperature: float) -> float:
    """Return the mean of -log p(label)."""
    chosen = softmax(logits, temperature)[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(chosen, 1e-12)).mean())


def fit(logits: np.ndarray, labels: np.ndarray, low: float = 0.1, high: float = 10.0) -> float:
    """Return the temperature with the smallest negative log-likelihood, to four decimals: golden section over its
    logarithm.

    logits: (n, 7). labels: (n,) 0..6.
    """
    ratio = (5**0.5 - 1) / 2
    a, b = float(np.log(low)), float(np.log(high))
    while b - a > 1e-6:
        left, right = b - ratio * (b - a), a + ratio * (b - a)
        at_left = negative_log_likelihood(logits, labels, float(np.exp(left)))
        if at_left < negative_log_likelihood(logits, labels, float(np.exp(right))):
            b = right
        else:
            a = left
    return round(float(np.exp((a + b) / 2)), 4)
