"""Both detectors, on the clip that comes with the project and on what they may not believe."""

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
from edge.values import Box, Face, Frame
from edge.vision.detector import YUNET_FILE, Detector, Haar, YuNet, find_yunet, open_detector
from tests.waiting import PATIENCE


@pytest.fixture(params=["yunet", "haar"])
def detector(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Detector:
    if request.param == "yunet":
        monkeypatch.setenv("MOODROOM_MODELS", str(request.getfixturevalue("yunet_folder")))
    found = open_detector(VisionConfig(detector=request.param), base=tmp_path)
    assert found.name == request.param
    return found


@pytest.fixture
def clip(demo_clip: Path) -> list[tuple[Frame, Box | None]]:
    """A frame of each second of the clip, with the place of its face; not within a second of a change."""
    scenes = json.loads(demo_clip.with_suffix(".json").read_text())["scenes"]
    camera = open_replay(demo_clip, CameraConfig(), wait=lambda _: None, fast=True, loop=False)
    found = []
    for frame in iter(camera.read, None):
        for scene in scenes:
            if frame.seq % 10 == 0 and scene["start"] + 1 <= frame.at <= scene["end"] - 1:
                found.append((frame, Box(*scene["box"]) if scene["people"] else None))
    return found


def test_the_clip_s_face_is_found_and_nothing_where_nobody_is(
    detector: Detector, clip: list[tuple[Frame, Box | None]]
) -> None:
    empty = [frame for frame, box in clip if box is None]
    occupied = [(frame, box) for frame, box in clip if box is not None]
    assert len(empty) >= 10 and len(occupied) >= 35
    assert [frame.at for frame in empty if detector.find(frame.grey)] == []
    found = [(detector.find(frame.grey), box) for frame, box in occupied]
    # Faces move, so the box of the whole scene is only about where they are.
    hits = [len(faces) == 1 and faces[0].box.overlap(box) > 0.25 for faces, box in found]
    assert sum(hits) >= 0.9 * len(hits)


def test_a_face_s_place_is_in_pixels_of_the_frame_however_large_it_is(
    detector: Detector, clip: list[tuple[Frame, Box | None]]
) -> None:
    grey = next(frame.grey for frame, box in clip if box is not None)
    (face,) = detector.find(grey)
    (larger,) = detector.find(np.repeat(np.repeat(grey, 2, 0), 2, 1))
    assert Box(face.box.x * 2, face.box.y * 2, face.box.w * 2, face.box.h * 2).overlap(larger.box) > 0.8


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (700, 3), (240, 320), (33, 77)])
def test_pictures_of_any_shape_are_no_trouble(detector: Detector, shape: tuple[int, int]) -> None:
    assert detector.find(np.full(shape, 128, np.uint8)) == []


def test_small_faces_are_passed_over(yunet_folder: Path, clip: list[tuple[Frame, Box | None]]) -> None:
    grey = next(frame.grey for frame, box in clip if box is not None)
    for detector in (YuNet(yunet_folder / YUNET_FILE, min_score=0.7, min_face=300), Haar(min_face=300)):
        assert detector.find(grey) == []


class Net:
    """In place of YuNet's network: rows of x, y, w, h, ten landmarks, score."""

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


def test_boxes_that_aren_t_numbers_are_dropped(yunet: YuNet, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_the_surest_face_comes_first_and_none_is_surer_than_one(yunet: YuNet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yunet, "_net", Net((0, 0, 40, 40, 0.8), (50, 0, 40, 40, 1.25), (90, 0, 40, 40, 0.9)))
    assert [face.score for face in yunet.find(np.zeros((240, 320), np.uint8))] == pytest.approx([1.0, 0.9, 0.8])


def test_no_rows_are_no_faces(yunet: YuNet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yunet, "_net", Net())
    assert yunet.find(np.zeros((480, 640), np.uint8)) == []


# --- which one is taken -----------------------------------------------------------------------------------------------


@pytest.fixture
def _nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOODROOM_MODELS", raising=False)


@pytest.mark.usefixtures("_nowhere")
def test_yunet_that_was_asked_for_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="isn't in models/; run scripts/fetch_models"):
        open_detector(VisionConfig(detector="yunet"), base=tmp_path)


@pytest.mark.usefixtures("_nowhere")
def test_auto_takes_haar_where_yunet_is_missing_and_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert open_detector(VisionConfig(), base=tmp_path).name == "haar"
    assert "scripts/fetch_models brings it" in caplog.text


def test_auto_takes_yunet_where_it_is_there(
    yunet_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))
    assert open_detector(VisionConfig(), base=tmp_path).name == "yunet"
    assert open_detector(VisionConfig(detector="haar"), base=tmp_path).name == "haar"


def test_the_folder_that_was_named_is_searched_before_the_state_and_the_project(
    tmp_path: Path, state_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOODROOM_MODELS", raising=False)
    assert find_yunet(tmp_path) is None
    for folder in (tmp_path / "models", state_folder, tmp_path / "named"):
        folder.mkdir()
        (folder / YUNET_FILE).touch()
        monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path / "named"))
        assert find_yunet(tmp_path) == folder / YUNET_FILE


def test_a_folder_that_can_t_be_looked_into_holds_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state_folder: Path
) -> None:
    state_folder.mkdir()
    (state_folder / YUNET_FILE).touch()
    monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path / ("x" * 300)))
    assert find_yunet(tmp_path) == state_folder / YUNET_FILE


def test_a_folder_whose_name_isn_t_utf_8_is_one_sentence(tmp_path: Path, yunet_folder: Path) -> None:
    # OpenCV ends the process over such a name, so in a process of its own.
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


def test_a_file_that_isn_t_yunet_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(tmp_path))
    (tmp_path / YUNET_FILE).write_bytes(b"version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(ModelError, match="isn't the YuNet model; run scripts/fetch_models again"):
        open_detector(VisionConfig(), base=tmp_path)
