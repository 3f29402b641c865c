"""How a detector's box becomes the classifier's input: a square that matches the training pictures' framing."""

from __future__ import annotations

import math

import cv2
import numpy as np

from edge.values import Box, Grey

# Times the frame's longer side: a detector can be wrong by any factor, and the border would fill the memory.
LARGEST = 4


def square(box: Box, *, margin: float, raised: float) -> Box:
    """The square round a face: side `margin` x sqrt(w h), its centre raised by `raised` x h."""
    side = margin * math.sqrt(box.area)
    x, y = box.centre
    return Box(x - side / 2, y - raised * box.h - side / 2, side, side)


def cut(grey: Grey, box: Box, size: int) -> Grey:
    """(height, width) -> (size, size), the part in `box`; the frame's edge is repeated where the box leaves it.

    Black where the box lies outside, or is so large that no face fills it.
    """
    x, y = math.floor(box.x), math.floor(box.y)
    side = max(1, round(box.w))
    height, width = grey.shape
    left, top = max(0, -x), max(0, -y)
    right, bottom = max(0, x + side - width), max(0, y + side - height)
    part = grey[max(y, 0) : max(0, y + side), max(x, 0) : max(0, x + side)]
    if part.size == 0 or side > LARGEST * max(height, width):
        return np.zeros((size, size), np.uint8)
    if left or top or right or bottom:
        part = cv2.copyMakeBorder(part, top, bottom, left, right, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    shrink = cv2.INTER_AREA if side >= size else cv2.INTER_LINEAR
    return cv2.resize(part, (size, size), interpolation=shrink)  # type: ignore[return-value]
