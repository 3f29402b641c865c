"""Any picture -> an upright luma frame of a sensible size."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from edge.values import Grey

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
WIDEST = 1280


def to_grey(picture: np.ndarray[Any, Any], rotate: int = 0) -> Grey:
    """(h, w), (h, w, 3) BGR or (h, w, 4) BGRA -> (h, w) luma, at most WIDEST wide, turned clockwise by `rotate`."""
    if picture.dtype != np.uint8:
        picture = cv2.convertScaleAbs(picture, alpha=255 / max(float(picture.max()), 1.0))
    if picture.ndim == 3:
        codes = {1: None, 3: cv2.COLOR_BGR2GRAY, 4: cv2.COLOR_BGRA2GRAY}
        code = codes[picture.shape[2]]
        picture = picture[:, :, 0] if code is None else cv2.cvtColor(picture, code)
    height, width = picture.shape
    if width > WIDEST:
        size = (WIDEST, max(1, round(height * WIDEST / width)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    if rotate:
        picture = cv2.rotate(picture, _TURNS[rotate])
    return picture
