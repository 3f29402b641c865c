"""How much a face changed since it was read, without reading it again. Pure."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.values import Box, Grey
from edge.vision.crop import cut

# The side of the compared picture, and by how many of its pixels a face may have moved.
SIDE_PX, SHIFT_PX = 24, 1
# Its edge is left out: a box that grows shows more of the room there.
RIM_PX = 1
# The change is the largest mean over squares with this side: a mouth is a few of them.
BLOCK_PX = 4
# Added to the spread of grey levels, so that an even surface doesn't show noise.
SPREAD_OFFSET = 4.0
Levels = NDArray[np.float32]


class FacePicture:
    """A face as it was when it was read."""

    def __init__(self, grey: Grey, area: Box) -> None:
        """grey: (height, width) luma. area: the square that was read."""
        self._area = area
        self._inner = self._of(grey)[SHIFT_PX:-SHIFT_PX, SHIFT_PX:-SHIFT_PX]
        self._normalized = _normalized(self._inner)

    def change(self, grey: Grey) -> float:
        """How much the same part of a later frame differs: 0 for none, above 1 for another expression.

        In multiples of the spread of grey levels, wherever in the face it is largest. The brightness, the contrast and
        small movements of the head don't count.
        """
        now = self._of(grey)
        matches = cv2.matchTemplate(now, self._inner, cv2.TM_CCOEFF_NORMED)
        row, column = np.unravel_index(int(matches.argmax()), matches.shape)
        side = self._inner.shape[0]
        moved = now[row : row + side, column : column + side]
        differences = np.abs(_normalized(moved) - self._normalized)
        blocks = differences.reshape(side // BLOCK_PX, BLOCK_PX, side // BLOCK_PX, BLOCK_PX)
        return float(blocks.mean(axis=(1, 3)).max())

    def _of(self, grey: Grey) -> Levels:
        part = cut(grey, self._area, 2 * SIDE_PX)
        smooth = cv2.GaussianBlur(part, (5, 5), 1.0)
        small = cv2.resize(smooth, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
        return np.asarray(small[RIM_PX:-RIM_PX, RIM_PX:-RIM_PX], np.float32)


def _normalized(levels: Levels) -> Levels:
    return np.asarray((levels - levels.mean()) / (levels.std() + SPREAD_OFFSET), np.float32)
