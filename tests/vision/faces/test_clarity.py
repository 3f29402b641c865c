"""How clear the picture of a face is."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from edge.values import EXPRESSIONS, Grey
from edge.vision.faces.clarity import clarity
from tests.vision.outputs import demo_faces

DEMO = dict(zip(EXPRESSIONS, demo_faces(), strict=True))
DIRECTIONS_DEG = (0, 30, 45, 90, 150)


def moved(face: Grey, pixels: float, degrees: float) -> Grey:
    """A face that moved by so many pixels while the picture was taken, with a sensor's noise."""
    levels, angle = face.astype(np.float32), math.radians(degrees)
    steps = np.linspace(-pixels / 2, pixels / 2, 4 * round(pixels) + 1)
    shifts = [np.array([[1, 0, t * math.cos(angle)], [0, 1, t * math.sin(angle)]], np.float32) for t in steps]
    size = face.shape[::-1]
    blurred = np.mean([cv2.warpAffine(levels, m, size, borderMode=cv2.BORDER_REPLICATE) for m in shifts], axis=0)
    noisy = blurred + np.random.default_rng(1).normal(0, 0.5, face.shape)
    return np.asarray(np.clip(noisy, 0, 255), np.uint8)


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_face_at_rest_is_clear(name: str) -> None:
    assert clarity(DEMO[name]) > 0.9


@pytest.mark.parametrize("degrees", DIRECTIONS_DEG)
def test_the_more_a_face_moves_the_less_clear_it_is(degrees: float) -> None:
    """Whatever its direction; movement leaves the edges along it sharp."""
    every = np.array([[clarity(moved(face, pixels, degrees)) for pixels in (1, 6, 9, 12)] for face in DEMO.values()])
    clear = every.mean(axis=0)
    assert clear[0] > 0.95
    assert list(clear) == sorted(clear, reverse=True)
    assert clear[2] < 0.6 and clear[3] < 0.5


def test_a_blurred_face_and_noise_are_not_clear() -> None:
    noise = np.clip(np.random.default_rng(1).normal(128, 60, (48, 48)), 0, 255).astype(np.uint8)
    assert clarity(np.asarray(cv2.GaussianBlur(DEMO["happy"], (0, 0), 4), np.uint8)) < 0.35
    assert clarity(noise) < 0.2
    assert 0 <= clarity(np.full((48, 48), 90, np.uint8)) <= 0.2
