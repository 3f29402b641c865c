"""One annotated picture for aiming the camera, when somebody asks for it: made in memory, given away, never kept."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NothingCame
from pathlib import Path

import cv2
import numpy as np

from edge.config import VisionConfig
from edge.errors import CameraError
from edge.values import Face, Frame, Grey
from edge.vision.detector import open_detector

log = logging.getLogger(__name__)
WIDEST, QUALITY = 640, 80
# Grey levels: of boxes and words, and of the line round them that keeps them readable on anything.
LIGHT, DARK = 255, 0


class Preview:
    """The hand-over: somebody asks in one thread, and the thread that owns the frames answers with a JPEG, once.

    Nobody asks: nothing is looked at, copied or held.
    """

    def __init__(self, config: VisionConfig, *, base: Path) -> None:
        """base: the project's folder, as for `open_detector`."""
        self._config, self._base = config, base
        self._asked: Future[bytes] | None = None

    def ask(self, wait: float = 3.0) -> bytes | None:
        """A JPEG of the next frame; None where none came within `wait` seconds, as from a camera that is off.

        Raises CameraError where it can't be made. One caller at a time.
        """
        asked: Future[bytes] = Future()
        self._asked = asked
        try:
            return asked.result(wait)
        except NothingCame:
            return None
        finally:
            self._asked = None

    def offer(self, frame: Frame) -> None:
        """Called with each frame by the thread that owns it; never raises."""
        asked, self._asked = self._asked, None
        if asked is None:
            return
        try:
            # A detector of its own, for this picture alone: the other one belongs to another thread.
            faces = open_detector(self._config, base=self._base).find(frame.grey)
            asked.set_result(annotated(frame.grey, faces))
        except Exception as error:
            log.debug("view", exc_info=error)
            asked.set_exception(CameraError("camera: the picture couldn't be made; the log says more with --verbose"))


def annotated(grey: Grey, faces: list[Face]) -> bytes:
    """(height, width) luma -> a JPEG of at most WIDEST pixels' width, each face in a box with its width in pixels."""
    scale = min(1.0, WIDEST / grey.shape[1])
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    drawn = np.ascontiguousarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA))
    for face in faces:
        box = face.box
        corner = (round(box.x * scale), round(box.y * scale))
        far = (round((box.x + box.w) * scale), round((box.y + box.h) * scale))
        words = f"{box.w:.0f} px{'' if box.w >= 48 else ': too small'}"
        place = (corner[0], max(14, corner[1] - 6))
        for level, thick in ((DARK, 4), (LIGHT, 2)):
            cv2.rectangle(drawn, corner, far, level, thick)
            cv2.putText(drawn, words, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, level, thick - 1, cv2.LINE_AA)
    good, data = cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    if not good:
        raise CameraError("camera: the picture couldn't be made into a JPEG")
    return data.tobytes()
