"""Any picture -> an upright luma frame of a sensible size."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

from edge.config import CameraConfig
from edge.values import Grey

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}
_FLIPS = {"horizontal": 1, "vertical": 0}
WIDEST = 1280
# Video keeps 16 for black and 235 for white (ITU-R BT.601).
_FULL = np.clip(np.rint((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)


def to_grey(picture: np.ndarray[Any, Any], config: CameraConfig) -> Grey:
    """(h, w), (h, w, 3) BGR or (h, w, 4) BGRA -> (h, w) luma, at most WIDEST wide, upright."""
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
    return upright(picture, config)


def upright(grey: Grey, config: CameraConfig) -> Grey:
    """The picture as people see the room: turned, then mirrored, as the configuration says."""
    # By the processor for every camera alike: 0.05 ms, and no sensor's own way of doing it to get wrong.
    if config.rotate:
        grey = np.asarray(cv2.rotate(grey, _TURNS[config.rotate]), np.uint8)
    if config.flip != "none":
        grey = np.asarray(cv2.flip(grey, _FLIPS[config.flip]), np.uint8)
    return grey


def full_range(luma: np.ndarray[Any, Any]) -> Grey:
    """Video's luma 16..235 -> 0..255, as a picture of its own."""
    return np.asarray(cv2.LUT(luma, _FULL), np.uint8)
