"""How much a face changed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.values import Box, Grey
from edge.vision.faces.change import FacePicture
from edge.vision.faces.reader import UNCHANGED_MAX
from tests.vision.outputs import demo_faces

AREA = Box(100.0, 60.0, 130.0, 130.0)


def room(face: Grey, *, x: float = 0.0, y: float = 0.0, seed: int = 1, gain: float = 1.0, noise: float = 2.0) -> Grey:
    """A face in a wall, moved by so many pixels, in so much light."""
    picture = np.full((240, 320), 140.0, np.float32)
    picture[60:190, 100:230] = cv2.resize(face, (130, 130), interpolation=cv2.INTER_CUBIC)
    moved = cv2.warpAffine(picture, np.array([[1, 0, x], [0, 1, y]]), (320, 240), borderMode=cv2.BORDER_REPLICATE)
    noisy = gain * moved + np.random.default_rng(seed).normal(0, noise, moved.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


@pytest.mark.parametrize("face", demo_faces())
def test_noise_light_and_a_small_movement_are_no_change(face: Grey) -> None:
    before = FacePicture(room(face), AREA)
    assert before.change(room(face)) == pytest.approx(0, abs=1e-3)
    assert before.change(room(face, seed=2)) < UNCHANGED_MAX / 2
    assert before.change(room(face, seed=2, gain=0.7)) < UNCHANGED_MAX
    assert before.change(room(face, seed=2, x=1.5, y=-1.0)) < UNCHANGED_MAX


def test_another_expression_is_a_change() -> None:
    faces = demo_faces()
    for a, before in enumerate(faces):
        for b, now in enumerate(faces):
            if a != b:
                assert FacePicture(room(before), AREA).change(room(now, seed=2)) > UNCHANGED_MAX, (a, b)


def test_a_mouth_alone_is_a_change() -> None:
    for face in demo_faces():
        smiling = face.copy()
        cv2.ellipse(smiling, (24, 36), (7, 3), 0, 0, 360, 235, -1)
        assert FacePicture(room(face), AREA).change(room(smiling, seed=2)) > UNCHANGED_MAX


def test_an_area_outside_the_frame_has_no_change() -> None:
    outside = FacePicture(room(demo_faces()[0]), Box(-400.0, -400.0, 130.0, 130.0))
    assert np.isfinite(outside.change(room(demo_faces()[1])))
