"""The Haar cascade face detector (Viola and Jones 2001), which comes with OpenCV before 5."""

from __future__ import annotations

from pathlib import Path

import cv2

from edge.errors import ModelError
from edge.system.file_names import as_text
from edge.values import Box, Face, Grey
from edge.vision.region import closest, reduce_frame, region_around, wide_part
from edge.vision.yunet import how_to_get

CASCADE_FILE = "haarcascade_frontalface_default.xml"
# Where Debian's package keeps the cascades.
SYSTEM_CASCADES = Path("/usr/share/opencv4/haarcascades")
# A cascade's box is a square that includes more forehead than YuNet's; scaled and moved down by these shares of its
# side it frames the same face.
BOX_SCALE, BOX_SHIFT_DOWN = 0.86, 0.04
PYRAMID_STEP = 1.15
# The smallest face in the reduced frame and in a region, and how many overlapping hits each of them needs.
FRAME_MIN_FACE_PX, FRAME_NEIGHBOURS = 20, 5
REGION_MIN_FACE_PX, REGION_NEIGHBOURS = 28, 3
# A cascade returns no score.
ASSUMED_SCORE = 0.9


class Haar:
    """A detector that needs no file; slower and less reliable than YuNet."""

    name = "haar"

    def __init__(self, *, min_face: int) -> None:
        """Load OpenCV's cascade; raises ModelError if this OpenCV has none.

        min_face: the smallest face that is searched for, in pixels of the frame.
        """
        if not hasattr(cv2, "CascadeClassifier"):
            raise ModelError(
                f"vision.detector: OpenCV {cv2.__version__} has no Haar detector; {how_to_get()} to get YuNet"
            )
        data = getattr(cv2, "data", None)
        file = (Path(data.haarcascades) if data else SYSTEM_CASCADES) / CASCADE_FILE
        self._cascade = cv2.CascadeClassifier(as_text(file, ModelError))
        if self._cascade.empty():
            raise ModelError(f"{file}: OpenCV's face cascade is missing; install opencv-python-headless again")
        self._min_face = min_face

    def find(self, grey: Grey) -> list[Face]:
        small, scale = reduce_frame(grey)
        min_side = max(FRAME_MIN_FACE_PX, round(self._min_face / scale))
        return self._faces(small, scale, min_side, FRAME_NEIGHBOURS)

    def find_far(self, grey: Grey, turn: int) -> list[Face]:
        part = wide_part(grey, turn)
        faces = self._faces(part.grey, 1.0, max(FRAME_MIN_FACE_PX, self._min_face), FRAME_NEIGHBOURS)
        return [part.to_frame(face) for face in faces]

    def find_near(self, grey: Grey, box: Box) -> Face | None:
        region = region_around(grey, box)
        if region is None:
            return None
        faces = self._faces(region.reduced(), region.scale, REGION_MIN_FACE_PX, REGION_NEIGHBOURS)
        return closest([region.to_frame(face) for face in faces], box)

    def _faces(self, small: Grey, scale: float, min_side: int, neighbours: int) -> list[Face]:
        """The faces in `small`, scaled to the picture that it was made from."""
        faces = []
        for x, y, w, h in self._cascade.detectMultiScale(small, PYRAMID_STEP, neighbours, minSize=(min_side, min_side)):
            side = w * BOX_SCALE
            left, top = x + (w - side) / 2, y + (h - side) / 2 + BOX_SHIFT_DOWN * h
            faces.append(Face(Box(left * scale, top * scale, side * scale, side * scale), ASSUMED_SCORE))
        return faces
