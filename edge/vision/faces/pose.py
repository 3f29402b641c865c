"""A head's pose from five landmarks. Pure.

A fixed model face is fitted under weak perspective (one scale, no perspective within the face): the least-squares
affine map from the model's points to the landmarks, and then the closest rotation to it (DeMenthon and Davis 1995,
doi 10.1007/BF01450852; Horn et al. 1988, doi 10.1364/JOSAA.5.001127). Both have a closed form.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from edge.values import Point, Pose

# The right eye, the left eye, the tip of the nose, the right and the left corner of the mouth: centimetres to the
# picture's right, down and towards the camera. From MediaPipe's canonical face model, each eye as the middle of its
# corners. On FER2013's faces the median of each angle is within 2 degrees of 0.
MODEL_FACE_CM = (
    (-3.15, -2.62, 3.47),
    (3.15, -2.62, 3.47),
    (0.0, 1.13, 7.48),
    (-2.46, 4.34, 4.28),
    (2.46, 4.34, 4.28),
)
# Landmarks whose larger extent is below this are no face; neither is a face of which one extent is nearly 0.
MIN_EXTENT_PX = 1e-3


def estimate(landmarks: Sequence[Point]) -> Pose | None:
    """The pose of a head from its five landmarks, in pixels; None if they are in no plausible place.

    landmarks: in the order of MODEL_FACE_CM.
    """
    if not all(math.isfinite(value) and abs(value) < 1e9 for point in landmarks for value in point):
        return None
    across, down = (_fit([point[axis] for point in landmarks]) for axis in (0, 1))
    # The closest rotation to the rows of A is (A A')^(-1/2) A, and the root of a 2x2 matrix has a closed form.
    a, b, d = _dot(across, across), _dot(across, down), _dot(down, down)
    determinant = a * d - b * b
    if determinant <= MIN_EXTENT_PX**4:
        return None
    root = math.sqrt(determinant)
    scale = 1 / (root * math.sqrt(a + d + 2 * root))
    first = [scale * ((d + root) * u - b * v) for u, v in zip(across, down, strict=True)]
    second = [scale * ((a + root) * v - b * u) for u, v in zip(across, down, strict=True)]
    third = (
        first[1] * second[2] - first[2] * second[1],
        first[2] * second[0] - first[0] * second[2],
        first[0] * second[1] - first[1] * second[0],
    )
    return Pose(
        yaw=math.degrees(math.asin(max(-1.0, min(1.0, -third[0])))),
        pitch=math.degrees(math.atan2(-third[1], third[2])),
        roll=math.degrees(math.atan2(second[0], first[0])),
    )


def _pseudo_inverse() -> tuple[tuple[float, ...], ...]:
    """(3, 5): maps one coordinate of the landmarks to a row of the affine fit."""
    mean = [sum(point[axis] for point in MODEL_FACE_CM) / len(MODEL_FACE_CM) for axis in range(3)]
    x, y, z = ([point[axis] - mean[axis] for point in MODEL_FACE_CM] for axis in range(3))
    # The model is symmetric, so x is orthogonal to y and z, and the normal equations fall apart.
    yy, yz, zz = _dot(y, y), _dot(y, z), _dot(z, z)
    determinant = yy * zz - yz * yz
    return (
        tuple(u / _dot(x, x) for u in x),
        tuple((zz * v - yz * w) / determinant for v, w in zip(y, z, strict=True)),
        tuple((yy * w - yz * v) / determinant for v, w in zip(y, z, strict=True)),
    )


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return sum(u * v for u, v in zip(a, b, strict=True))


_PSEUDO_INVERSE = _pseudo_inverse()


def _fit(coordinates: Sequence[float]) -> list[float]:
    # The rows sum to 0, so the landmarks needn't be centred.
    return [_dot(row, coordinates) for row in _PSEUDO_INVERSE]
