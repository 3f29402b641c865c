"""YuNet's results: which are kept, and in which order."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import scenes
from edge.values import Box, Face
from edge.vision.detector import YUNET_FILE
from edge.vision.yunet import YuNet


class Net:
    """A fake of YuNet's network. rows: x, y, w, h, score; the landmarks are 0."""

    def __init__(self, *rows: tuple[float, float, float, float, float]) -> None:
        self.rows = np.array([[*row[:4], *[0] * 10, row[4]] for row in rows], np.float32) if rows else None

    def setInputSize(self, size: tuple[int, int]) -> None:  # noqa: N802
        self.size = size

    def detect(self, picture: np.ndarray) -> tuple[int, object]:
        assert picture.shape == (self.size[1], self.size[0], 3)
        return 1, self.rows


@pytest.fixture
def yunet(yunet_folder: Path) -> YuNet:
    return YuNet(yunet_folder / YUNET_FILE, min_score=0.7, min_face=28)


def test_boxes_that_are_not_finite_are_dropped(yunet: YuNet, monkeypatch: pytest.MonkeyPatch) -> None:
    inf, nan = float("inf"), float("nan")
    good = (10, 20, 40, 50, 0.9)
    bad = [
        (inf, 20, 40, 50, 0.9),
        (10, -inf, 40, 50, 0.9),
        (10, 20, inf, inf, 0.9),
        (10, nan, 40, 50, 0.9),
        (10, 20, 40, 50, nan),
    ]
    monkeypatch.setattr(yunet, "_net", Net(*bad, good))
    (face,) = yunet.find(np.zeros((240, 320), np.uint8))
    assert face == Face(Box(10, 20, 40, 50), pytest.approx(0.9))


def test_the_most_certain_face_comes_first_and_scores_end_at_one(yunet: YuNet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yunet, "_net", Net((0, 0, 40, 40, 0.8), (50, 0, 40, 40, 1.25), (90, 0, 40, 40, 0.9)))
    assert [face.score for face in yunet.find(np.zeros((240, 320), np.uint8))] == pytest.approx([1.0, 0.9, 0.8])


def test_no_rows_are_no_faces(yunet: YuNet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yunet, "_net", Net())
    assert yunet.find(np.zeros((480, 640), np.uint8)) == []


def test_landmarks_and_pose_are_those_of_the_frame(yunet: YuNet, yunet_folder: Path) -> None:
    """A face in a frame twice as wide as the search, found in the whole frame and again in a region."""
    picture = np.full((480, 640), 120, np.uint8)
    face = cv2.resize(scenes.composites()["neutral"][0], (150, 150), interpolation=cv2.INTER_AREA)
    picture[180:330, 300:450] = face
    (found,) = yunet.find(picture)
    again = yunet.find_near(picture, found.box)
    assert again is not None
    for one in (found, again):
        assert one.landmarks is not None and one.pose is not None
        (right_x, right_y), (left_x, left_y), (nose_x, nose_y), (_, mouth_y), _ = one.landmarks
        assert 300 < right_x < nose_x < left_x < 450
        assert 180 < min(right_y, left_y) < nose_y < mouth_y < 330
        assert max(abs(one.pose.yaw), abs(one.pose.pitch), abs(one.pose.roll)) < 12
    assert np.allclose(found.landmarks, again.landmarks, atol=4)
