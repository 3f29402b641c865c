"""Pictures whose pixels aren't square, as camcorders and recorders write them, are stretched to their true shape."""

from __future__ import annotations

import cv2
import numpy as np

from edge.camera.grey import MAX_WIDTH_PX
from edge.config import CameraConfig
from edge.values import Grey

# No device has pixels that are more oblong; some versions of OpenCV report nonsense where a file says nothing.
_OBLONG_MAX = 3.0
_SQUARE_WITHIN = 0.01


def configured_aspect(config: CameraConfig, width: int, height: int) -> float | None:
    """The width of a pixel divided by its height, from `camera.aspect`; None where that isn't set."""
    if config.aspect is None or width <= 0 or height <= 0:
        return None
    across, down = map(float, config.aspect.split(":"))
    return across / down * height / width


def pixel_aspect(capture: cv2.VideoCapture, config: CameraConfig, width: int, height: int) -> float:
    """The width of a pixel divided by its height: as configured, else as the source tells; 1 where nobody does.

    width, height: of a picture as the source delivers it, in pixels.
    """
    if (configured := configured_aspect(config, width, height)) is not None:
        return configured
    number, of = capture.get(cv2.CAP_PROP_SAR_NUM), capture.get(cv2.CAP_PROP_SAR_DEN)
    aspect = number / of if number > 0 and of > 0 else 1.0
    if not 1 / _OBLONG_MAX <= aspect <= _OBLONG_MAX:
        return 1.0
    sideways = round(capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 180 == 90
    return 1 / aspect if sideways else aspect


def square_size(width: int, height: int, aspect: float) -> tuple[int, int]:
    """The width and height of a picture once its pixels are square, at most MAX_WIDTH_PX wide."""
    # The longer side of a pixel stays, so that no detail is lost.
    across, down = max(1.0, aspect), max(1.0, 1 / aspect)
    scale = min(1.0, MAX_WIDTH_PX / (width * across))
    return max(1, round(width * across * scale)), max(1, round(height * down * scale))


def square_pixels(grey: Grey, aspect: float, config: CameraConfig) -> Grey:
    """The picture with square pixels; aspect: of its pixels before `config.rotate`, as `pixel_aspect` returns it."""
    if abs(aspect - 1) < _SQUARE_WITHIN:
        return grey
    height, width = grey.shape
    size = square_size(width, height, 1 / aspect if config.rotate in (90, 270) else aspect)
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
