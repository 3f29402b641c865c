"""Notices pictures that OpenCV didn't convert: 4.13 and later can't convert interlaced ones.

Each read succeeds all the same, and returns a black or random picture, or the last one that was converted.
"""

from __future__ import annotations

import itertools
from typing import Any

import cv2
import numpy as np

from edge.camera.films.ffmpeg import program

# To compare pictures, one pixel of so many in each line is enough, and one line of so many.
SAMPLED = 4
# Without texture a picture's grey levels differ less than this.
TEXTURE_MIN_LEVELS = 4.0
# Grey levels by which a picture may differ from the same picture's luma plane.
_SAME_PICTURE_LEVELS = 8.0
# By the orientation that a file tells, in degrees.
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
# Black in video (ITU-R BT.601).
BLACK_LUMA = 16
# Pictures that equal the one before them, in a row and in total, until a film is suspected in its middle; after each
# wrong suspicion twice as many. Many films stand still for a while, or have each picture twice.
REPEATS_MIN, REPEATS_TOTAL_MIN = 8, 64
# A live stream is suspected after so many seconds.
STILL_S = 3.0
# Whether this version of OpenCV has the fault.
CONVERTS_NOT_ALL = tuple(map(int, cv2.__version__.split(".")[:2])) >= (4, 13)

Picture = np.ndarray[Any, Any]


def sampled(picture: Picture) -> Picture:
    """A part of a picture: whole ones would need much memory."""
    return picture[::SAMPLED, ::SAMPLED].copy()


class RepeatWatch:
    """Counts the pictures that equal the one before them, and tells when their number is worth a look."""

    def __init__(self) -> None:
        self._last: Picture | None = None
        self._row = self._total = 0
        self._row_max, self._total_max = REPEATS_MIN, REPEATS_TOTAL_MIN

    def suspects(self, sample: Picture) -> bool:
        """Take the next picture, sampled; True if it repeats the last one, and so many others did the same."""
        last, self._last = self._last, sample
        if last is None or last.shape != sample.shape or not np.array_equal(last, sample):
            self._row = 0
            return False
        self._row, self._total = self._row + 1, self._total + 1
        if self._row >= self._row_max:
            self._row_max *= 2
        elif self._total >= self._total_max:
            self._total_max *= 2
        else:
            return False
        return True


class StillWatch:
    """Tells when the pictures of a live stream have stood still for a while, which a room's hardly do."""

    def __init__(self) -> None:
        self._last: Picture | None = None
        self._since, self._repeats = 0.0, 0

    def suspects(self, sample: Picture, now: float) -> bool:
        """Take the next picture, sampled; True if it and those before it are the same."""
        last, self._last = self._last, sample
        if last is None or last.shape != sample.shape or not np.array_equal(last, sample):
            self._since, self._repeats = now, 0
            return False
        self._repeats += 1
        return self._repeats >= REPEATS_MIN and now - self._since >= STILL_S


def look_unconverted(samples: list[Picture]) -> bool:
    """Whether a film's first pictures, sampled, may be unconverted: two are the same, or one has no texture."""
    same = any(np.array_equal(one, other) for one, other in itertools.pairwise(samples))
    return same or any(float(sample.std()) < TEXTURE_MIN_LEVELS for sample in samples)


def converts(name: str, sample: Picture, at: float = 0.0) -> bool:
    """Whether this OpenCV converts a video's pictures.

    name: of the file. sample: a picture of it, sampled, at `at` seconds. It is compared with its luma plane.
    """
    raw = cv2.VideoCapture(name, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1, cv2.CAP_PROP_CONVERT_RGB, 0])
    try:
        raw.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
        if at > 0:
            raw.set(cv2.CAP_PROP_POS_MSEC, at * 1000)
        ok, luma = raw.read()
        turn = _TURNS.get(round(raw.get(cv2.CAP_PROP_ORIENTATION_META)) % 360)
    finally:
        raw.release()
    if not ok or luma is None or luma.ndim != 2 or luma.dtype != np.uint8 or sample.ndim != 3:
        return True
    # The sample was turned upright by OpenCV.
    luma = (luma if turn is None else cv2.rotate(luma, turn))[::SAMPLED, ::SAMPLED]
    grey = cv2.cvtColor(sample, cv2.COLOR_BGR2GRAY).astype(np.float32)
    if luma.shape != grey.shape:
        return True
    if float(luma.mean()) < BLACK_LUMA / 2 and float(grey.mean()) < BLACK_LUMA / 2:
        # Black, or not converted: hardly a video has luma below BLACK_LUMA. ffmpeg reads it in both cases.
        return program() is None
    # In video range, or in full range.
    differences = (np.abs(luma - (grey * 219 / 255 + 16)).mean(), np.abs(luma - grey).mean())
    return bool(min(differences) < _SAME_PICTURE_LEVELS)
