"""Which small blocks of the picture changed their content, whatever the light did.

Each block is compared with the reference by its normalised cross-correlation (Lewis, "Fast normalized
cross-correlation", 1995): a change of light scales and shifts the grey levels of a block, and leaves the correlation as
it was; an edge that moves lowers it, already by a fraction of a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.median import array_median
from edge.values import Grey
from edge.vision.liveness.shake import Scene

# The picture is compared at this width, in square blocks of this side.
WIDTH_PX, BLOCK_PX = 320, 8
# A block has changed if the part of its variance that the reference doesn't explain is larger than this, in grey
# levels squared, and than this multiple of what the sensor's noise causes in the flattest quarter of the blocks.
CHANGE_MIN_VARIANCE, CHANGE_MIN_NOISE_RATIO = 12.0, 8.0
# A block whose variance, if it is so many times that minimum, falls to or comes from so small a share of itself has
# changed as well: no light takes all the contrast from one block.
CONTRAST_MIN_RATIO, VANISHED_SHARE = 8.0, 0.04
# The camera moved if some corner of the picture did by so many of its pixels.
CAMERA_MIN_PX = 0.03
Blocks = NDArray[np.bool_]
_Float = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class _Reduced:
    """A picture at WIDTH_PX, and the mean and variance of each block."""

    picture: _Float
    mean: _Float
    variance: _Float


class BlockChange:
    """Compares pictures with the reference that was set last."""

    def __init__(self) -> None:
        self._current: _Reduced | None = None
        self._reference: _Reduced | None = None

    def measure(self, grey: Grey) -> tuple[Blocks, Blocks] | None:
        """(height, width) luma -> (rows, columns) of blocks, twice; None without a reference.

        The first are the blocks that changed, the second those with enough texture for a change to be seen.
        """
        self._current = _reduced(grey)
        if self._reference is None or self._reference.picture.shape != self._current.picture.shape:
            self._reference = self._current
            return None
        changed, textured = _compare(self._reference, self._current)
        if changed.any():
            # Bands of light and a lamp's halo are uneven within a block, too.
            changed &= _compare(_relit(self._reference, self._current), self._current)[0]
        return changed, textured

    def without_camera(self, outside: Blocks) -> Blocks:
        """(rows, columns): the blocks that changed otherwise than by the camera's movement; all if it didn't move.

        Whatever stands on a shelf with a loudspeaker moves by a fraction of a pixel with each beat. outside: the blocks
        that tell of the camera.
        """
        before, now = self._reference, self._current
        if before is None or now is None:
            return np.ones_like(outside)
        height, width = now.picture.shape
        where = cv2.resize(outside.astype(np.uint8) * 255, (width, height), interpolation=cv2.INTER_NEAREST)
        scene = Scene(np.clip(before.picture, 0, 255).astype(np.uint8))
        camera = scene.movement(np.clip(now.picture, 0, 255).astype(np.uint8), np.asarray(where, np.uint8))
        if camera is None or _farthest(camera, width, height) < CAMERA_MIN_PX:
            return np.ones_like(outside)
        moved = cv2.warpAffine(
            before.picture, camera, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
        )
        return _compare(_smooth(moved), _smooth(now.picture))[0]

    def set_reference(self) -> None:
        """Compare the next pictures with the one that was measured last."""
        self._reference = self._current

    def clear(self) -> None:
        """Forget the reference."""
        self._reference = self._current = None


def _reduced(grey: Grey) -> _Reduced:
    height = max(1, round(grey.shape[0] * WIDTH_PX / grey.shape[1] / BLOCK_PX)) * BLOCK_PX
    return _with_blocks(np.asarray(cv2.resize(grey, (WIDTH_PX, height), interpolation=cv2.INTER_AREA), np.float32))


def _with_blocks(picture: _Float) -> _Reduced:
    mean = _means(picture)
    return _Reduced(picture, mean, np.maximum(_means(picture * picture) - mean * mean, 0))


def _smooth(picture: Any) -> _Reduced:
    """A picture without what is lost when it's moved by a part of a pixel."""
    return _with_blocks(np.asarray(cv2.GaussianBlur(picture, (3, 3), 0), np.float32))


def _farthest(camera: NDArray[np.float64], width: int, height: int) -> float:
    """By how many pixels a movement (2, 3) moves the corner of the picture that it moves most."""
    corners = np.array([(x, y, 1.0) for x in (0, width) for y in (0, height)])
    return float(np.hypot(*(camera @ corners.T - corners.T[:2])).max())


def _compare(before: _Reduced, now: _Reduced) -> tuple[Blocks, Blocks]:
    """The blocks that changed, and those with texture."""
    covariance = _means(now.picture * before.picture) - now.mean * before.mean
    both = np.maximum(now.variance * before.variance, 1e-3)
    # With the smaller variance, since a brighter light also shows what was hidden in the noise.
    least, most = np.minimum(now.variance, before.variance), np.maximum(now.variance, before.variance)
    unexplained = (1 - np.minimum(covariance**2 / both, 1)) * least
    flat = most <= np.partition(most, most.size // 4, axis=None)[most.size // 4]
    threshold = max(CHANGE_MIN_VARIANCE, CHANGE_MIN_NOISE_RATIO * array_median(unexplained[flat]))
    vanished = (most > CONTRAST_MIN_RATIO * threshold) & (least < VANISHED_SHARE * most)
    return np.asarray((unexplained > threshold) | vanished), np.asarray(most > threshold)


def _relit(before: _Reduced, now: _Reduced) -> _Reduced:
    """`before` in the light of `now`, as far as that changes smoothly."""
    gain = np.asarray((cv2.blur(now.mean, (3, 3)) + 1) / (cv2.blur(before.mean, (3, 3)) + 1), np.float32)
    height, width = before.picture.shape
    return _with_blocks(before.picture * np.asarray(cv2.resize(gain, (width, height)), np.float32))


def _means(picture: NDArray[Any]) -> _Float:
    size = picture.shape[1] // BLOCK_PX, picture.shape[0] // BLOCK_PX
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.float32)
