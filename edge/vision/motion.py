"""A cheap motion gate: how much of the picture changed since the last look."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.values import Grey

CELLS = (32, 24)
# Grey levels that a cell's mean may wander by sensor noise and lamp flicker.
NOISE = 6.0


class Motion:
    """Compares frames, reduced to 32 x 24 cells, with the one that was looked at last."""

    def __init__(self) -> None:
        self._kept: NDArray[np.float32] | None = None
        self._now: NDArray[np.float32] | None = None

    def measure(self, grey: Grey) -> float:
        """(height, width) luma -> the share of cells that changed since `keep`, 0..1; 1 for the first frame."""
        cells = cv2.resize(grey, CELLS, interpolation=cv2.INTER_AREA).astype(np.float32)
        self._now = cells
        if self._kept is None:
            return 1.0
        # A step of the exposure scales or shifts all cells alike; that isn't motion.
        gain, shift = np.median((cells + 1) / (self._kept + 1)), np.median(cells - self._kept)
        scaled, shifted = cells - gain * self._kept, cells - self._kept - shift
        return float(min(np.mean(np.abs(change) > NOISE) for change in (scaled, shifted)))

    def keep(self) -> None:
        """The frame measured last is the one that was looked at."""
        self._kept = self._now

    def clear(self) -> None:
        """Forget the picture, as when the camera is switched off."""
        self._kept = self._now = None
