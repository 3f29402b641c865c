"""How far a face looks into the camera."""

from __future__ import annotations

import pytest

from edge.values import Box, Face, Pose
from edge.vision.faces.facing import FACING_MIN, bowed_by, facing

FRONTAL = Pose(0.0, 2.0, 0.0)


def face(eyes_in_box: float, pose: Pose, frontal: float = 1.0) -> Face:
    """A face of 100 x 130 pixels whose eyes are this share below the top of its box."""
    y = 50 + 130 * eyes_in_box
    points = ((120.0, y), (160.0, y), (140.0, y + 23), (124.0, y + 41), (156.0, y + 41))
    return Face(Box(90, 50, 100, 130), 0.9, frontal, points, pose)


def test_a_frontal_face_faces_the_camera_whatever_is_known_of_it() -> None:
    assert facing(face(0.37, FRONTAL)) == 1
    assert facing(Face(Box(0, 0, 10, 10), 0.9)) == 1, "a detector without landmarks"
    assert bowed_by(Face(Box(0, 0, 10, 10), 0.9)) == 0


@pytest.mark.parametrize(
    ("eyes", "pitch"), [(0.43, 5.0), (0.40, 8.0), (0.32, -6.0)], ids=["low eyes", "a little bowed", "a little raised"]
)
def test_what_many_frontal_faces_show_is_no_bow(eyes: float, pitch: float) -> None:
    assert facing(face(eyes, Pose(0.0, pitch, 0.0))) == 1


def test_a_face_counts_less_the_more_it_is_bowed_or_raised() -> None:
    bows = [facing(face(0.37 + 0.1 * share, Pose(0.0, 2 + 14 * share, 0.0))) for share in (0, 0.5, 0.65, 0.75, 1)]
    assert bows == sorted(bows, reverse=True) and bows[0] == 1 and 0.3 < bows[2] < 1 and bows[-1] == FACING_MIN
    assert facing(face(0.25, Pose(0.0, -15.0, 0.0))) == FACING_MIN, "raised"


def test_yaw_and_pitch_add_up() -> None:
    assert facing(face(0.37, FRONTAL, frontal=0.6)) == pytest.approx(0.6)
    assert facing(face(0.45, Pose(0.0, 10.0, 0.0), frontal=0.6)) < 0.5
