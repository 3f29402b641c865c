"""Cuts of a film, seen from one frame to the next: all of one upright rectangle is replaced, and nothing outside it.

What people do has no such shape, and the light leaves the pattern inside a rectangle as it was. So a television gives
itself away with its first cuts, whatever faces it shows.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.median import array_median
from edge.values import Box

# A cell changed by so many grey levels, which is more than noise and compression do.
CHANGED_MIN_LEVELS = 7.0
# The sides of a rectangle in cells, and the share of the picture that it fills at most.
SIDE_MIN_CELLS, AREA_MAX_SHARE = 5, 0.5
# What is less than the first share of a row or column doesn't belong to it; of the lines at its edges the second share
# was replaced, of all of it the third, of three corners the fourth.
EDGE_MIN_SHARE, LINE_MIN_SHARE, FILLED_MIN_SHARE, CORNER_MIN_SHARE = 0.15, 0.9, 0.65, 0.5
# Where three corners are filled by the first share, as in nothing round, the second is enough at the edges: two shots
# may look alike there. Smaller rectangles have too few cells for corners.
SHARP_CORNER_SHARE, SHARP_LINE_MIN_SHARE, SHARP_SIDE_MIN_CELLS = 0.9, 0.6, 10
# So small a share of the cells outside changed as well.
OUTSIDE_MAX_SHARE = 0.02
# Where at most so many cells changed, the light of the room hasn't.
SAME_LIGHT_MAX_SHARE = 0.25
# Somewhere in a rectangle a square of the smallest side is filled by this share.
DENSE_MIN_SHARE = 0.5
# The patterns before and after are less alike than this (correlation).
ALIKE_MAX = 0.6
# Whoever is before a screen stays as they were in a cut: at least the first share of the rest of the screen changed, at
# most the second one of the face, and of the screen in the frame before at most the third. On a screen at least the
# last one of the face changes.
CUT_MIN_SHARE, UNTOUCHED_MAX_SHARE, QUIET_MAX_SHARE, TOUCHED_MIN_SHARE = 0.6, 0.25, 0.3, 0.5
# The middle of a face's box, without what is beside the head.
FACE_INNER_SHARE = 0.7
# Frames further apart than this say nothing about a cut.
APART_MAX_S = 2.0
Cells = NDArray[np.float32]
_Mask = NDArray[np.bool_]


class CutFinder:
    """Compares each frame with the one before."""

    def __init__(self) -> None:
        self._before: Cells | None = None
        self._at = 0.0
        # The cells that changed with the last frame, and with the one before it.
        self._changed: _Mask | None = None
        self._changed_before: _Mask | None = None

    def clear(self) -> None:
        """Forget the last frames."""
        self._before = self._changed = self._changed_before = None

    def find(self, now: float, cells: Cells, shape: tuple[int, ...]) -> Box | None:
        """The rectangle that was replaced since the last frame, in pixels of the frame.

        cells: (rows, columns) mean grey levels. shape: height and width of the frame.
        """
        before, self._before = self._before, cells
        elapsed, self._at = now - self._at, now
        self._changed_before, self._changed = self._changed, None
        if before is None or not 0 <= elapsed <= APART_MAX_S:
            return None
        self._changed = _changed_cells(before, cells)
        found = _replaced(before, cells, self._changed)
        if found is None:
            return None
        high, wide = shape[0] / cells.shape[0], shape[1] / cells.shape[1]
        top, bottom, left, right = found
        return Box(left * wide, top * high, (right - left) * wide, (bottom - top) * high)

    def is_before(self, screen: Box, face: Box, shape: tuple[int, ...]) -> bool | None:
        """Whether a face is before a screen and not on it; None if the last frame brought no cut to tell.

        screen, face: in pixels of the frame. shape: its height and width.
        """
        changed, earlier = self._changed, self._changed_before
        if changed is None or earlier is None:
            return None
        wide, high = FACE_INNER_SHARE * face.w, FACE_INNER_SHARE * face.h
        middle = Box(face.centre[0] - wide / 2, face.centre[1] - high / 2, wide, high)
        inner = _cells_of(middle, changed.shape, shape)
        rest = _cells_of(screen, changed.shape, shape) & ~_cells_of(face, changed.shape, shape)
        if not (inner.any() and rest.any()):
            return None
        if changed[rest].mean() < CUT_MIN_SHARE or earlier[rest].mean() > QUIET_MAX_SHARE:
            return None
        touched = float(changed[inner].mean())
        return True if touched <= UNTOUCHED_MAX_SHARE else False if touched >= TOUCHED_MIN_SHARE else None


def _changed_cells(before: Cells, now: Cells) -> _Mask:
    """The cells that changed by more than the light of the whole room."""
    changed = np.abs(now - before) > CHANGED_MIN_LEVELS
    if np.count_nonzero(changed) > SAME_LIGHT_MAX_SHARE * changed.size:
        # The light of the whole room may have changed.
        sample = np.s_[::3, ::3]
        gain = np.float32(array_median((now[sample] + 1) / (before[sample] + 1)))
        changed = np.abs(now - gain * before) > CHANGED_MIN_LEVELS
    return np.asarray(changed)


def _cells_of(box: Box, shape: tuple[int, ...], size: tuple[int, ...]) -> _Mask:
    """True for the cells whose middle is in the box. shape: of the cells. size: height and width of the frame."""
    mask = np.zeros(shape, np.bool_)
    high, wide = size[0] / shape[0], size[1] / shape[1]
    rows = slice(max(0, round(box.y / high)), max(0, round((box.y + box.h) / high)))
    mask[rows, max(0, round(box.x / wide)) : max(0, round((box.x + box.w) / wide))] = True
    return mask


def _replaced(before: Cells, now: Cells, changed: _Mask) -> tuple[int, int, int, int] | None:
    """The rows and columns of the rectangle: top, bottom, left, right. changed: the cells that did."""
    least = SIDE_MIN_CELLS**2 * FILLED_MIN_SHARE
    total = int(np.count_nonzero(changed))
    if total < least:
        return None
    # People change edges; most frames are done with here.
    if cv2.blur(changed.astype(np.uint8) * 255, (SIDE_MIN_CELLS, SIDE_MIN_CELLS)).max() < 255 * DENSE_MIN_SHARE:
        return None
    if not least <= total <= AREA_MAX_SHARE * changed.size:
        return None
    # Some cells look alike by chance.
    closed = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=4)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    rectangle = _trimmed(np.asarray(labels == largest))
    if rectangle is None:
        return None
    top, bottom, left, right = rectangle
    inside = np.s_[top:bottom, left:right]
    # At the rectangle's edge there are cells that belong to it in part.
    around = np.s_[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1]
    outside = total - int(np.count_nonzero(changed[around]))
    filled = _is_filled(changed[inside]) and outside <= OUTSIDE_MAX_SHARE * changed.size
    return rectangle if filled and _correlation(before[inside], now[inside]) < ALIKE_MAX else None


def _trimmed(mask: _Mask) -> tuple[int, int, int, int] | None:
    """Its rows and columns, without those at the edge that are in it only in part; None if it isn't a rectangle."""
    rows = np.flatnonzero(mask.mean(axis=1) * mask.shape[1] >= EDGE_MIN_SHARE * np.count_nonzero(mask.any(axis=0)))
    columns = np.flatnonzero(mask.mean(axis=0) * mask.shape[0] >= EDGE_MIN_SHARE * np.count_nonzero(mask.any(axis=1)))
    if not len(rows) or not len(columns):
        return None
    top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
    part = mask[top:bottom, left:right]
    top += _in_part(part[0])
    bottom -= _in_part(part[-1])
    left += _in_part(part[:, 0])
    right -= _in_part(part[:, -1])
    part = mask[top:bottom, left:right]
    if min(part.shape) < SIDE_MIN_CELLS:
        return None
    # A second line that isn't filled is the edge of something round.
    sharp = min(part.shape) >= SHARP_SIDE_MIN_CELLS and _corners(part, SHARP_CORNER_SHARE) >= 3
    least = SHARP_LINE_MIN_SHARE if sharp else LINE_MIN_SHARE
    if any(float(line.mean()) < least for line in (part[0], part[-1], part[:, 0], part[:, -1])):
        return None
    return top, bottom, left, right


def _in_part(line: _Mask) -> bool:
    return float(line.mean()) < LINE_MIN_SHARE


def _is_filled(changed: _Mask) -> bool:
    """Whether nearly all of it changed, and the corners too: a head is round, and shoulders have no upper corners."""
    return _corners(changed, CORNER_MIN_SHARE) >= 3 and float(changed.mean()) >= FILLED_MIN_SHARE


def _corners(changed: _Mask, least: float) -> int:
    """How many of the four corners are filled by this share at least."""
    high, wide = max(1, changed.shape[0] // 5), max(1, changed.shape[1] // 5)
    corners = [changed[y, x] for y in np.s_[:high, -high:] for x in np.s_[:wide, -wide:]]
    return sum(float(corner.mean()) >= least for corner in corners)


def _correlation(before: Cells, now: Cells) -> float:
    """-1..1; 0 for an even surface."""
    a, b = before - before.mean(), now - now.mean()
    return float((a * b).sum() / max(1e-6, float(np.sqrt((a * a).sum() * (b * b).sum()))))
