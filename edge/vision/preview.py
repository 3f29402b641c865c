"""Annotated pictures for aiming the camera, made on request; they are returned and never stored."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoFrame
from dataclasses import dataclass
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


@dataclass(frozen=True)
class AimedPicture:
    """A picture, and the faces in it.

    jpeg: without boxes. faces: [left, top, width, height] as fractions of the picture. widths: theirs in pixels of the
    frame, which is what counts for reading them; `enough` is how many are needed.
    """

    jpeg: bytes
    faces: list[tuple[float, float, float, float]]
    widths: list[float]
    enough: float = FULL_DETAIL_PX


@dataclass(frozen=True)
class _Request:
    answer: Future[bytes | AimedPicture]
    turns: int
    make: Callable[[Grey, list[Face]], bytes | AimedPicture]


class Preview:
    """Passes pictures between threads: one requests it, and the thread that owns the frames makes it.

    Without a request nothing is computed, copied or kept.
    """

    def __init__(self, config: VisionConfig, *, base: Path) -> None:
        """base: the project's folder, as for `open_detector`."""
        self._config, self._base = config, base
        self._pending: _Request | None = None

    def request(self, timeout: float = 3.0) -> bytes | None:
        """A JPEG of the next frame with boxes; None if no frame came in `timeout` seconds, as when the camera is off.

        Raises CameraError if the JPEG can't be made. One caller at a time.
        """
        made = self._next(0, annotated, timeout)
        return made if isinstance(made, bytes) else None

    def aim(self, turns: int, timeout: float = 3.0) -> AimedPicture | None:
        """The next frame for aiming, turned clockwise by so many quarters; else as `request`."""
        made = self._next(turns, _aimed, timeout)
        return made if isinstance(made, AimedPicture) else None

    def offer(self, frame: Frame) -> None:
        """Called with each frame by the thread that owns it; never raises."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        try:
            grey = np.ascontiguousarray(np.rot90(frame.grey, -pending.turns)) if pending.turns else frame.grey
            # A detector for this picture only: the pipeline's belongs to another thread.
            detector = open_detector(self._config, base=self._base)
            faces = detector.find(grey)
            for turn in range(wide_parts(grey.shape)):
                far = detector.find_far(grey, turn)
                faces += [
                    face for face in far if all(face.box.overlap(other.box) < SAME_FACE_OVERLAP for other in faces)
                ]
            pending.answer.set_result(pending.make(grey, faces))
        except Exception as error:
            log.debug("preview", exc_info=error)
            message = "camera: the picture couldn't be made; run with --verbose and see the log"
            pending.answer.set_exception(CameraError(message))

    def _next(
        self, turns: int, make: Callable[[Grey, list[Face]], bytes | AimedPicture], timeout: float
    ) -> bytes | AimedPicture | None:
        pending = _Request(Future(), turns % 4, make)
        self._pending = pending
        try:
            return pending.answer.result(timeout)
        except NoFrame:
            return None
        finally:
            self._pending = None


def annotated(grey: Grey, faces: list[Face]) -> bytes:
    """(height, width) luma -> a JPEG at most MAX_WIDTH_PX wide, with a box and its width in pixels for each face."""
    picture, scale = _small(grey)
    for face in faces:
        box = face.box
        top_left = (round(box.x * scale), round(box.y * scale))
        bottom_right = (round((box.x + box.w) * scale), round((box.y + box.h) * scale))
        text = f"{box.w:.0f} px{'' if box.w >= FULL_DETAIL_PX else ': too small'}"
        text_at = (top_left[0], max(14, top_left[1] - 6))
        for level, thickness in ((DARK, 4), (LIGHT, 2)):
            cv2.rectangle(picture, top_left, bottom_right, level, thickness)
            cv2.putText(picture, text, text_at, cv2.FONT_HERSHEY_SIMPLEX, 0.5, level, thickness - 1, cv2.LINE_AA)
    return _jpeg(picture)


def _aimed(grey: Grey, faces: list[Face]) -> AimedPicture:
    height, width = grey.shape
    boxes = [(f.box.x / width, f.box.y / height, f.box.w / width, f.box.h / height) for f in faces]
    return AimedPicture(_jpeg(_small(grey)[0]), boxes, [face.box.w for face in faces])


def _small(grey: Grey) -> tuple[Grey, float]:
    """The picture at most MAX_WIDTH_PX wide, and its scale."""
    scale = min(1.0, MAX_WIDTH_PX / grey.shape[1])
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.ascontiguousarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA)), scale


def _jpeg(picture: Grey) -> bytes:
    ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not ok:
        raise CameraError("camera: the picture couldn't be encoded as JPEG")
    return data.tobytes()
