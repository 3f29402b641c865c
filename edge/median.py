"""The median, without what Python's `statistics` and `numpy.median` load for it: fractions and numpy.ma, 3 MB."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def median(values: Iterable[float]) -> float:
    """The median of at least one number, the mean of the two in the middle for an even count.

    Raises ValueError if there is none.
    """
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no median without numbers")
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def array_median(array: NDArray[np.floating]) -> float:
    """The median of all elements of an array, in its own precision. array: of any shape, not empty, without NaN."""
    flat = array.ravel()
    half = flat.size // 2
    if flat.size % 2:
        return float(np.partition(flat, half)[half])
    near = np.partition(flat, (half - 1, half))
    return float((near[half - 1] + near[half]) / 2)
