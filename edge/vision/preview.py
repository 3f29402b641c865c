"""One annotated picture for aiming the camera, made on request; it is returned and never stored."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoFrame
from pathlib import Path

import cv2
import numpy as np

from edge.config import VisionConfig
from edge.errors import CameraError
from edge.values import Face, Frame, Grey
from edge.vision.classifier import FULL_DETAIL_PX
from edge.vision.detector import open_detector
from edge.vision.region import SAME_FACE_OVERLAP, wide_parts

log = logging.getLogger(__name__)
MAX_WIDTH_PX = 640
JPEG_QUALITY = 80
# Grey levels of boxes and text, and of the outline that keeps them readable on any background.
LIGHT, DARK = 255, 0


class Preview:
    """Passes one picture between threads: one requests it, and the thread that owns the frames makes it.

    Without a request nothing is computed, copied or kept.
    """

    def __init__(self, config: VisionConfig, *, base: Path) -> None:
        """base: the project's folder, as for `open_detector`."""
        self._config, self._base = config, base
        self._pending: Future[bytes] | None = None

    def request(self, timeout: float = 3.0) -> bytes | None:
        """A JPEG of the next frame; None if no frame came within `timeout` seconds, as when the camera is off.

        Raises CameraError if the JPEG can't be made. One caller at a time.
        """
        pending: Future[bytes] = Future()
        self._pending = pending
        try:
            return pending.result(timeout)
        except NoFrame:
            return None
        finally:
            self._pending = None

    def offer(self, frame: Frame) -> None:
        """Called with each frame by the thread that owns it; never raises."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        try:
            # A detector for this picture only: the pipeline's belongs to another thread.
            detector = open_detector(self._config, base=self._base)
            faces = detector.find(frame.grey)
            for turn in range(wide_parts(frame.grey.shape)):
                far = detector.find_far(frame.grey, turn)
                faces += [
                    face for face in far if all(face.box.overlap(other.box) < SAME_FACE_OVERLAP for other in faces)
                ]
            pending.set_result(annotated(frame.grey, faces))
        except Exception as error:
            log.debug("preview", exc_info=error)
            message = "camera: the picture couldn't be made; run with --verbose and see the log"
            pending.set_exception(CameraError(message))


def annotated(grey: Grey, faces: list[Face]) -> bytes:
    """(height, width) luma -> a JPEG at most MAX_WIDTH_PX wide, with a box and its width in pixels for each face."""
    scale = min(1.0, MAX_WIDTH_PX / grey.shape[1])
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    picture = np.ascontiguousarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA))
    for face in faces:
        box = face.box
        top_left = (round(box.x * scale), round(box.y * scale))
        bottom_right = (round((box.x + box.w) * scale), round((box.y + box.h) * scale))
        text = f"{box.w:.0f} px{'' if box.w >= FULL_DETAIL_PX else ': too small'}"
        text_at = (top_left[0], max(14, top_left[1] - 6))
        for level, thickness in ((DARK, 4), (LIGHT, 2)):
            cv2.rectangle(picture, top_left, bottom_right, level, thickness)
            cv2.putText(picture, text, text_at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, level, thickness - 1, cv2.LINE_AA)
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise CameraError("camera: the picture couldn't be encoded as JPEG")
    return data.tobytes()
