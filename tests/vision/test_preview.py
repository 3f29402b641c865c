"""The one picture for aiming: handed over once, and never made unasked."""

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
from edge.vision import preview as view
from edge.vision.preview import Preview, annotated

GREY = np.full((480, 640), 90, np.uint8)


def decoded(data: bytes | None) -> np.ndarray:
    assert data is not None
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)


def test_a_box_is_drawn_round_each_face() -> None:
    picture = decoded(annotated(GREY, [Face(Box(200, 100, 100, 120), 0.9)]))
    assert picture.shape == (480, 640)
    assert picture[100:220, 198:203].max() > 200
    assert abs(int(picture[160, 250]) - 90) < 10
    assert abs(int(picture[400, 50]) - 90) < 10


def test_a_large_picture_is_made_smaller_and_the_boxes_with_it() -> None:
    picture = decoded(annotated(np.full((960, 1280), 90, np.uint8), [Face(Box(400, 200, 200, 240), 0.9)]))
    assert picture.shape == (480, 640)
    assert picture[100:220, 198:203].max() > 200


def test_who_asks_gets_the_next_frame_once(demo_clip: Path, root: Path) -> None:
    config = CameraConfig(source=str(demo_clip))
    camera = open_camera(config, wait=lambda _: None, fast=True)
    frames = []
    while (frame := camera.read()) is not None and frame.at < 17:
        frames.append(frame)
    camera.close()
    asking = Preview(VisionConfig(detector="haar"), base=root)
    asking.offer(frames[0])
    found: list[bytes | None] = []
    thread = threading.Thread(target=lambda: found.append(asking.ask(10.0)))
    thread.start()
    while not found:
        asking.offer(frames[-1])
    thread.join()
    picture = decoded(found[0])
    # The box is white, and nothing in the clip is where it runs.
    changed = np.abs(picture.astype(int) - frames[-1].grey) > 60
    assert changed.sum() > 300


def test_nobody_asks_and_nothing_is_made(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    made: list[int] = []
    monkeypatch.setattr(view, "annotated", lambda *_: made.append(1) or b"")
    asking = Preview(VisionConfig(detector="haar"), base=root)
    asking.offer(Frame(0, 0.0, GREY))
    assert asking.ask(0.05) is None
    asking.offer(Frame(0, 0.0, GREY))
    assert made == []


def test_a_picture_that_cant_be_made_is_told_to_who_asked_alone(root: Path) -> None:
    asking = Preview(VisionConfig(detector="haar"), base=root)
    told: list[str] = []

    def ask() -> None:
        try:
            asking.ask(10.0)
        except CameraError as error:
            told.append(str(error))

    thread = threading.Thread(target=ask)
    thread.start()
    while not told:
        asking.offer(Frame(0, 0.0, np.zeros((0, 0), np.uint8)))
    thread.join()
    assert "picture couldn't be made" in told[0]
