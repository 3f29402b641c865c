"""Whether it was the camera that moved: pushed, tilted, or zooming as lenses do when they focus."""

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
# So many corners are followed, this far apart, in squares of so many pixels, halved so many times: up to a third of
# the picture's width. With fewer corners, or if fewer of them agree, a movement so large isn't known.
CORNERS_MAX, CORNERS_MIN, CORNERS_APART_PX, CORNER_QUALITY = 60, 8, 6, 0.02
WINDOW_PX, HALVINGS, AGREE_WITHIN_PX, AGREE_MIN_SHARE = (13, 13), 3, 1.0, 0.5
# A movement of less than this in every corner of the picture is measured better by the tiles alone.
COARSE_MIN_PX = 0.05
_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.005)
Matrix = NDArray[np.float64]
_STILL: Matrix = np.eye(2, 3)


class Scene:
    """The whole picture at one time."""

    def __init__(self, grey: Grey) -> None:
        """grey: (height, width) luma."""
        self._scale = max(1.0, grey.shape[1] / SCENE_WIDTH_PX)
        self._small = self._reduce(grey)

    def follows(self, grey: Grey, place: tuple[float, float], x: float, y: float) -> bool:
        """Whether a face that moved by (x, y) pixels until `grey` only moved with the whole picture.

        place: the face's middle at the time of this scene, in pixels of the frame.
        """
        shift = self.shift(grey, place)
        return shift is not None and is_same_shift((x, y), shift)

    def gain(self, grey: Grey) -> float:
        """By which factor most of the picture is brighter in `grey`."""
        after = self._reduce(grey).astype(np.float32)
        return array_median((after + 1) / (self._small.astype(np.float32) + 1))

    def shift(self, grey: Grey, place: tuple[float, float]) -> tuple[float, float] | None:
        """By how many pixels (x, y) the camera's movement moved what was at `place`; None without texture."""
        camera = self.movement(grey)
        if camera is None:
            return None
        x, y = (camera @ (*place, 1.0)).tolist()
        return x - place[0], y - place[1]

    def movement(self, grey: Grey, where: Grey | None = None) -> Matrix | None:
        """(2, 3): to where the camera's movement takes what was at (x, y, 1), in pixels of the frame.

        None without texture. where: like `grey`, 0 for parts that tell nothing about the camera.
        """
        after = self._reduce(grey)
        height, width = after.shape
        mask: Grey | None = None
        if where is not None:
            mask = np.asarray(cv2.resize(where, (width, height), interpolation=cv2.INTER_NEAREST), np.uint8)
        camera = _camera(self._small, after, mask).copy()
        before = cv2.warpAffine(self._small, camera, (width, height), borderMode=cv2.BORDER_REPLICATE)
        rest = _tile_shift(_smooth(np.asarray(before, np.uint8)), _smooth(after), mask)
        if rest is None:
            return None
        camera[:, 2] = (camera[:, 2] + rest) * self._scale
        return camera

    def _reduce(self, grey: Grey) -> Grey:
        size = round(grey.shape[1] / self._scale), max(1, round(grey.shape[0] / self._scale))
        return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def is_same_shift(face: tuple[float, float], camera: tuple[float, float]) -> bool:
    """Whether a face's shift is no other than the camera's; both in pixels of the frame."""
    size = math.hypot(*camera)
    return size > SAME_SHIFT_PX / 2 and math.dist(face, camera) < max(SAME_SHIFT_PX, SAME_SHIFT_SHARE * size)


def _camera(before: Grey, after: Grey, mask: Grey | None) -> Matrix:
    """(2, 3): how most of the picture moved, turned and grew, as far as corners tell; what moves otherwise is left out.

    After Shi and Tomasi (1994) and Bouguet's pyramid of Lucas and Kanade, with RANSAC.
    """
    corners = cv2.goodFeaturesToTrack(before, CORNERS_MAX, CORNER_QUALITY, CORNERS_APART_PX, mask=mask)
    if corners is None or len(corners) < CORNERS_MIN:
        return _STILL
    moved, found, _ = cv2.calcOpticalFlowPyrLK(
        before, after, corners, np.zeros_like(corners), winSize=WINDOW_PX, maxLevel=HALVINGS, criteria=_STOP
    )
    known = found.ravel() == 1
    if np.count_nonzero(known) < CORNERS_MIN:
        return _STILL
    matrix, agree = cv2.estimateAffinePartial2D(corners[known], moved[known], ransacReprojThreshold=AGREE_WITHIN_PX)
    if matrix is None or np.count_nonzero(agree) < AGREE_MIN_SHARE * len(corners):
        return _STILL
    height, width = before.shape
    outermost = np.array([(x, y, 1.0) for x in (0, width) for y in (0, height)])
    moves = np.hypot(*(np.asarray(matrix, np.float64) - _STILL) @ outermost.T).max() >= COARSE_MIN_PX
    return np.asarray(matrix, np.float64) if moves else _STILL


def _tile_shift(
    before: NDArray[np.float32], after: NDArray[np.float32], mask: Grey | None
) -> tuple[float, float] | None:
    """By how many pixels (x, y) most tiles moved, which must be few; None without texture."""
    middle = (before + after) / 2
    across, down = cv2.Scharr(middle, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(middle, cv2.CV_32F, 0, 1) / 32
    if mask is not None:
        across, down = across * (mask > 0), down * (mask > 0)
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
    return x, y


def _smooth(small: Grey) -> NDArray[np.float32]:
    return np.asarray(cv2.GaussianBlur(small.astype(np.float32), (3, 3), 0), np.float32)
