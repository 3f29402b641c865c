"""Converting pictures to upright luma."""

from __future__ import annotations

import numpy as np
import pytest

from edge.camera.grey import full_range, to_grey, upright
from edge.config import CameraConfig

CONFIG = CameraConfig()
CORNERS = np.array([[1, 2], [3, 4]], np.uint8)


@pytest.mark.parametrize(
    ("rotate", "flip", "expected"),
    [
        (0, "none", [[1, 2], [3, 4]]),
        (90, "none", [[3, 1], [4, 2]]),
        (180, "none", [[4, 3], [2, 1]]),
        (270, "none", [[2, 4], [1, 3]]),
        (0, "horizontal", [[2, 1], [4, 3]]),
        (0, "vertical", [[3, 4], [1, 2]]),
        (90, "horizontal", [[1, 3], [2, 4]]),
        (90, "vertical", [[4, 2], [3, 1]]),
    ],
)
def test_a_picture_is_rotated_clockwise_then_flipped(rotate: int, flip: str, expected: list[list[int]]) -> None:
    config = CameraConfig.model_validate({"rotate": rotate, "flip": flip})
    assert upright(CORNERS, config).tolist() == expected
    assert to_grey(CORNERS, config).tolist() == expected


def test_video_range_becomes_full_range() -> None:
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    full = full_range(levels).reshape(-1)
    assert (full[:17] == 0).all() and (full[235:] == 255).all() and full[126] == 128
    assert (np.diff(full.astype(int)) >= 0).all()
    # Also for a plane that is a view of a wider buffer.
    assert full_range(levels[:, :7]).tolist() == full.reshape(16, 16)[:, :7].tolist()


@pytest.mark.parametrize("shape", [(20, 30), (20, 30, 1), (20, 30, 3), (20, 30, 4)])
def test_colours_are_removed(shape: tuple[int, ...]) -> None:
    grey = to_grey(np.full(shape, 90, np.uint8), CONFIG)
    assert grey.shape == (20, 30) and grey.dtype == np.uint8 and set(np.unique(grey)) == {90}


def test_large_and_16_bit_pictures_are_reduced() -> None:
    assert to_grey(np.zeros((1080, 1920), np.uint8), CONFIG).shape == (720, 1280)
    deep = to_grey(np.array([[0, 32768, 65535]], np.uint16), CONFIG)
    assert deep.tolist() == [[0, 128, 255]]
