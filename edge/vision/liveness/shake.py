"""Whether it was the camera that moved."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.median import array_median, median
from edge.values import Grey

# The picture is compared at this width, in this many tiles across and down.
SCENE_WIDTH_PX = 160
TILES = (4, 3)
# A tile with less texture says nothing about a movement: the sum of its squared gradients, a pixel.
TEXTURE_MIN = 4.0
# With fewer tiles than this nothing is known about the camera.
TILES_MIN = 3
# A face follows the camera if it moves less than this share differently, or this many pixels of the frame.
SAME_SHIFT_SHARE, SAME_SHIFT_PX = 0.5, 0.1


class Scene:
    """The whole picture at one time."""

    def __init__(self, grey: Grey) -> None:
        """grey: (height, width) luma."""
        self._scale = max(1.0, grey.shape[1] / SCENE_WIDTH_PX)
        self._small = self._reduce(grey)

    def follows(self, grey: Grey, x: float, y: float) -> bool:
        """Whether a face that moved by (x, y) pixels until `grey` only moved with the whole picture."""
        shift = self.shift(grey)
        if shift is None:
            return False
        left = math.hypot(x - shift[0], y - shift[1])
        camera = math.hypot(*shift)
        return camera > SAME_SHIFT_PX / 2 and left < max(SAME_SHIFT_PX, SAME_SHIFT_SHARE * camera)

    def gain(self, grey: Grey) -> float:
        """By which factor most of the picture is brighter in `grey`."""
        after = self._reduce(grey).astype(np.float32)
        return array_median((after + 1) / (self._small.astype(np.float32) + 1))

    def shift(self, grey: Grey) -> tuple[float, float] | None:
        """By how many pixels (x, y) the picture as a whole has moved; None without texture."""
        before, after = _smooth(self._small), _smooth(self._reduce(grey))
        middle = (before + after) / 2
        across, down = cv2.Scharr(middle, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(middle, cv2.CV_32F, 0, 1) / 32
        # Without each tile's change of brightness.
        change = after - before
        change = change - np.asarray(cv2.blur(change, (15, 15)), np.float32)
        sums = [
            cv2.resize(part, TILES, interpolation=cv2.INTER_AREA).ravel()
            for part in (across * across, across * down, down * down, across * change, down * change)
        ]
        found = []
        for xx, xy, yy, xc, yc in zip(*(part.tolist() for part in sums), strict=True):
            determinant = xx * yy - xy * xy
            if min(xx, yy) > TEXTURE_MIN and determinant > 0.05 * xx * yy:
                found.append((-(yy * xc - xy * yc) / determinant, -(xx * yc - xy * xc) / determinant))
        if len(found) < TILES_MIN:
            return None
        x, y = (median(shifts) for shifts in zip(*found, strict=True))
        return x * self._scale, y * self._scale

    def _reduce(self, grey: Grey) -> Grey:
        size = round(grey.shape[1] / self._scale), max(1, round(grey.shape[0] / self._scale))
        return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _smooth(small: Grey) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(small.astype(np.float32), (3, 3), 0), np.float32)
