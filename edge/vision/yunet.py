"""The YuNet face detector, OpenCV's FaceDetectorYN (Wu et al. 2023, doi 10.1007/s11633-023-1423-y)."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import cv2
from numpy import float32
from numpy.typing import NDArray

from edge.errors import ModelError
from edge.system.file_names import as_text
from edge.values import Box, Face, Grey
from edge.vision.faces.pose import estimate
from edge.vision.region import (
    REGION_SIDE_PX,
    SEARCH_WIDTH_PX,
    closest,
    distinct,
    reduce_frame,
    region_around,
    wide_part,
)

# Of face_detection_yunet_2023mar.onnx, which has 232,589 bytes.
SHA256 = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
MAX_BYTES = 1_000_000
# The columns of a result: x, y, w, h, five landmarks (x, y) from the right eye on, score.
RIGHT_EYE_X, LEFT_EYE_X, NOSE_X, LANDMARKS, SCORE = 4, 6, 8, slice(4, 14), 14
# A nose this far from the middle of the eyes, as a share of their distance, still counts as a frontal face.
FRONTAL_NOSE_OFFSET = 0.2
FRONTAL_MIN = 0.1
# In a far search a face of this score is looked at again, enlarged; so many at most, at half a millisecond each.
CANDIDATE_SCORE, CANDIDATES_MAX = 0.15, 10
# Two faces of which two tiles share so much are one; YuNet removes duplicates within a tile from there on too.
SAME_TILE_FACE_OVERLAP = 0.3


def how_to_get(*, again: bool = False) -> str:
    """What brings YuNet's file: a clone's script, which an installed device lacks. again: a wrong file is there."""
    if not (Path(__file__).parents[2] / "scripts" / "fetch_models").is_file():
        return "install Moodroom again"
    return f"run scripts/fetch_models{' again' if again else ''}"


class YuNet:
    """A detector with one network for whole frames and one for regions."""

    name = "yunet"

    def __init__(self, file: Path, *, min_score: float, min_face: int) -> None:
        """Load the network; raises ModelError if the file isn't YuNet.

        min_score: 0..1. min_face: the smallest face that is searched for, in pixels of the frame.
        """
        name = as_text(file, ModelError)
        _check_sum(file)
        try:
            self._net = cv2.FaceDetectorYN.create(name, "", (SEARCH_WIDTH_PX, SEARCH_WIDTH_PX * 3 // 4), min_score)
            # A second network for regions: changing the input size back and forth would cost more than its memory.
            self._region_net = cv2.FaceDetectorYN.create(name, "", (REGION_SIDE_PX, REGION_SIDE_PX), min_score)
        except cv2.error:
            raise ModelError(f"{file}: isn't the YuNet model; {how_to_get(again=True)}") from None
        self._min_score, self._min_face = min_score, min_face

    def find(self, grey: Grey) -> list[Face]:
        small, scale = reduce_frame(grey)
        self._net.setInputSize((small.shape[1], small.shape[0]))
        return [face for face in self._faces(self._net, small, scale) if min(face.box.w, face.box.h) >= self._min_face]

    def find_far(self, grey: Grey, turn: int) -> list[Face]:
        part = wide_part(grey, turn)
        found: list[Face] = []
        self._net.setScoreThreshold(min(CANDIDATE_SCORE, self._min_score))
        try:
            for tile, x, y in part.tiles():
                self._net.setInputSize((tile.shape[1], tile.shape[0]))
                found += [part.to_frame(face, x, y) for face in self._faces(self._net, tile, 1 / part.zoom)]
        finally:
            self._net.setScoreThreshold(self._min_score)
        found = distinct(sorted(found, key=lambda face: -face.score), SAME_TILE_FACE_OVERLAP)
        sure = [face for face in found if face.score >= self._min_score]
        # Small faces have low scores. Enlarged, they get those of larger ones, and nothing else does.
        candidates = found[len(sure) :][:CANDIDATES_MAX]
        near = [self.find_near(grey, face.box) for face in candidates if min(face.box.w, face.box.h) >= self._min_face]
        faces = [*sure, *(face for face in near if face is not None)]
        return [face for face in faces if min(face.box.w, face.box.h) >= self._min_face]

    def find_near(self, grey: Grey, box: Box) -> Face | None:
        region = region_around(grey, box)
        if region is None:
            return None
        faces = self._faces(self._region_net, region.reduced(), region.scale)
        return closest([region.to_frame(face) for face in faces], box)

    def _faces(self, net: cv2.FaceDetectorYN, small: Grey, scale: float) -> list[Face]:
        """The faces in `small`, scaled to the picture that it was made from."""
        rows = net.detect(cv2.cvtColor(small, cv2.COLOR_GRAY2BGR))[1]
        faces = []
        for row in rows if rows is not None else ():
            x, y, w, h, score = (float(row[i]) for i in (0, 1, 2, 3, SCORE))
            # On some pictures YuNet returns infinite or enormous boxes.
            if all(map(math.isfinite, (x, y, w, h, score))) and max(w, h) < 2 * max(small.shape):
                box = Box(x * scale, y * scale, w * scale, h * scale)
                values = [float(value) * scale for value in row[LANDMARKS]]
                landmarks = tuple(zip(values[::2], values[1::2], strict=True))
                pose = estimate(landmarks)
                faces.append(Face(box, min(score, 1.0), _frontal(row), landmarks if pose else None, pose))
        return sorted(faces, key=lambda face: -face.score)


def _check_sum(file: Path) -> None:
    """Raise ModelError unless the file is the one that this program was made for; OpenCV may crash over another."""
    try:
        actual = hashlib.sha256(file.read_bytes()).hexdigest() if file.stat().st_size <= MAX_BYTES else ""
    except OSError as error:
        raise ModelError(f"{file}: can't be read ({error.strerror}); check its permissions") from None
    if actual != SHA256:
        raise ModelError(f"{file}: isn't the YuNet model; {how_to_get(again=True)}")


def _frontal(row: NDArray[float32]) -> float:
    """How frontal a face is, FRONTAL_MIN..1: as a head turns, its nose leaves the middle of the eyes."""
    right, left, nose = float(row[RIGHT_EYE_X]), float(row[LEFT_EYE_X]), float(row[NOSE_X])
    eye_distance = max(abs(left - right), 1e-3)
    offset = abs(nose - (left + right) / 2) / eye_distance
    return min(1.0, max(FRONTAL_MIN, 1 - 2 * (offset - FRONTAL_NOSE_OFFSET))) if math.isfinite(offset) else FRONTAL_MIN
