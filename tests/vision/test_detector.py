"""Both detectors on the demo clip, and which one is used."""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from edge.camera.replay import open_replay
from edge.config import CameraConfig, VisionConfig
from edge.errors import ModelError
from edge.values import Box, Frame
from edge.vision.detector import YUNET_FILE, Detector, find_yunet, open_detector
from edge.vision.haar import Haar
from edge.vision.yunet import YuNet
from tests.waiting import PATIENCE


@pytest.fixture(params=["yunet", "haar"])
def detector(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Detector:
    if request.param == "yunet":
        monkeypatch.setenv("MOODROOM_MODELS", str(request.getfixturevalue("yunet_folder")))
    detector = open_detector(VisionConfig(detector=request.param), base=tmp_path)
    assert detector.name == request.param
    return detector


@pytest.fixture
def clip(demo_clip: Path) -> list[tuple[Frame, Box | None]]:
    """One frame of each second of the clip with the box of its face, except within a second of a change."""
    scenes = json.loads(demo_clip.with_suffix(".json").read_text())["scenes"]
    camera = open_replay(demo_clip, CameraConfig(), wait=lambda _: None, fast=True, loop=False)
    frames = []
    for frame in iter(camera.read, None):
        for scene in scenes:
            if frame.seq % 10 == 0 and scene["start"] + 1 <= frame.at <= scene["end"] - 1:
                frames.append((frame, Box(*scene["box"]) if scene["people"] else None))
    return frames


def test_the_face_in_the_clip_is_found_and_nothing_in_an_empty_room(
    detector: Detector, clip: list[tuple[Frame, Box | None]]
) -> None:
    empty = [frame for frame, box in clip if box is None]
    occupied = [(frame, box) for frame, box in clip if box is not None]
    assert len(empty) >= 10 and len(occupied) >= 35
    assert [frame.at for frame in empty if detector.find(frame.grey)] == []
    results = [(detector.find(frame.grey), box) for frame, box in occupied]
    # Faces move, so the box of the whole scene is only approximate.
    hits = [len(faces) == 1 and faces[0].box.overlap(box) > 0.25 for faces, box in results]
    assert sum(hits) >= 0.9 * len(hits)


def test_boxes_are_in_pixels_of_the_frame_at_any_size(detector: Detector, clip: list[tuple[Frame, Box | None]]) -> None:
    grey = next(frame.grey for frame, box in clip if box is not None)
    (face,) = detector.find(grey)
    (larger,) = detector.find(np.repeat(np.repeat(grey, 2, 0), 2, 1))
    assert Box(face.box.x * 2, face.box.y * 2, face.box.w * 2, face.box.h * 2).overlap(larger.box) > 0.8


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (240, 320), (33, 77)])
def test_pictures_of_any_shape_are_searched(detector: Detector, shape: tuple[int, int]) -> None:
    assert detector.find(np.full(shape, 128, np.uint8)) == []


def test_small_faces_are_ignored(yunet_folder: Path, clip: list[tuple[Frame, Box | None]]) -> None:
    grey = next(frame.grey for frame, box in clip if box is not None)
    for detector in (YuNet(yunet_folder / YUNET_FILE, min_score=0.7, min_face=300), Haar(min_face=300)):
        assert detector.find(grey) == []


# --- which one is used ------------------------------------------------------------------------------------------------


@pytest.fixture
def _no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOODROOM_MODELS", raising=False)


@pytest.mark.usefixtures("_no_models")
def test_yunet_by_name_requires_its_file(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="isn't in models/; run scripts/fetch_models"):
        open_detector(VisionConfig(detector="yunet"), base=tmp_path)


@pytest.mark.usefixtures("_no_models")
def test_auto_uses_haar_without_yunet_and_logs_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert open_detector(VisionConfig(), base=tmp_path).name == "haar"
    assert "run scripts/fetch_models to get it" in caplog.text


def test_auto_uses_yunet_if_its_file_is_present(
    yunet_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))
    assert open_detector(VisionConfig(), base=tmp_path).name == "yunet"
    assert open_detector(VisionConfig(detector="haar"), base=tmp_path).name == "haar"


def test_the_named_folder_is_searched_before_the_state_and_the_project(
    tmp_path: Path, state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOODROOM_MODELS", raising=False)
    assert find_yunet(tmp_path) is None
    for folder in (tmp_path / "models", state_folder, tmp_path / "named"):
        folder.mkdir()
        (folder / YUNET_FILE).touch()
        monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path / "named"))
        assert find_yunet(tmp_path) == folder / YUNET_FILE


def test_a_folder_that_cannot_be_entered_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state_folder: Path
) -> None:
    state_folder.mkdir()
    (state_folder / YUNET_FILE).touch()
    monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path / ("x" * 300)))
    assert find_yunet(tmp_path) == state_folder / YUNET_FILE


def test_a_folder_name_that_is_not_utf_8_is_one_sentence(tmp_path: Path, yunet_folder: Path) -> None:
    # OpenCV ends the process over such a name, so this runs in a separate one.
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    shutil.copy(yunet_folder / YUNET_FILE, folder)
    code = "from pathlib import Path; from edge.config import VisionConfig; from edge.vision import detector as d\n"
    code += "try:\n    d.open_detector(VisionConfig(), base=Path())\nexcept d.ModelError as error:\n    print(error)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "MOODROOM_MODELS": str(folder)},
        capture_output=True, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert "its name isn't UTF-8 text" in done.stdout


def test_a_file_that_is_not_yunet_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path))
    (tmp_path / YUNET_FILE).write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(ModelError, match="isn't the YuNet model; run scripts/fetch_models again"):
        open_detector(VisionConfig(), base=tmp_path)


@pytest.mark.parametrize("choice", ["auto", "yunet"])
def test_a_damaged_yunet_is_found_by_its_sum_before_it_is_loaded(
    choice: str, tmp_path: Path, yunet_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path))
    content = bytearray((yunet_folder / YUNET_FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / YUNET_FILE).write_bytes(content)
    with pytest.raises(ModelError, match="isn't the YuNet model; run scripts/fetch_models again"):
        open_detector(VisionConfig.model_validate({"detector": choice}), base=tmp_path)


def test_an_installed_device_is_told_of_no_script_that_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.vision.yunet.__file__", str(tmp_path / "site-packages/edge/vision/yunet.py"))
    monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path))
    (tmp_path / YUNET_FILE).write_bytes(b"damaged")
    with pytest.raises(ModelError, match="isn't the YuNet model; install Moodroom again"):
        open_detector(VisionConfig(), base=tmp_path)
    (tmp_path / YUNET_FILE).unlink()
    with pytest.raises(ModelError, match="isn't in models/; install Moodroom again"):
        open_detector(VisionConfig.model_validate({"detector": "yunet"}), base=tmp_path)


@pytest.mark.parametrize("choice", ["auto", "haar"])
def test_an_opencv_without_haar_is_one_sentence(choice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # OpenCV 5 has none.
    monkeypatch.delattr("cv2.CascadeClassifier")
    monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path))
    with pytest.raises(ModelError, match=r"vision.detector: OpenCV .* has no Haar detector; run scripts/fetch_models"):
        open_detector(VisionConfig.model_validate({"detector": choice}), base=tmp_path)
