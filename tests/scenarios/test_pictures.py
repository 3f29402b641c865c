"""Pictures on a wall are nobody; photographs in a folder are read all the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

import scenes
from tests.conftest import ROOT, Moodroom

CASE = ROOT.parent / "shared" / "cases" / "portrait.webm"


@pytest.fixture(autouse=True)
def _yunet(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))


def _lines(moodroom: Moodroom, source: Path) -> list[dict[str, Any]]:
    done = moodroom("run", "--source", source, "--once", "--fast", "--json")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not CASE.exists(), reason="needs the video of a picture on the wall")
def test_a_picture_on_the_wall_is_nobody_and_starts_no_music(moodroom: Moodroom) -> None:
    lines = _lines(moodroom, CASE)
    assert {line["mood"]["mood"] for line in lines if line["event"] == "mood_changed"} <= {"absent", "unknown"}
    assert {line["wish"]["act"] for line in lines if line["event"] == "decision"} <= {"keep"}


def test_photographs_in_a_folder_are_read(moodroom: Moodroom, tmp_path: Path) -> None:
    folder = tmp_path / "photographs"
    folder.mkdir()
    wall = scenes.draw_room(np.random.default_rng(1))
    face = cv2.resize(scenes.composites()["happy"][0], (130, 130), interpolation=cv2.INTER_AREA)
    wall[200:330, 250:380] = face
    for number in range(3):
        assert cv2.imwrite(str(folder / f"{number}.png"), wall.astype(np.uint8))
    moods = [line["mood"]["mood"] for line in _lines(moodroom, folder) if line["event"] == "mood_changed"]
    assert "happy" in moods
