"""Reads one picture in a compressed form; its size is read before it is decoded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from edge.system.reading import read_bytes
from edge.values import Grey

# A file, or a camera's picture, has at most so many bytes; and so many pixels, or a JPEG that is reduced, 64 times.
BYTES_MAX = 64 * 2**20
PIXELS_MAX = 20_000_000
_REDUCED = ((1, cv2.IMREAD_GRAYSCALE), (2, cv2.IMREAD_REDUCED_GRAYSCALE_2), (4, cv2.IMREAD_REDUCED_GRAYSCALE_4))
_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"
# Markers of a JPEG that carry its size (start of frame), and those without a length.
_SIZE_MARKERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})


def read_picture(file: Path) -> Grey | None:
    """A picture file as luma; None if it can't be read, or is too large."""
    try:
        data = read_bytes(file, max_bytes=BYTES_MAX)
    except OSError:
        return None
    return decode_picture(data)


def decode_picture(data: bytes | np.ndarray[Any, Any]) -> Grey | None:
    """A picture's bytes -> luma; a large JPEG is reduced while it is decoded. None if it can't be decoded."""
    raw = np.frombuffer(data, np.uint8) if isinstance(data, bytes) else data.reshape(-1)
    size = picture_size(raw.tobytes()) if isinstance(data, np.ndarray) else picture_size(data)
    flag = cv2.IMREAD_GRAYSCALE
    if size is not None:
        is_jpeg = raw[:2].tobytes() == _JPEG
        fitting = [f for n, f in _REDUCED if size[0] * size[1] <= PIXELS_MAX * n * n and (n == 1 or is_jpeg)]
        if not fitting:
            return None
        flag = fitting[0]
    try:
        picture = cv2.imdecode(raw, flag)
    except cv2.error:  # such as a picture larger than OpenCV allows
        return None
    return None if picture is None else np.asarray(picture, np.uint8)


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height from the header of a JPEG, PNG, GIF or BMP; None for other formats and damaged headers."""
    if data.startswith(_PNG) and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    if data.startswith(b"BM") and len(data) >= 26:
        width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
        return abs(width), abs(height)
    return _jpeg_size(data) if data.startswith(_JPEG) else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """By ITU-T T.81, annex B: markers of two bytes, most of them followed by the length of their segment."""
    at = 2
    while at + 9 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _SIZE_MARKERS:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        elif marker in _BARE_MARKERS:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
