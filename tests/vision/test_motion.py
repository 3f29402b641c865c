"""The motion gate: people count as motion, changes of exposure and light don't."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.values import Grey
from edge.vision.motion import MotionGate
from edge.vision.scheduler import MOTION_SHARE

RANDOM = np.random.default_rng(7)


def room() -> Grey:
    """A wall, a window and a shelf; nothing is so bright that a longer exposure could clip it."""
    picture = np.tile(np.linspace(60, 140, 640), (480, 1)).astype(np.uint8)
    picture[60:200, 400:560] = 180
    for x in range(40, 300, 30):
        picture[250:400, x : x + 20] = 40 + x // 4
    return picture


def change(before: Grey, after: Grey) -> float:
    motion = MotionGate()
    motion.measure(before)
    motion.set_reference()
    return motion.measure(after).elsewhere


def noisy(picture: Grey, sigma: float) -> Grey:
    return np.clip(picture + RANDOM.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8)


def test_the_first_picture_is_all_change() -> None:
    assert MotionGate().measure(room()).elsewhere == 1.0


def test_the_same_picture_is_no_change() -> None:
    assert change(room(), room()) == 0


@pytest.mark.parametrize("sigma", [2, 6, 15])
def test_noise_is_no_motion(sigma: float) -> None:
    assert change(noisy(room(), sigma), noisy(room(), sigma)) < MOTION_SHARE / 2


@pytest.mark.parametrize("gain", [0.5, 0.8, 0.9, 1.1, 1.25, 1.4])
def test_a_step_of_the_exposure_is_no_motion(gain: float) -> None:
    assert change(room(), np.clip(room() * gain, 0, 255).astype(np.uint8)) < MOTION_SHARE


@pytest.mark.parametrize("shift", [-30, -10, 10, 40])
def test_a_step_of_the_black_level_is_no_motion(shift: int) -> None:
    assert change(room(), (room().astype(int) + shift).astype(np.uint8)) < MOTION_SHARE


def test_the_bands_of_a_flickering_lamp_are_no_motion() -> None:
    bands = 1 + 0.03 * np.sin(np.linspace(0, 12, 480))[:, None]
    assert change(room(), (room() * bands).astype(np.uint8)) < MOTION_SHARE


@pytest.mark.parametrize("dark", [1.0, 0.3])
def test_somebody_who_comes_in_is_motion(dark: float) -> None:
    after = room()
    cv2.ellipse(after, (320, 300), (70, 180), 0, 0, 360, 20, -1)
    before, after = ((picture * dark).astype(np.uint8) for picture in (room(), after))
    assert change(before, after) > 2 * MOTION_SHARE


def test_somebody_who_comes_in_during_a_step_of_the_exposure_is_motion() -> None:
    after = (room() * 0.8).astype(np.uint8)
    cv2.ellipse(after, (320, 300), (70, 180), 0, 0, 360, 220, -1)
    assert change(room(), after) > 2 * MOTION_SHARE


def test_slow_motion_adds_up_until_the_next_look() -> None:
    motion = MotionGate()
    shares = []
    for step in range(40):
        picture = room()
        cv2.ellipse(picture, (200 + step, 300), (50, 120), 0, 0, 360, 20, -1)
        shares.append(motion.measure(picture).elsewhere)
        if step == 0:
            motion.set_reference()
    assert shares[1] < MOTION_SHARE < shares[-1]
    motion.set_reference()
    assert motion.measure(picture).elsewhere == 0


def test_after_clear_everything_is_change() -> None:
    motion = MotionGate()
    motion.measure(room())
    motion.set_reference()
    motion.clear()
    assert motion.measure(room()).elsewhere == 1.0
