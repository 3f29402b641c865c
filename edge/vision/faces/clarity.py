"""How clear the picture of a face is: sharp, at rest, and without noise."""

from __future__ import annotations

import math

import cv2
import numpy as np

from edge.values import Grey

SHARPNESS_MIN = 0.1
# The variance of the Laplacian divided by that of the picture: where nothing can be read, and for a sharp face.
BLURRED_EDGES, SHARP_EDGES = 0.004, 0.05
# The same for the noisiest faces of FER2013 (one in 300 is above), and for nothing but noise.
NOISY_EDGES, NOISE_EDGES = 4.0, 8.0
# Movement blurs along one direction only: the mean squared second derivative along it, divided by the variance, and
# that beside the largest one of all directions; where nothing can be read, and for a face at rest. Of 100 sharp
# training faces 99 are above the second value of the former, and 95 above that of the latter.
SMEARED_EDGES, STEADY_EDGES = 0.004, 0.022
SMEARED_RATIO, STEADY_RATIO = 0.12, 0.38
# Added to the picture's variance, so that the noise of an even surface isn't sharpness.
VARIANCE_OFFSET = 25
_ANGLES = np.arange(8) * np.pi / 8
# Squares and products of the second derivatives along x, along y, and mixed; for each angle their weights.
_ALONG = np.array([[math.cos(a) ** 2, math.sin(a) ** 2, math.sin(2 * a)] for a in _ANGLES])


def clarity(part: Grey) -> float:
    """0..1, and 1 for a clear picture. part: (size, size)."""
    levels = part.astype(np.float32)
    variance = float(levels.var()) + VARIANCE_OFFSET
    edges = float(cv2.Laplacian(part, cv2.CV_32F).var()) / variance
    clearness = (NOISE_EDGES - edges) / (NOISE_EDGES - NOISY_EDGES)
    sharpness = max(SHARPNESS_MIN, _logarithmic(edges, BLURRED_EDGES, SHARP_EDGES))
    return sharpness * min(1.0, max(0.0, clearness)) * _steadiness(levels, variance)


def _steadiness(levels: np.ndarray, variance: float) -> float:
    """SHARPNESS_MIN..1, and 1 for a face that doesn't move; it falls only if both signs say so."""
    middle = levels[1:-1, 1:-1]
    across = levels[1:-1, 2:] - 2 * middle + levels[1:-1, :-2]
    down = levels[2:, 1:-1] - 2 * middle + levels[:-2, 1:-1]
    mixed = (levels[2:, 2:] - levels[2:, :-2] - levels[:-2, 2:] + levels[:-2, :-2]) / 4
    flat = np.stack([across.ravel(), down.ravel(), mixed.ravel()])
    products = (flat @ flat.T / (flat.shape[1] * variance)).astype(np.float64)
    energies = np.einsum("ai,ij,aj->a", _ALONG, products, _ALONG)
    least, most = float(energies.min()), float(energies.max())
    ratio = (least / max(most, 1e-9) - SMEARED_RATIO) / (STEADY_RATIO - SMEARED_RATIO)
    return min(1.0, max(SHARPNESS_MIN, ratio, _logarithmic(least, SMEARED_EDGES, STEADY_EDGES)))


def _logarithmic(value: float, least: float, full: float) -> float:
    """Below or at 0 for `least`, and 1 for `full` and above; steps by the logarithm."""
    return min(1.0, math.log(max(value, 1e-6) / least) / math.log(full / least))
