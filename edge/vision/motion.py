"""A cheap motion gate: where, and how much of, the picture changed since the last look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.values import Box, Grey

CELLS = (32, 24)
# Grey levels that a cell's mean may wander by sensor noise and lamp flicker.
NOISE = 6.0
# A television changes the same cells all the time: what a cell does all the time isn't news. Seconds.
HABIT = 15.0
STARTLING = 25.0
# More change than this share of the cells may be the exposure, and is worth a closer look.
MANY = 0.04
Cells = NDArray[np.float32]


@dataclass(frozen=True)
class FrameChange:
    """How much changed since the last look, as shares 0..1 of the cells there.

    elsewhere: where nobody is known to be. near: round the people who are in view, 0 where there are none.
    """

    elsewhere: float
    near: float


class Motion:
    """Compares frames, reduced to 32 x 24 cells, with the one that was looked at last."""

    def __init__(self) -> None:
        self._kept: Cells | None = None
        self._now: Cells | None = None
        self._habit = np.zeros((CELLS[1], CELLS[0]), np.float32)
        self._at = 0.0

    def measure(self, grey: Grey, *, at: float = 0.0, people: list[Box] | None = None) -> FrameChange:
        """(height, width) luma -> what changed since `keep`; for the first frame, everything.

        at: when the frame was taken. people: the faces that are followed.
        """
        # Every other pixel of every other line says as much, at half the cost.
        cells = np.asarray(cv2.resize(grey[::2, ::2], CELLS, interpolation=cv2.INTER_AREA), np.float32)
        before, self._now = self._now, cells
        if self._kept is None or before is None:
            self._at = at
            return FrameChange(1.0, 0.0)
        self._learn(np.abs(cells - before), at)
        allowed = NOISE + 3 * self._habit
        moved = np.abs(cells - self._kept) > allowed
        if np.count_nonzero(moved) > MANY * moved.size:
            moved = _but_for_exposure(self._kept, cells) > allowed
        if not people:
            return FrameChange(int(np.count_nonzero(moved)) / moved.size, 0.0)
        theirs = _places(people, grey.shape)
        near, everywhere = int(np.count_nonzero(moved & theirs)), int(np.count_nonzero(moved))
        return FrameChange((everywhere - near) / moved.size, near / max(1, int(np.count_nonzero(theirs))))

    def keep(self) -> None:
        """The frame measured last is the one that was looked at."""
        self._kept = self._now

    def clear(self) -> None:
        """Forget the picture, as when the camera is switched off."""
        self._kept = self._now = None
        self._habit[:] = 0

    def _learn(self, change: NDArray[Any], at: float) -> None:
        """How much each cell changes from frame to frame, averaged over HABIT seconds."""
        share = min(1.0, max(0.0, at - self._at) / HABIT)
        self._at = at
        # One step of the exposure is no habit.
        cv2.accumulateWeighted(np.minimum(change, STARTLING), self._habit, share)


def _but_for_exposure(before: Cells, after: Cells) -> Cells:
    """(24, 32) grey levels by which each cell changed, but for what the exposure did to all of them."""
    # A step of the exposure scales or shifts all cells alike; that isn't motion.
    gain, shift = np.median((after + 1) / (before + 1)), np.median(after - before)
    scaled, shifted = np.abs(after - gain * before), np.abs(after - before - shift)
    least = scaled if np.mean(scaled > NOISE) <= np.mean(shifted > NOISE) else shifted
    return np.asarray(least, np.float32)


def _places(people: list[Box], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(24, 32): True where a person with one of these faces is: two faces wide to each side, and down to the floor."""
    theirs = np.zeros((CELLS[1], CELLS[0]), np.bool_)
    across, down = CELLS[0] / shape[1], CELLS[1] / shape[0]
    for box in people:
        left, right = (box.x - 1.2 * box.w) * across, (box.x + 2.2 * box.w) * across
        top = (box.y - 0.7 * box.h) * down
        theirs[max(0, int(top)) :, max(0, int(left)) : max(0, int(np.ceil(right)))] = True
    return theirs
