"""Finds faces: YuNet where its file is present, else Haar, which comes with OpenCV."""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.config import VisionConfig
from edge.errors import ModelError
from edge.system import state
from edge.system.file_names import as_text
from edge.values import Box, Face, Grey

YUNET_FILE = "face_detection_yunet_2023mar.onnx"
WORKING_WIDTH = 320
# The side to which a region of twice a face's size is reduced.
NEAR = 80
log = logging.getLogger(__name__)


class Detector(Protocol):
    """What finds faces."""

    name: str

    def find(self, grey: Grey) -> list[Face]:
        """(height, width) luma -> the faces in it, in pixels of it, the surest first."""

    def find_near(self, grey: Grey, box: Box) -> Face | None:
        """The face that was in `box` a moment ago, where it is now; a tenth of the cost of `find`. None: it is gone."""


class YuNet:
    """OpenCV's FaceDetectorYN (Wu et al. 2023, doi 10.1007/s11633-023-1423-y)."""

    name = "yunet"

    def __init__(self, file: Path, *, min_score: float, min_face: int) -> None:
        name = as_text(file, ModelError)
        try:
            self._net = cv2.FaceDetectorYN.create(name, "", (WORKING_WIDTH, WORKING_WIDTH * 3 // 4), min_score)
            # A second one for small regions: changing one's size back and forth costs more than it weighs.
            self._near = cv2.FaceDetectorYN.create(name, "", (NEAR, NEAR), min_score)
        except cv2.error:
            raise ModelError(f"{file}: isn't the YuNet model; run scripts/fetch_models again") from None
        self._min_face = min_face

    def find(self, grey: Grey) -> list[Face]:
        small, scale = _shrink(grey)
        self._net.setInputSize((small.shape[1], small.shape[0]))
        return [face for face in self._faces(self._net, small, scale) if min(face.box.w, face.box.h) >= self._min_face]

    def find_near(self, grey: Grey, box: Box) -> Face | None:
        region = _around(grey, box)
        if region is None:
            return None
        small = cv2.resize(region.grey, (NEAR, NEAR), interpolation=cv2.INTER_AREA)
        faces = self._faces(self._near, np.asarray(small, np.uint8), region.grey.shape[0] / NEAR)
        return _nearest([region.placed(face) for face in faces], box)

    def _faces(self, net: cv2.FaceDetectorYN, small: Grey, scale: float) -> list[Face]:
        """The faces in `small`, in pixels of what it was made of."""
        rows = net.detect(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))[1]
        faces = []
        for row in rows if rows is not None else ():
            x, y, w, h, score = (float(row[i]) for i in (0, 1, 2, 3, 14))
            # YuNet gives infinite and enormous boxes on some pictures.
            if all(map(math.isfinite, (x, y, w, h, score))) and max(w, h) < 2 * max(small.shape):
                box = Box(x * scale, y * scale, w * scale, h * scale)
                faces.append(Face(box, min(score, 1.0), _frontal(row)))
        return sorted(faces, key=lambda face: -face.score)


class Haar:
    """OpenCV's cascade (Viola and Jones 2001): slower and less sure, but needs no file."""

    name = "haar"
    # A cascade's box is a square with more forehead than YuNet's; scaled and moved down it frames the same face.
    SIDE, LOWER = 0.86, 0.04

    def __init__(self, *, min_face: int) -> None:
        folder = getattr(cv2, "data", None)
        file = Path(folder.haarcascades) / "haarcascade_frontalface_default.xml" if folder else _system_cascade()
        self._cascade = cv2.CascadeClassifier(as_text(file, ModelError))
        if self._cascade.empty():
            raise ModelError(f"{file}: OpenCV's face cascade is missing; install opencv-python-headless below 5")
        self._min_face = min_face

    def find(self, grey: Grey) -> list[Face]:
        small, scale = _shrink(grey)
        return self._faces(small, scale, max(20, round(self._min_face / scale)), 5)

    def find_near(self, grey: Grey, box: Box) -> Face | None:
        region = _around(grey, box)
        if region is None:
            return None
        small = np.asarray(cv2.resize(region.grey, (NEAR, NEAR), interpolation=cv2.INTER_AREA), np.uint8)
        faces = self._faces(small, region.grey.shape[0] / NEAR, 28, 3)
        return _nearest([region.placed(face) for face in faces], box)

    def _faces(self, small: Grey, scale: float, least: int, neighbours: int) -> list[Face]:
        found = self._cascade.detectMultiScale(small, 1.15, neighbours, minSize=(least, least))
        faces = []
        for x, y, w, h in found:
            side = w * self.SIDE
            corner_x, corner_y = x + (w - side) / 2, y + (h - side) / 2 + self.LOWER * h
            faces.append(Face(Box(corner_x * scale, corner_y * scale, side * scale, side * scale), 0.9))
        return faces


def open_detector(config: VisionConfig, *, base: Path) -> Detector:
    """The detector that the configuration asks for.

    base: the project's folder, where `models/` may hold YuNet's file.
    Raises ModelError where YuNet is asked for by name and its file isn't there.
    """
    cv2.setNumThreads(1)
    file = None if config.detector == "haar" else find_yunet(base)
    if file is not None:
        return YuNet(file, min_score=config.min_score, min_face=config.min_face)
    if config.detector == "yunet":
        raise ModelError(f"vision.detector: {YUNET_FILE} isn't in models/; run scripts/fetch_models")
    if config.detector == "auto":
        log.info("detector: Haar is used, since YuNet's file isn't in models/; scripts/fetch_models brings it")
    return Haar(min_face=config.min_face)


def find_yunet(base: Path) -> Path | None:
    """YuNet's file in the folder that MOODROOM_MODELS names, the state directory or the project's `models/`."""
    given = os.environ.get("MOODROOM_MODELS")
    folders = [*([Path(given)] if given else []), state.directory(), base / "models"]
    places = [folder / YUNET_FILE for folder in folders]
    # Path.is_file raises where a folder on the way is closed to us.
    return next((place for place in places if os.path.isfile(place)), None)


def _frontal(row: NDArray[np.float32]) -> float:
    """How far a face looks at the camera: a turned head's nose leaves the middle of the eyes in YuNet's landmarks."""
    right, left, nose = float(row[4]), float(row[6]), float(row[8])
    apart = max(abs(left - right), 1e-3)
    off = abs(nose - (left + right) / 2) / apart
    return min(1.0, max(0.1, 1 - 2 * (off - 0.2))) if math.isfinite(off) else 0.1


@dataclass(frozen=True, eq=False)
class _Region:
    """A square part of a frame; x and y are its upper left corner there."""

    grey: Grey
    x: int
    y: int

    def placed(self, face: Face) -> Face:
        """A face that was found in the region, in pixels of the frame."""
        box = face.box
        return replace(face, box=Box(box.x + self.x, box.y + self.y, box.w, box.h))


def _around(grey: Grey, box: Box) -> _Region | None:
    """The square of twice the box's size round it, moved into the frame; None for too small or large a box."""
    side = min(round(2 * max(box.w, box.h)), *grey.shape)
    if side < 24 or max(box.w, box.h) > side:
        return None
    height, width = grey.shape
    x = min(max(round(box.centre[0] - side / 2), 0), width - side)
    y = min(max(round(box.centre[1] - side / 2), 0), height - side)
    return _Region(grey[y : y + side, x : x + side], x, y)


def _nearest(faces: list[Face], box: Box) -> Face | None:
    """Of several faces in the region the one that overlaps most with where it was."""
    best = max(faces, key=lambda face: face.box.overlap(box), default=None)
    return best if best is not None and best.box.overlap(box) > 0.15 else None


def _system_cascade() -> Path:
    return Path("/usr/share/opencv4/haarcascades/haarcascade_frontalface_default.xml")


def _shrink(grey: Grey) -> tuple[Grey, float]:
    """Detectors work at a width of 320: near faces are found as well, at a quarter of the cost."""
    height, width = grey.shape
    if width <= WORKING_WIDTH:
        return grey, 1.0
    scale = width / WORKING_WIDTH
    size = (WORKING_WIDTH, max(1, round(height / scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8), scale
