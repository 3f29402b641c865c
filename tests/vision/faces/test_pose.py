"""The pose of a head from five landmarks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from edge.vision.faces.pose import MODEL_FACE_CM, estimate


def landmarks(yaw: float = 0, pitch: float = 0, roll: float = 0, scale: float = 5) -> list[tuple[float, float]]:
    """The model face, first bowed, then turned, then tilted, as a camera sees it from afar."""
    y, p, r = map(math.radians, (yaw, pitch, roll))
    bow = np.array([[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]])
    turn = np.array([[math.cos(y), 0, math.sin(y)], [0, 1, 0], [-math.sin(y), 0, math.cos(y)]])
    tilt = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    points = np.array(MODEL_FACE_CM) @ (tilt @ turn @ bow).T
    return [(320 + scale * float(x), 240 + scale * float(down)) for x, down, _ in points]


@pytest.mark.parametrize("angles", [(0, 0, 0), (30, 0, 0), (0, 35, 0), (0, -25, 0), (0, 0, 40), (-20, 30, 15)])
def test_the_angles_of_a_turned_head_are_found_again(angles: tuple[float, float, float]) -> None:
    pose = estimate(landmarks(*angles))
    assert pose is not None
    assert (pose.yaw, pose.pitch, pose.roll) == pytest.approx(angles, abs=1e-6)


def test_the_pose_does_not_depend_on_the_size_of_the_face() -> None:
    near, far = (estimate(landmarks(10, 20, 5, scale=scale)) for scale in (1, 90))
    assert near is not None and far is not None
    assert (near.yaw, near.pitch, near.roll) == pytest.approx((far.yaw, far.pitch, far.roll))


def test_a_landmark_that_is_a_pixel_off_changes_the_pose_by_a_few_degrees() -> None:
    """On a face of about 60 pixels."""
    points = landmarks()
    for index in range(5):
        moved = [(x + (i == index), y + (i == index)) for i, (x, y) in enumerate(points)]
        pose = estimate(moved)
        assert pose is not None
        assert max(abs(pose.yaw), abs(pose.pitch), abs(pose.roll)) < 6


@pytest.mark.parametrize(
    "points",
    [
        [(0.0, 0.0)] * 5,
        [(float(i), 10.0) for i in range(5)],
        [(math.nan, 0.0), *landmarks()[1:]],
        [(math.inf, 0.0), *landmarks()[1:]],
        [(3e38, 0.0), *landmarks()[1:]],
    ],
    ids=["one point", "a line", "nan", "infinite", "enormous"],
)
def test_points_that_are_no_face_have_no_pose(points: list[tuple[float, float]]) -> None:
    assert estimate(points) is None
