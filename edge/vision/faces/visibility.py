"""How plausible the mouth and the eyes of a face are: covered by a hand, a cup or a mask, they say nothing.

The face is moved onto a template by its landmarks, so that its mouth and its eyes lie where they lay in training. A
small network for each (one hidden layer) then says how likely the part is what it should be. The weights are taught by
FER2013's faces with and without things drawn over them, see `scripts/training/train_visibility.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.values import Box, Grey, Point

# The side of the template, and where the five landmarks lie on it. Mouths move, so both corners count as one point.
TEMPLATE_PX = 32
EYES_Y, MOUTH_Y, EYE_DISTANCE = 10.0, 24.0, 13.5
# Rows and columns of the parts on the template. The mouth's shows the nose too: the folds of a mask look like lips.
MOUTH, EYES = (slice(13, 32), slice(4, 28)), (slice(5, 15), slice(2, 30))
HIDDEN = 40
# Grey levels that are added to a part's spread, so that the noise of an even surface isn't enlarged to a pattern.
SPREAD_OFFSET = 4.0
WEIGHTS = Path(__file__).with_name("visibility.npy")


@dataclass(frozen=True)
class Visibility:
    """How likely (0..1) a face's eyes and its mouth can be seen."""

    eyes: float
    mouth: float

    @property
    def least(self) -> float:
        return min(self.eyes, self.mouth)


class VisibilityModel:
    """Judges mouths and eyes."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        values = np.load(weights).astype(np.float32)
        self._parts = []
        for rows, columns in (EYES, MOUTH):
            inputs = (rows.stop - rows.start) * (columns.stop - columns.start)
            first, bias, second, values = np.split(values, np.cumsum([inputs * HIDDEN, HIDDEN, HIDDEN + 1]))
            self._parts.append((rows, columns, first.reshape(inputs, HIDDEN), bias, second))

    def judge(self, part: Grey, box: Box, landmarks: Sequence[Point]) -> Visibility:
        """part: a (size, size) picture of what lies in `box`, in whose pixels the landmarks are."""
        face = on_template(part, box, landmarks)
        eyes, mouth = (
            float(_sigmoid(np.maximum(pattern(face[rows, columns]) @ first + bias, 0) @ second[:-1] + second[-1]))
            for rows, columns, first, bias, second in self._parts
        )
        return Visibility(eyes, mouth)


def on_template(part: Grey, box: Box, landmarks: Sequence[Point]) -> Grey:
    """The face on the template, (TEMPLATE_PX, TEMPLATE_PX), upright: the middles of eyes and mouth decide."""
    scale = part.shape[0] / max(box.w, 1.0)
    right, left, _, *corners = [((x - box.x) * scale, (y - box.y) * scale) for x, y in landmarks]
    eyes = (right[0] + left[0]) / 2, (right[1] + left[1]) / 2
    mouth = (corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2
    # Shear and height follow the mouth, so that a bowed or turned head fits the template as a frontal one does.
    source = np.array([right, left, mouth], np.float32)
    centre = (TEMPLATE_PX - 1) / 2
    target = np.array(
        [(centre - EYE_DISTANCE / 2, EYES_Y), (centre + EYE_DISTANCE / 2, EYES_Y), (centre, MOUTH_Y)], np.float32
    )
    if abs((left[0] - right[0]) * (mouth[1] - eyes[1]) - (left[1] - right[1]) * (mouth[0] - eyes[0])) < 1:
        return np.zeros((TEMPLATE_PX, TEMPLATE_PX), np.uint8)
    matrix = cv2.getAffineTransform(source, target)
    face = cv2.warpAffine(
        part, matrix, (TEMPLATE_PX, TEMPLATE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(face, np.uint8)


def pattern(part: Grey) -> NDArray[np.float32]:
    """A part as a flat vector without its mean brightness and contrast."""
    levels = part.astype(np.float32).ravel()
    levels -= levels.mean()
    return np.asarray(levels / (levels.std() + SPREAD_OFFSET), np.float32)


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(value, -30, 30))))
