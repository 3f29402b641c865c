"""How far a face moved, in any light: drawn faces without a detector."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import scenes
from edge.values import Box, Grey
from edge.vision.liveness.registration import Reference, area_around
from edge.vision.liveness.shake import Scene

FACE = scenes.composites()["happy"][0]
BOX = Box(85.0, 80.0, 40.0, 50.0)


def _picture(x: float = 0.0, y: float = 0.0, *, face: Grey = FACE, seed: int = 1, noise: float = 2.0) -> Grey:
    """A wall with a face of 40 pixels, moved by a part of a pixel."""
    random = np.random.default_rng(seed)
    side = 50.0
    matrix = np.array([[side / 192, 0, 105 - side / 2 + x], [0, side / 192, 105 - side / 2 + y]])
    matrix[:, 2] = 3 * matrix[:, 2] + 1
    matrix[:, :2] *= 3
    wall = np.full((3 * 200, 3 * 200), 140.0, np.float32)
    drawn = cv2.warpAffine(face.astype(np.float32), matrix, (600, 600), dst=wall, borderMode=cv2.BORDER_TRANSPARENT)
    small = cv2.resize(drawn, (200, 200), interpolation=cv2.INTER_AREA)
    return np.clip(small + random.normal(0, noise, small.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("x", "y"), [(0.3, 0.0), (0.0, -0.4), (0.5, 0.5)])
def test_a_face_that_moves_by_part_of_a_pixel_is_noticed_and_measured(x: float, y: float) -> None:
    movement = Reference(_picture(), area_around(BOX)).compare(_picture(x, y, seed=2))
    assert movement.evidence > 50
    assert movement.x == pytest.approx(x, abs=0.15)
    assert movement.y == pytest.approx(y, abs=0.15)


@pytest.mark.parametrize("gain", [0.5, 0.8, 1.0, 1.25])
@pytest.mark.parametrize("offset", [-10.0, 0.0, 20.0])
def test_light_and_noise_move_nothing(gain: float, offset: float) -> None:
    reference = Reference(_picture(), area_around(BOX))
    for seed in range(2, 12):
        slope = np.linspace(0.85, 1.15, 200)
        lit = np.clip(_picture(seed=seed) * gain * slope + offset, 0, 255).astype(np.uint8)
        movement = reference.compare(lit)
        assert movement.evidence < 20
        assert movement.likeness > 0.9


def test_another_face_in_the_same_place_is_another_one() -> None:
    reference = Reference(_picture(), area_around(BOX))
    texture = cv2.GaussianBlur(np.random.default_rng(4).uniform(0, 255, FACE.shape).astype(np.float32), (0, 0), 12)
    other = _picture(face=np.clip(128 + 8 * (texture - texture.mean()), 0, 255).astype(np.uint8), seed=2)
    assert reference.compare(other).likeness < 0.88
    assert reference.resembles(other, area_around(BOX)) < 0.6
    assert reference.resembles(_picture(seed=3), area_around(BOX)) > 0.9


def test_a_face_is_found_where_it_was_a_moment_before() -> None:
    now = Reference(_picture(), area_around(BOX))
    found = now.find(_picture(12.0, -6.0, seed=2))
    assert (found.x, found.y) == pytest.approx((12.0, -6.0), abs=2.0)
    assert found.likeness > 0.8 > found.likeness_here
    still = now.find(_picture(seed=3))
    assert still.likeness == still.likeness_here


def test_a_patch_without_edges_never_moves() -> None:
    plain = np.full((200, 200), 90, np.uint8)
    movement = Reference(plain, area_around(BOX)).compare(plain)
    assert movement.pixels == 0
    assert Reference(plain, area_around(Box(-500, -500, 40, 50))).compare(plain).pixels == 0


def test_a_camera_that_moves_takes_everything_along() -> None:
    random = np.random.default_rng(5)
    room = cv2.GaussianBlur(random.uniform(0, 255, (480, 640)).astype(np.float32), (0, 0), 4)
    room = (128 + 6 * (room - room.mean())).clip(0, 255).astype(np.uint8)
    moved = cv2.warpAffine(room, np.array([[1.0, 0, 1.5], [0, 1.0, -1.0]]), (640, 480), borderMode=cv2.BORDER_REFLECT)
    scene = Scene(room)
    place = (320.0, 240.0)
    assert scene.shift(moved, place) == pytest.approx((1.5, -1.0), abs=0.5)
    assert scene.follows(moved, place, 1.5, -1.0)
    assert not scene.follows(moved, place, -2.0, 3.0)
    assert not scene.follows(room, place, 1.0, 0.0)
