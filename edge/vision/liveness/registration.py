"""How a small picture moved since an earlier one, whatever the light did: a registration by least squares.

After Lucas and Kanade (1981), with the light's effects taken out first: each pixel is compared with its surroundings,
and the change of contrast and sharpness is estimated along with the movement.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.values import Box, Grey
from edge.vision.crop import cut

Levels = NDArray[np.float32]
# The side of a patch, and of a face in it: the rest is what surrounds the face.
PATCH_SIDE = 32
FACE_SHARE = 0.62
# The surroundings with which a pixel is compared, in pixels of the patch.
SURROUNDINGS = (11, 11)
# Added to the contrast of a pixel's surroundings, as a share of the patch's: an even surface shows only noise.
CONTRAST_OFFSET = 0.5
# The levels of a patch without contrast, such as one in the dark, say nothing.
CONTRAST_MIN = 1.5
# A detector's boxes of the same face differ by this much.
SEARCH_PX = 4
# What surrounds a face was replaced if so many of its corners changed by so many grey levels,
# or in the dark by such a share of its brightness.
CORNERS_MIN, CORNER_CHANGE, CORNER_CHANGE_SHARE = 3, 12.0, 0.12
# A face that left its place is looked for in a square of so many areas.
REACH = 3


@dataclass(frozen=True)
class Movement:
    """What changed between two patches.

    pixels: how far the face moved, turned or came nearer, averaged over the face, in pixels of the frame.
    evidence: the squared differences that this movement explains, beside what a movement at random would.
    x, y: the shift alone, in pixels of the frame. likeness: the correlation of both patches when moved onto each other.
    brightness: the mean grey level now.
    """

    pixels: float
    evidence: float
    x: float
    y: float
    likeness: float
    brightness: float


@dataclass(frozen=True)
class Found:
    """Where a face was found.

    x, y: how far away, in pixels of the frame. likeness: the correlation there. likeness_here: that at (0, 0).
    """

    x: float
    y: float
    likeness: float
    likeness_here: float


def area_around(box: Box) -> Box:
    """The square that is compared for a face: whole pixels of the frame, so that it is cut out the same each time."""
    side = round(max(box.w, box.h) / FACE_SHARE)
    x, y = box.centre
    return Box(round(x - side / 2), round(y - side / 2), side, side)


class Reference:
    """A face as it was, with which later pictures are compared.

    area: what is compared. brightness: its mean grey level.
    """

    def __init__(self, grey: Grey, area: Box) -> None:
        """grey: (height, width) luma. area: from `area_around`."""
        patch = cut(grey, area, PATCH_SIDE)
        self.area, self.brightness = area, float(patch.mean())
        self._corners = _corners(patch)
        self._levels = normalise(patch)
        self._columns = _columns(self._levels)
        weighted = self._columns * _WEIGHTS
        # A little is added to the diagonal, so that a patch without edges has a solution: no movement.
        normal = weighted @ self._columns.T
        normal[np.diag_indices_from(normal)] += 1e-3 * _WEIGHTS.sum()
        self._inverse = np.linalg.inv(normal)
        still = weighted[:LIGHT] @ self._columns[:LIGHT].T
        still[np.diag_indices_from(still)] += 1e-3 * _WEIGHTS.sum()
        self._inverse_still = np.linalg.inv(still)
        self._weighted = weighted

    def compare(self, grey: Grey, x: int = 0, y: int = 0) -> Movement:
        """How the same part of a later frame differs from this one, or the part that is (x, y) pixels away from it."""
        area = Box(self.area.x + x, self.area.y + y, self.area.w, self.area.h)
        patch = cut(grey, area, PATCH_SIDE)
        brightness = float(patch.mean())
        levels = normalise(patch).ravel()
        products = self._weighted @ levels
        total = float(_WEIGHTS @ (levels * levels))
        solution = self._inverse @ products
        left = max(total - float(products @ solution), 1e-6)
        still = max(total - float(products[:LIGHT] @ (self._inverse_still @ products[:LIGHT])), left)
        # Signs: a face that moves by +x shows at each pixel what was at -x.
        gain = max(float(solution[0]), 0.2)
        moved_x, moved_y, nearer, turned = (float(part) / gain for part in solution[LIGHT:])
        scale = self.area.w / PATCH_SIDE
        pixels = scale * float(np.sqrt(moved_x**2 + moved_y**2 + (nearer * nearer + turned * turned) * _SPREAD))
        evidence = (still - left) / MOVES / (left / _COUNT)
        likeness = float(np.sqrt(max(0.0, 1 - left / max(total, 1e-6))))
        return Movement(pixels, evidence, -moved_x * scale, -moved_y * scale, likeness, brightness)

    def resembles(self, grey: Grey, area: Box) -> float:
        """The correlation, -1..1, with another part of a frame, shifted by up to SEARCH_PX of a patch."""
        other = normalise(cut(grey, area, PATCH_SIDE))[_inner(SEARCH_PX)]
        return float(cv2.matchTemplate(self._levels, other, cv2.TM_CCOEFF_NORMED).max())

    def surroundings_changed(self, grey: Grey, gain: float) -> bool:
        """Whether what surrounds the face was replaced too, as by a cut in a film.

        gain: by how much the rest of the picture became brighter. The face's own brightness says nothing about it,
        since another face, or one in another pose, is brighter or darker in the same light.
        """
        patch = cut(grey, self.area, PATCH_SIDE)
        local = (float(patch.mean()) + 1) / (self.brightness + 1)
        limit = min(CORNER_CHANGE, CORNER_CHANGE_SHARE * self.brightness)
        now = _corners(patch)
        changes = [np.abs(now / light - self._corners) > limit for light in (gain, local)]
        return all(int(np.count_nonzero(change)) >= CORNERS_MIN for change in changes)

    def find(self, grey: Grey) -> Found:
        """Where this face is in another frame, within REACH areas."""
        x, y = self.area.centre
        side = REACH * self.area.w
        around = Box(x - side / 2, y - side / 2, side, side)
        patch = normalise(cut(grey, around, REACH * PATCH_SIDE))
        margin = round((1 - FACE_SHARE) / 2 * PATCH_SIDE)
        matches = cv2.matchTemplate(patch, self._levels[_inner(margin)], cv2.TM_CCOEFF_NORMED)
        row, column = np.unravel_index(int(matches.argmax()), matches.shape)
        here = (REACH - 1) * PATCH_SIDE // 2 + margin
        scale = self.area.w / PATCH_SIDE
        near = matches[here - 1 : here + 2, here - 1 : here + 2]
        return Found((int(column) - here) * scale, (int(row) - here) * scale, float(matches.max()), float(near.max()))


def _corners(patch: Grey) -> Levels:
    """(4,): the mean grey levels of the corners, where a face in the middle doesn't reach."""
    side = PATCH_SIDE // 5
    parts = [patch[rows, columns] for rows in np.s_[:side, -side:] for columns in np.s_[:side, -side:]]
    return np.array([part.mean() for part in parts], np.float32)


def _inner(margin: int) -> tuple[slice, slice]:
    return np.s_[margin:-margin, margin:-margin]


def normalise(patch: Grey) -> Levels:
    """(side, side) luma -> each pixel beside its surroundings, in multiples of their contrast."""
    smooth = np.asarray(cv2.GaussianBlur(patch.astype(np.float32), (3, 3), 0), np.float32)
    levels = smooth - np.asarray(cv2.blur(smooth, SURROUNDINGS), np.float32)
    squares = levels * levels
    offset = CONTRAST_OFFSET * max(float(np.sqrt(squares.mean())), CONTRAST_MIN)
    return np.asarray(levels / (np.sqrt(np.maximum(cv2.blur(squares, SURROUNDINGS), 0)) + offset), np.float32)


# Columns of the regression: what the light and the lens change, then what a movement does.
LIGHT, MOVES = 3, 4


def _columns(levels: Levels) -> Levels:
    """(7, pixels): contrast, brightness, sharpness; then x, y, nearer and turned."""
    across, down = cv2.Scharr(levels, cv2.CV_32F, 1, 0) / 32, cv2.Scharr(levels, cv2.CV_32F, 0, 1) / 32
    sharpness = cv2.Laplacian(levels, cv2.CV_32F)
    columns = (
        levels,
        np.ones_like(levels),
        sharpness,
        across,
        down,
        _X * across + _Y * down,
        _X * down - _Y * across,
    )
    return np.stack([column.ravel() for column in columns]).astype(np.float32)


_Y, _X = (np.mgrid[0:PATCH_SIDE, 0:PATCH_SIDE] - (PATCH_SIDE - 1) / 2).astype(np.float32)
# 1 within the face's ellipse, 0 outside it.
_HALF = FACE_SHARE * PATCH_SIDE / 2
_WEIGHTS: Levels = np.clip(3 * (1.1 - np.hypot(_X / (0.85 * _HALF), _Y / _HALF)), 0, 1).astype(np.float32).ravel()
_COUNT = float(_WEIGHTS.sum())
_SPREAD = float(_WEIGHTS @ (_X * _X + _Y * _Y).ravel() / _COUNT) / 2
