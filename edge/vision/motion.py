"""A cheap motion gate: how much of the picture changed since the last look, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.config.vision import Area
from edge.median import array_median
from edge.values import Box, Grey

# Columns and rows of cells.
GRID = (32, 24)
# The same for what looks for cuts on screens.
FINE_GRID = (64, 48)
# So many lines of the picture are averaged for such a cell.
LINES_A_CELL = 2
# A cell's mean may vary by this much through sensor noise and lamp flicker.
NOISE_GREY_LEVELS = 6.0
# A television changes the same cells all the time, so a cell's usual change over this time isn't counted.
USUAL_CHANGE_WINDOW_S = 15.0
# One large change, such as a step of the exposure, counts only this much towards the usual change.
USUAL_CHANGE_MAX_GREY_LEVELS = 25.0
# If a larger share of the cells changed, the exposure may be the cause and is estimated.
EXPOSURE_SUSPECTED_SHARE = 0.04
Cells = NDArray[np.float32]


@dataclass(frozen=True)
class FrameChange:
    """How much changed since the last look, as shares (0..1) of the cells.

    near: of the cells round the people in view, 0 without people. elsewhere: of all other cells.
    """

    elsewhere: float
    near: float


class MotionGate:
    """Compares frames, reduced to GRID cells, with the reference: the frame of the last look.

    fine: the newest frame, reduced to FINE_GRID cells.
    """

    def __init__(self, ignore: Sequence[Area] = ()) -> None:
        """ignore: areas whose changes don't count."""
        self._ignored = np.zeros((GRID[1], GRID[0]), np.bool_)
        for left, top, width, height in ignore:
            columns = slice(round(left * GRID[0]), round((left + width) * GRID[0]))
            self._ignored[round(top * GRID[1]) : round((top + height) * GRID[1]), columns] = True
        self.fine: Cells = np.zeros((FINE_GRID[1], FINE_GRID[0]), np.float32)
        self._reference: Cells | None = None
        self._current: Cells | None = None
        self._usual_change = np.zeros((GRID[1], GRID[0]), np.float32)
        self._measured_at = 0.0

    def measure(self, grey: Grey, *, timestamp: float = 0.0, people: list[Box] | None = None) -> FrameChange:
        """(height, width) luma -> the change since the reference; for the first frame, everything.

        timestamp: when the frame was taken, in seconds. people: the boxes of the faces that are followed.
        """
        self.fine = np.asarray(cv2.resize(_few_lines(grey), FINE_GRID, interpolation=cv2.INTER_AREA), np.float32)
        cells = np.asarray(cv2.resize(self.fine, GRID, interpolation=cv2.INTER_AREA), np.float32)
        previous, self._current = self._current, cells
        if self._reference is None or previous is None:
            self._measured_at = timestamp
            return FrameChange(1.0, 0.0)
        self._update_usual_change(np.abs(cells - previous), timestamp)
        allowed = NOISE_GREY_LEVELS + 3 * self._usual_change
        changed = np.abs(cells - self._reference) > allowed
        if np.count_nonzero(changed) > EXPOSURE_SUSPECTED_SHARE * changed.size:
            changed = _change_without_exposure(self._reference, cells) > allowed
        changed &= ~self._ignored
        if not people:
            return FrameChange(int(np.count_nonzero(changed)) / changed.size, 0.0)
        occupied = _cells_of(people, grey.shape)
        near, total = int(np.count_nonzero(changed & occupied)), int(np.count_nonzero(changed))
        return FrameChange((total - near) / changed.size, near / max(1, int(np.count_nonzero(occupied))))

    def set_reference(self) -> None:
        """Compare the next frames with the one that was measured last."""
        self._reference = self._current

    def clear(self) -> None:
        """Forget the reference, for example when the camera is switched off."""
        self._reference = self._current = None
        self._usual_change[:] = 0

    def _update_usual_change(self, change: NDArray[Any], timestamp: float) -> None:
        """Average each cell's change from frame to frame over USUAL_CHANGE_WINDOW_S."""
        weight = min(1.0, max(0.0, timestamp - self._measured_at) / USUAL_CHANGE_WINDOW_S)
        self._measured_at = timestamp
        cv2.accumulateWeighted(np.minimum(change, USUAL_CHANGE_MAX_GREY_LEVELS), self._usual_change, weight)


def _few_lines(grey: Grey) -> Grey:
    """Some lines of each cell: they are enough, and reducing them costs half as much as every other pixel."""
    return grey[_line_numbers(grey.shape[0])]


@lru_cache(maxsize=4)
def _line_numbers(height: int) -> NDArray[np.int64]:
    count = LINES_A_CELL * FINE_GRID[1]
    return (2 * np.arange(count) + 1) * height // (2 * count)


def _change_without_exposure(before: Cells, after: Cells) -> Cells:
    """(24, 32) grey levels by which each cell changed, without the change that all cells have in common."""
    # A step of the exposure scales or shifts all cells alike.
    gain, shift = array_median((after + 1) / (before + 1)), array_median(after - before)
    scaled, shifted = np.abs(after - gain * before), np.abs(after - before - shift)
    smaller = scaled if np.mean(scaled > NOISE_GREY_LEVELS) <= np.mean(shifted > NOISE_GREY_LEVELS) else shifted
    return np.asarray(smaller, np.float32)


def _cells_of(people: list[Box], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(24, 32): True for the cells of these people: a little more than a face to each side, and down to the floor."""
    occupied = np.zeros((GRID[1], GRID[0]), np.bool_)
    across, down = GRID[0] / shape[1], GRID[1] / shape[0]
    for box in people:
        left, right = (box.x - 1.2 * box.w) * across, (box.x + 2.2 * box.w) * across
        top = (box.y - 0.7 * box.h) * down
        occupied[max(0, int(top)) :, max(0, int(left)) : max(0, int(np.ceil(right)))] = True
    return occupied
