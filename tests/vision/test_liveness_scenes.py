"""Pictures, televisions and people who keep still, through the real detector and pipeline.

More seeds and the figures: `scripts/measure/liveness.py`.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

import liveness
import scenes
from edge.config import Config
from edge.values import Frame
from edge.vision.detector import YUNET_FILE
from edge.vision.pipeline import BASE, Pipeline

DATA = Path(__file__).parents[3] / "shared" / "data" / "fer2013.npz"


@pytest.fixture(autouse=True)
def _yunet(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (yunet_folder / YUNET_FILE).is_file()
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))


def _composites() -> np.ndarray:
    faces = [tiles[0] for tiles in scenes.composites().values()]
    return np.stack([cv2.resize(face, (48, 48), interpolation=cv2.INTER_AREA) for face in faces])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_picture_is_nobody(seed: int) -> None:
    result = liveness.run("picture", seed, _composites(), 40.0)
    assert result.first is None, result


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_somebody_who_keeps_still_is_somebody(seed: int) -> None:
    result = liveness.run("person", seed, _composites(), 60.0)
    assert result.first is not None, result
    assert result.first <= liveness.JUDGED_AFTER_S
    assert result.lost == 0, result


@pytest.mark.parametrize("seed", [1, 2])
def test_a_television_is_known_by_its_first_cuts(seed: int) -> None:
    result = liveness.run("television", seed, _composites(), 30.0)
    assert result.counted < 8.0, result
    assert not result.presence or not result.presence[-1][1]


@pytest.mark.skipif(not DATA.is_file(), reason="needs FER2013's faces in ../shared/data")
def test_photographs_of_many_people_are_nobody() -> None:
    faces = liveness.load_faces(DATA)
    assert all(liveness.run("picture", seed, faces, 30.0).first is None for seed in range(10, 14))


def test_a_face_in_an_ignored_area_is_not_looked_for() -> None:
    room = liveness.Room("person", 1, _composites())
    x, y = room.place
    corner = [round(min(max(x / 640 - 0.15, 0), 0.7), 3), round(min(max(y / 480 - 0.2, 0), 0.6), 3), 0.3, 0.4]
    found = liveness.run("person", 1, _composites(), 15.0)
    assert found.first is not None
    config = Config.model_validate({"vision": {"ignore": [corner]}})
    assert liveness.run("person", 1, _composites(), 15.0, config).first is None


@pytest.mark.parametrize(("ignore", "present"), [([], True), ([[0.6, 0.2, 0.2, 0.4]], False)])
def test_what_moves_in_an_ignored_area_keeps_nobody_present(ignore: list[list[float]], present: bool) -> None:
    """Beside the person who leaves there is something that never stops moving."""
    config = Config.model_validate({"vision": {"ignore": ignore}, "mood": {"leave_after": "2s"}})
    pipeline, readings = Pipeline(config, base=BASE, nominal=True), []
    visit = scenes.Visit(0.0, 4.0, ((0.0, "happy"),), restless=0.1)
    for frame in scenes.Scene("pendulum", 11.0, (visit,)).frames():
        cv2.circle(frame.grey, (430 + round(25 * np.sin(2 * frame.at)), 190), 18, 230, -1)
        readings.append(pipeline.process(frame))
    told = [reading.present for reading in readings if reading is not None]
    assert True in told
    assert told[-1] == present


@pytest.mark.parametrize(("kind", "pictures"), [("picture", 1), ("person", 0)])
def test_what_is_taken_for_a_picture_is_told(kind: str, pictures: int) -> None:
    pipeline, room = Pipeline(Config(), base=BASE, nominal=True), liveness.Room(kind, 2, _composites())
    frames = (Frame(seq, seq / liveness.FPS, room.frame(seq / liveness.FPS)) for seq in range(12 * liveness.FPS))
    told = [reading.pictures for frame in frames if (reading := pipeline.process(frame)) is not None]
    assert max(told) == pictures
    assert told[0] == 0, "nobody knows yet"


def test_without_liveness_every_face_counts() -> None:
    config = Config.model_validate({"vision": {"liveness": False}})
    assert liveness.run("picture", 1, _composites(), 8.0, config).first is not None
