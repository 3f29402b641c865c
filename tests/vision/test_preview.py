"""The picture for aiming the camera: made once for each request, and never without one."""

from __future__ import annotations

import threading
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera.opening import open_camera
from edge.config import CameraConfig, VisionConfig
from edge.errors import CameraError
from edge.values import Box, Face, Frame
from edge.vision import preview as module
from edge.vision.preview import AimedPicture, Preview, annotated

GREY = np.full((480, 640), 90, np.uint8)


def decoded(data: bytes | None) -> np.ndarray:
    assert data is not None
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    return picture


def test_a_box_is_drawn_round_each_face() -> None:
    picture = decoded(annotated(GREY, [Face(Box(200, 100, 100, 120), 0.9)]))
    assert picture.shape == (480, 640)
    assert picture[100:220, 198:203].max() > 200
    assert abs(int(picture[160, 250]) - 90) < 10
    assert abs(int(picture[400, 50]) - 90) < 10


def test_a_large_picture_and_its_boxes_are_reduced() -> None:
    picture = decoded(annotated(np.full((960, 1280), 90, np.uint8), [Face(Box(400, 200, 200, 240), 0.9)]))
    assert picture.shape == (480, 640)
    assert picture[100:220, 198:203].max() > 200


def test_a_request_is_answered_once_with_the_next_frame(demo_clip: Path, root: Path) -> None:
    config = CameraConfig(source=str(demo_clip))
    camera = open_camera(config, wait=lambda _: None, fast=True)
    frames = []
    while (frame := camera.read()) is not None and frame.at < 17:
        frames.append(frame)
    camera.close()
    preview = Preview(VisionConfig(detector="haar"), base=root)
    preview.offer(frames[0])
    results: list[bytes | None] = []
    thread = threading.Thread(target=lambda: results.append(preview.request(10.0)))
    thread.start()
    while not results:
        preview.offer(frames[-1])
    thread.join()
    picture = decoded(results[0])
    # The box is white, unlike anything in that part of the clip.
    changed = np.abs(picture.astype(int) - frames[-1].grey) > 60
    assert changed.sum() > 300


def test_without_a_request_nothing_is_made(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    made: list[int] = []
    monkeypatch.setattr(module, "annotated", lambda *_: made.append(1) or b"")
    preview = Preview(VisionConfig(detector="haar"), base=root)
    preview.offer(Frame(0, 0.0, GREY))
    assert preview.request(0.05) is None
    preview.offer(Frame(0, 0.0, GREY))
    assert made == []


def test_an_error_is_raised_by_the_request_only(root: Path) -> None:
    preview = Preview(VisionConfig(detector="haar"), base=root)
    errors: list[str] = []

    def request() -> None:
        try:
            preview.request(10.0)
        except CameraError as error:
            errors.append(str(error))

    thread = threading.Thread(target=request)
    thread.start()
    while not errors:
        preview.offer(Frame(0, 0.0, np.zeros((0, 0), np.uint8)))
    thread.join()
    assert "picture couldn't be made" in errors[0]


def test_a_picture_for_aiming_is_turned_clockwise_and_has_no_boxes(root: Path) -> None:
    grey = GREY.copy()
    grey[:240] = 200
    preview = Preview(VisionConfig(detector="haar"), base=root)
    results: list[AimedPicture | None] = []
    thread = threading.Thread(target=lambda: results.append(preview.aim(1, 10.0)))
    thread.start()
    while not results:
        preview.offer(Frame(0, 0.0, grey))
    thread.join()
    found = results[0]
    assert found is not None and (found.faces, found.widths) == ([], [])
    picture = decoded(found.jpeg)
    # The upper half is now the right one.
    assert picture.shape == (640, 480)
    assert picture[:, 300:].min() > 150 and picture[:, :180].max() < 150
