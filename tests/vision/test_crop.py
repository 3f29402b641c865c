"""Cropping a face to the classifier's input."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from edge.values import Box
from edge.vision.crop import cut, square

NUMBER = st.floats(-1e9, 1e9) | st.floats(-700, 700) | st.floats(width=32, allow_nan=False, allow_infinity=False)
SIZE = st.tuples(st.integers(1, 300), st.integers(1, 300))


@given(SIZE, NUMBER, NUMBER, NUMBER, NUMBER)
@example((480, 640), 1e4, 1e4, 10, 10)
@example((480, 640), -1e7, -1e7, 2e7, 2e7)
@example((480, 640), 0, 0, 2600, 2600)
@example((1, 1), 0, 0, 0, 0)
def test_any_box_returns_a_picture_of_the_right_size(
    size: tuple[int, int], x: float, y: float, w: float, h: float
) -> None:
    grey = np.full(size, 77, np.uint8)
    for box in (Box(x, y, w, h), square(Box(x, y, abs(w), abs(h)), margin=1.1, raised=0.02)):
        face = cut(grey, box, 48)
        assert face.shape == (48, 48) and face.dtype == np.uint8
        # The frame is all of one grey: so is each part of it, and everything outside is black.
        assert face.min() == face.max() and face.max() in (0, 77)


@given(
    st.floats(-600, 600),
    st.floats(-600, 600),
    st.floats(1, 400),
    st.floats(1, 400),
    st.floats(0.5, 2),
    st.floats(-0.3, 0.3),
)
def test_the_square_follows_margin_and_raise(
    x: float, y: float, w: float, h: float, margin: float, raised: float
) -> None:
    box = square(Box(x, y, w, h), margin=margin, raised=raised)
    assert box.w == box.h == pytest.approx(margin * math.sqrt(w * h))
    assert box.centre == (pytest.approx(x + w / 2, abs=1e-6), pytest.approx(y + h / 2 - raised * h, abs=1e-6))


def test_the_square_in_numbers() -> None:
    assert square(Box(100, 100, 40, 90), margin=1.5, raised=0.1) == Box(75, 91, 90, 90)


def test_the_part_in_the_box_is_returned() -> None:
    grey = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert np.array_equal(cut(grey, Box(2, 3, 4, 4), 4), grey[3:7, 2:6])
    assert np.array_equal(cut(grey, Box(2.9, 3.9, 4.2, 4.2), 4), grey[3:7, 2:6])


def test_the_edge_is_repeated_beyond_the_frame() -> None:
    grey = np.arange(100, dtype=np.uint8).reshape(10, 10)
    assert np.array_equal(cut(grey, Box(-2, -2, 4, 4), 4), [[0, 0, 0, 1], [0, 0, 0, 1], [0, 0, 0, 1], [10, 10, 10, 11]])
    assert np.array_equal(cut(grey, Box(8, 8, 4, 4), 4)[-1], [98, 99, 99, 99])


def test_a_large_face_is_averaged_and_a_small_one_is_enlarged() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (480, 480), np.uint8)
    assert cut(noise, Box(0, 0, 480, 480), 48).std() < 12 < cut(noise, Box(0, 0, 24, 24), 48).std()


def test_a_box_too_large_for_a_face_is_black() -> None:
    grey = np.full((480, 640), 200, np.uint8)
    assert cut(grey, Box(-50000, -50000, 100000, 100000), 48).max() == 0
    assert cut(grey, Box(-500, -500, 1500, 1500), 48).min() == 200
