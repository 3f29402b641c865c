"""Notices a camera whose picture is no picture: one that never changes by a bit, or one that shows nothing at all."""

from __future__ import annotations

import zlib

import cv2
import numpy as np

from edge.sentences import Sentence
from edge.values import Frame, Grey

# Told after this time, so that it's known within 30 s; looked at this often.
TOLD_AFTER_S, CHECK_EVERY_S = 25.0, 1.0
# After a longer gap, as after quiet hours, the count begins anew.
GAP_MAX_S = 10.0
# Every so many pixels are compared first; all of them only if these are the same.
STRIDE = 8
# Columns and rows into which a picture is averaged, so that a sensor's noise is below one grey level; and by how many
# grey levels one of them must differ from its neighbours. A small light in a dark room does, and so does a window.
CELLS, TEXTURE_GREY_LEVELS = (16, 12), 1.5

FROZEN = Sentence(
    "camera: its picture hasn't changed by a single bit for half a minute; restart the camera or check its cable"
)
COVERED = Sentence(
    "camera: its picture has shown nothing for half a minute, so the lens is covered or the room is completely dark; "
    "uncover the lens or switch on a light"
)
INSTALL_FFMPEG = Sentence(
    "; if it sends interlaced pictures, install ffmpeg, since this version of OpenCV can't read them"
)


class PictureWatch:
    """Looks at one frame a second; for one camera. Sensors are never without noise, so a frozen picture is a fault."""

    def __init__(self, advice: str = "") -> None:
        """advice: what else may help, for the end of the sentence."""
        self._advice = advice
        self._checked: float | None = None
        self._sample = b""
        self._sum: int | None = None
        self._same_since: float | None = None
        self._blank_since: float | None = None
        self._fault = ""

    def fault(self, frame: Frame) -> str:
        """What is wrong with the pictures up to this one, in a sentence; empty if nothing is."""
        elapsed = None if self._checked is None else frame.at - self._checked
        if elapsed is not None and 0 <= elapsed < CHECK_EVERY_S:
            return self._fault
        if elapsed is None or not 0 <= elapsed <= GAP_MAX_S:
            self._same_since = self._blank_since = None
        self._checked = frame.at
        same, blank = self._is_same(frame.grey), _is_blank(frame.grey)
        self._same_since = (frame.at if self._same_since is None else self._same_since) if same else None
        self._blank_since = (frame.at if self._blank_since is None else self._blank_since) if blank else None
        # A blank picture may be frozen too, and a covered lens is the likelier cause.
        covered, frozen = self._is_due(frame.at, self._blank_since), self._is_due(frame.at, self._same_since)
        self._fault = self._told(COVERED if covered else FROZEN) if covered or frozen else ""
        return self._fault

    def _told(self, fault: str) -> str:
        return Sentence("{fault}{advice}", fault=fault, advice=self._advice) if self._advice else fault

    def _is_due(self, now: float, since: float | None) -> bool:
        return since is not None and now - since >= TOLD_AFTER_S

    def _is_same(self, grey: Grey) -> bool:
        """Whether the picture is, bit for bit, the one of the last check."""
        sample = grey[::STRIDE, ::STRIDE].tobytes()
        if sample != self._sample:
            self._sample, self._sum = sample, None
            return False
        last, self._sum = self._sum, zlib.crc32(grey.tobytes())
        return last is None or last == self._sum


def _is_blank(grey: Grey) -> bool:
    """Whether no part of the picture differs from its neighbours; slow changes of brightness are no texture."""
    # As floats, since rounded means would differ by one.
    cells = np.asarray(cv2.resize(grey.astype(np.float32), CELLS, interpolation=cv2.INTER_AREA), np.float32)
    differs = np.abs(cells - cv2.blur(cells, (3, 3)))[1:-1, 1:-1]
    return bool(differs.max() < TEXTURE_GREY_LEVELS)
