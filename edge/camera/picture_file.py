"""Reads one picture in a compressed form; its size is read before it is decoded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge.camera.picture_size import JPEG, picture_size
from edge.system.reading import read_bytes
from edge.values import Grey

# A file, or a camera's picture, has at most so many bytes; and so many pixels, or a JPEG that is reduced, 64 times.
BYTES_MAX = 64 * 2**20
PIXELS_MAX = 20_000_000
_REDUCED = ((1, cv2.IMREAD_GRAYSCALE), (2, cv2.IMREAD_REDUCED_GRAYSCALE_2), (4, cv2.IMREAD_REDUCED_GRAYSCALE_4))


def read_picture(file: Path) -> Grey | None:
    """A picture file as luma; None if it can't be read, or is too large."""
    try:
        data = read_bytes(file, max_bytes=BYTES_MAX)
    except OSError:
        return None
    return decode_picture(data)


def decode_picture(data: bytes | np.ndarray[Any, Any]) -> Grey | None:
    """A picture's bytes -> luma; a large JPEG is reduced while it is decoded.

    None if it can't be decoded, is too large, or is of a kind whose size can't be read.
    """
    raw = np.frombuffer(data, np.uint8) if isinstance(data, bytes) else data.reshape(-1)
    size = picture_size(raw.tobytes()) if isinstance(data, np.ndarray) else picture_size(data)
    if size is None:
        return None
    is_jpeg = raw[:2].tobytes() == JPEG
    fitting = [f for n, f in _REDUCED if size[0] * size[1] <= PIXELS_MAX * n * n and (n == 1 or is_jpeg)]
    if not fitting:
        return None
    try:
        picture = cv2.imdecode(raw, fitting[0])
    except cv2.error:  # such as a picture larger than OpenCV allows
        return None
    return None if picture is None else np.asarray(picture, np.uint8)
