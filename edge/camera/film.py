"""Reads a video file picture by picture, with its own times, and notes what it lacks."""

from __future__ import annotations

import itertools
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from edge.camera.aspect import pixel_aspect, square_pixels, square_size
from edge.camera.ffmpeg_film import decoded
from edge.camera.grey import to_grey
from edge.camera.opencv_messages import silence_opencv
from edge.config import CameraConfig
from edge.errors import SourceError
from edge.values import Grey

silence_opencv()

# Seconds from the start, and the picture.
TimedPicture = tuple[float, Grey]
Note = Callable[[str], object]
# Larger pictures need more memory than the service may use; 8K has 33 million pixels.
PIXELS_MAX = 20_000_000
# So many pictures in a row that can't be decoded are the end, where the file doesn't tell how many there are.
UNDECODABLE_MAX, UNDECODABLE_LIMIT = 100, 100_000
# A time that jumps ahead by more is an error in the file; a time lapse or a pause is shorter.
JUMP_MAX_S = 86400.0
# Times may exceed the length that the file tells by this much.
LATE_MAX_S = 60.0
# A wait for the next picture that is longer than this, and than so many usual ones, is worth a note.
NOTED_GAP_S, NOTED_GAP_STEPS = 2.0, 10.0
# A video that ends so much earlier than its file says is incomplete.
INCOMPLETE_S, INCOMPLETE_SHARE = 0.7, 0.03
# Grey levels by which a picture may differ from the same picture's luma plane.
_SAME_PICTURE_LEVELS = 8.0
# Black in video (ITU-R BT.601).
BLACK_LUMA = 16
_RATES = (0.01, 240)
# The pictures by which a conversion that fails is suspected: two are the same, or one has no texture (grey levels).
FIRST_PICTURES, TEXTURE_MIN_LEVELS = 3, 4.0
# To compare pictures, one pixel of so many in each line is enough, and one line of so many.
SAMPLED = 4


class Film:
    """One pass over a video file. notes: what was missing, told once it has been read."""

    def __init__(self, path: Path, config: CameraConfig) -> None:
        self._path, self._config = path, config
        # Absolute, because FFmpeg takes the beginning of a name such as 20:15.mp4 for a protocol.
        self._name = str(path.absolute())
        self.notes: list[str] = []
        self._undecodable, self._first_undecodable = 0, 0.0
        self._gaps: list[tuple[float, float]] = []
        self._steps: deque[float] = deque(maxlen=31)

    def pictures(self) -> Iterator[TimedPicture]:
        """The pictures with their times in seconds from the start, which never go back; raises SourceError.

        A picture that can't be decoded is left out.
        """
        # One decoder thread: more would only cost memory.
        capture = cv2.VideoCapture(self._name, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        try:
            yield from self._read(capture)
        finally:
            capture.release()

    def _read(self, capture: cv2.VideoCapture) -> Iterator[TimedPicture]:
        width, height = (int(capture.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        if width * height > PIXELS_MAX:
            raise SourceError(
                f"{self._path}: its pictures of {width} x {height} pixels need too much memory; make it smaller first, "
                "such as with ffmpeg -i FILM -vf scale=1280:-2 SMALL.mp4"
            )
        rate, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
        known_rate = _RATES[0] <= rate <= _RATES[1]
        step = 1 / rate if known_rate else 1 / self._config.fps
        length = count * step if known_rate and 0 < count < 1e9 else None
        aspect = pixel_aspect(capture, self._config, width, height)
        position, begins, taken = -step, None, 0
        # The first pictures wait until it is known whether this OpenCV converts them.
        first: list[np.ndarray[Any, Any]] = []
        waiting: list[TimedPicture] = []
        while (picture := self._next(capture, count - taken, max(0.0, position + step))) is not None:
            taken += 1
            if taken <= FIRST_PICTURES:
                # A part of each: whole ones would need much memory.
                first.append(picture[::SAMPLED, ::SAMPLED].copy())
            if taken == FIRST_PICTURES and _suspicious(first) and not self._converts(first[0]):
                size = square_size(width, height, aspect)
                yield from decoded(self._path, self._config, rate=rate if known_rate else None, size=size)
                return
            reported = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            begins = reported if begins is None else begins
            reported -= begins
            later = position + JUMP_MAX_S if length is None else max(position + step, length + LATE_MAX_S)
            before, position = position, reported if position < reported < later else position + step
            self._note_gap(before, position)
            waiting.append((max(position, 0.0), square_pixels(to_grey(picture, self._config), aspect, self._config)))
            # Freed before the next one is decoded.
            del picture
            if taken >= FIRST_PICTURES:
                first.clear()
                yield from waiting
                waiting.clear()
        if first and _suspicious(first) and not self._converts(first[0]):
            yield from decoded(self._path, self._config, rate=None, size=square_size(width, height, aspect))
            return
        yield from waiting
        self._conclude(position + step, length)

    def _next(self, capture: cv2.VideoCapture, left: float, at: float) -> np.ndarray[Any, Any] | None:
        """The next picture that can be decoded; None at the end."""
        limit = min(max(UNDECODABLE_MAX, left), UNDECODABLE_LIMIT) if left == left else UNDECODABLE_MAX
        failures = 0
        while failures < limit:
            ok, picture = capture.read()
            if ok and picture is not None:
                if failures:
                    self._first_undecodable = self._first_undecodable if self._undecodable else at
                    self._undecodable += failures
                return picture
            failures += 1
        return None

    def _note_gap(self, before: float, now: float) -> None:
        elapsed = now - before
        if before >= 0:
            if elapsed > NOTED_GAP_S and self._steps and elapsed > NOTED_GAP_STEPS * median(self._steps):
                self._gaps.append((before, now))
            self._steps.append(elapsed)

    def _conclude(self, end: float, length: float | None) -> None:
        """Put what was missing into words."""
        if self._undecodable:
            pictures = "1 picture" if self._undecodable == 1 else f"{self._undecodable} pictures"
            self.notes.append(
                f"{self._path}: {pictures} could not be decoded, the first at {self._first_undecodable:.1f} s; "
                "the rest was read"
            )
        if self._gaps:
            total = sum(later - before for before, later in self._gaps)
            gaps = "a gap" if len(self._gaps) == 1 else f"{len(self._gaps)} gaps"
            first = f"the first at {self._gaps[0][0]:.1f} s"
            self.notes.append(f"{self._path}: has {gaps} without pictures, {total:.1f} s in total, {first}")
        if length is not None and end < length - max(INCOMPLETE_S, INCOMPLETE_SHARE * length):
            self.notes.append(
                f"{self._path}: ends after {end:.1f} of {length:.1f} s; the file is incomplete or damaged"
            )

    def _converts(self, picture: np.ndarray[Any, Any]) -> bool:
        """Whether this OpenCV converts the video's pictures.

        4.13 and later don't convert interlaced ones: each read succeeds, and returns the same black or random picture.
        picture: the first one, sampled. It is compared with its own luma plane.
        """
        raw = cv2.VideoCapture(self._name, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1, cv2.CAP_PROP_CONVERT_RGB, 0])
        try:
            raw.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
            ok, luma = raw.read()
        finally:
            raw.release()
        if not ok or luma is None or luma.ndim != 2 or luma.dtype != np.uint8 or picture.ndim != 3:
            return True
        luma = luma[::SAMPLED, ::SAMPLED]
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
        if luma.shape != grey.shape:
            return True
        if float(luma.mean()) < BLACK_LUMA / 2 and float(grey.mean()) < BLACK_LUMA / 2:
            # Black, or not converted: hardly a video has luma below BLACK_LUMA. ffmpeg reads it in both cases.
            return shutil.which("ffmpeg") is None
        # In video range, or in full range.
        differences = (np.abs(luma - (grey * 219 / 255 + 16)).mean(), np.abs(luma - grey).mean())
        return bool(min(differences) < _SAME_PICTURE_LEVELS)


def _suspicious(pictures: list[np.ndarray[Any, Any]]) -> bool:
    """Whether a film's first pictures may be ones that OpenCV didn't convert."""
    same = any(np.array_equal(one, other) for one, other in itertools.pairwise(pictures))
    return same or any(float(picture.std()) < TEXTURE_MIN_LEVELS for picture in pictures)
