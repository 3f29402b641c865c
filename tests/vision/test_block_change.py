"""Blocks that changed: edges that move do it, noise and light don't."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from edge.values import Grey
from edge.vision.block_change import BlockChange

RANDOM = np.random.default_rng(5)


def room(x: float = 320.0, hair: int = 40) -> Grey:
    """A wall with a shelf, and the back of a head at x."""
    picture = np.tile(np.linspace(60, 140, 640), (480, 1)).astype(np.uint8)
    for book in range(40, 240, 30):
        picture[60:180, book : book + 20] = 40 + book // 2
    picture[60:180, 400:600] = 190
    cv2.ellipse(picture, (round(16 * x), 16 * 260), (16 * 55, 16 * 70), 0, 0, 360, hair, -1, cv2.LINE_AA, 4)
    return picture


def noisy(picture: Grey, sigma: float) -> Grey:
    return np.clip(picture + RANDOM.normal(0, sigma, picture.shape), 0, 255).astype(np.uint8)


def changed(before: Grey, after: Grey) -> int:
    change = BlockChange()
    assert change.measure(before) is None
    found = change.measure(after)
    assert found is not None and found[0].shape == found[1].shape == (30, 40)
    return int(np.count_nonzero(found[0]))


@pytest.mark.parametrize("sigma", [0.0, 2.0, 6.0, 15.0])
def test_noise_changes_nothing(sigma: float) -> None:
    assert changed(noisy(room(), sigma), noisy(room(), sigma)) == 0


@pytest.mark.parametrize("gain", [0.5, 0.8, 1.2, 1.3])
def test_a_light_that_is_switched_changes_nothing(gain: float) -> None:
    assert changed(noisy(room(), 2), noisy(np.clip(room() * gain, 0, 255).astype(np.uint8), 2)) <= 1


def test_a_lamp_in_one_corner_changes_nothing() -> None:
    rows, columns = np.mgrid[0:480, 0:640]
    halo = 1 + 0.3 * np.exp(-((rows - 240) ** 2 + (columns - 360) ** 2) / (2 * 140.0**2))
    assert changed(noisy(room(), 2), noisy(np.clip(room() * halo, 0, 255).astype(np.uint8), 2)) <= 1


def test_the_bands_of_a_lamp_that_flickers_change_nothing() -> None:
    bands = [1 + 0.15 * np.sin(np.linspace(0, 16, 480) + phase)[:, None] for phase in (0.0, 2.0)]
    before, after = (noisy((room() * band).astype(np.uint8), 2) for band in bands)
    assert changed(before, after) == 0


@pytest.mark.parametrize("shift", [1.0, 2.0, 10.0, 60.0])
@pytest.mark.parametrize("gain", [1.0, 0.7])
def test_a_head_that_moves_changes_its_outline(shift: float, gain: float) -> None:
    after = (room(320 + shift) * gain).astype(np.uint8)
    assert changed(noisy(room(), 2), noisy(after, 2)) >= 4


def test_another_size_of_picture_is_a_new_reference() -> None:
    change = BlockChange()
    change.measure(room())
    assert change.measure(room()[:360]) is None
    change.clear()
    assert change.measure(room()[:360]) is None
