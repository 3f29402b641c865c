"""Which small blocks of the picture changed their content, whatever the light did.

Each block is compared with the reference by its normalised cross-correlation (Lewis, "Fast normalized
cross-correlation", 1995): a change of light scales and shifts the grey levels of a block, and leaves the correlation as
it was; an edge that moves lowers it, already by a fraction of a pixel.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.values import Grey

# The picture is compared at this width, in square blocks of this side.
WIDTH_PX, BLOCK_PX = 320, 8
# A block has changed if the part of its variance that the reference doesn't explain is larger than this, in grey
# levels squared, and than this multiple of what the sensor's noise causes in the flattest quarter of the blocks.
CHANGE_MIN_VARIANCE, CHANGE_MIN_NOISE_RATIO = 12.0, 8.0
# A block whose variance, if it is so many times that minimum, falls to or comes from so small a share of itself has
# changed as well: no light takes all the contrast from one block.
CONTRAST_MIN_RATIO, VANISHED_SHARE = 8.0, 0.04
Blocks = NDArray[np.bool_]
_Float = NDArray[np.float32]


class BlockChange:
    """Compares pictures with the reference that was set last."""

    def __init__(self) -> None:
        self._current: tuple[_Float, _Float, _Float] | None = None
        self._reference: tuple[_Float, _Float, _Float] | None = None

    def measure(self, grey: Grey) -> tuple[Blocks, Blocks] | None:
        """(height, width) luma -> (rows, columns) of blocks, twice; None without a reference.

        The first are the blocks that changed, the second those with enough texture for a change to be seen.
        """
        self._current = picture, mean, variance = _reduced(grey)
        if self._reference is None or self._reference[0].shape != picture.shape:
            self._reference = self._current
            return None
        before, mean_before, variance_before = self._reference
        covariance = _means(picture * before) - mean * mean_before
        both = np.maximum(variance * variance_before, 1e-3)
        # With the smaller variance, since a brighter light also shows what was hidden in the noise.
        least, most = np.minimum(variance, variance_before), np.maximum(variance, variance_before)
        unexplained = (1 - np.minimum(covariance**2 / both, 1)) * least
        flat = most <= np.partition(most, most.size // 4, axis=None)[most.size // 4]
        threshold = max(CHANGE_MIN_VARIANCE, CHANGE_MIN_NOISE_RATIO * float(np.median(unexplained[flat])))
        vanished = (most > CONTRAST_MIN_RATIO * threshold) & (least < VANISHED_SHARE * most)
        return np.asarray((unexplained > threshold) | vanished), np.asarray(most > threshold)

    def set_reference(self) -> None:
        """Compare the next pictures with the one that was measured last."""
        self._reference = self._current

    def clear(self) -> None:
        """Forget the reference."""
        self._reference = self._current = None


def _reduced(grey: Grey) -> tuple[_Float, _Float, _Float]:
    """The picture at WIDTH_PX, and the mean and variance of each block."""
    height = max(1, round(grey.shape[0] * WIDTH_PX / grey.shape[1] / BLOCK_PX)) * BLOCK_PX
    picture = np.asarray(cv2.resize(grey, (WIDTH_PX, height), interpolation=cv2.INTER_AREA), np.float32)
    mean = _means(picture)
    return picture, mean, np.maximum(_means(picture * picture) - mean * mean, 0)


def _means(picture: NDArray[Any]) -> _Float:
    size = picture.shape[1] // BLOCK_PX, picture.shape[0] // BLOCK_PX
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
