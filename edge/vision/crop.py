"""Crops a face to the classifier's input: a square framed like the training pictures."""

from __future__ import annotations

import math

import cv2
import numpy as np

from edge.values import Box, Grey

# A box may be at most this many times the frame's longer side: a detector can be wrong by any factor, and padding the
# frame to such a box would fill the memory.
MAX_SIDES_OF_FRAME = 4


def square(box: Box, *, margin: float, raised: float) -> Box:
    """The square round a face: its side is `margin` x sqrt(w h), its centre is moved up by `raised` x h."""
    side = margin * math.sqrt(box.area)
    x, y = box.centre
    return Box(x - side / 2, y - raised * box.h - side / 2, side, side)


def cut(grey: Grey, box: Box, size: int) -> Grey:
    """(height, width) -> (size, size): the part in `box`, with the frame's edge repeated beyond the frame.

    Black if the box lies outside the frame, or is too large for a face.
    """
    x, y = math.floor(box.x), math.floor(box.y)
    side = max(1, round(box.w))
    height, width = grey.shape
    left, top = max(0, -x), max(0, -y)
    right, bottom = max(0, x + side - width), max(0, y + side - height)
    part = grey[max(y, 0) : max(0, y + side), max(x, 0) : max(0, x + side)]
    if part.size == 0 or side > MAX_SIDES_OF_FRAME * max(height, width):
        return np.zeros((size, size), np.uint8)
    if left or top or right or bottom:
        part = cv2.copyMakeBorder(part, top, bottom, left, right, cv2.BORDER_REPLICATE)  # type: ignore[assignment]
    interpolation = cv2.INTER_AREA if side >= size else cv2.INTER_LINEAR
    return cv2.resize(part, (size, size), interpolation=interpolation)  # type: ignore[return-value]
