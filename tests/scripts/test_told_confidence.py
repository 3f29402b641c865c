"""`scripts/measure/told_confidence.py` on a small set."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.values import EXPRESSIONS
from tests.vision.outputs import ROOT, demo_faces

SCRIPT = ROOT / "scripts" / "measure" / "told_confidence.py"
# The order of the votes: neutral, happiness, surprise, sadness, anger, disgust, fear, ...
VOTED = {"neutral": 0, "happy": 1, "surprise": 2, "sad": 3, "angry": 4, "disgust": 5, "fear": 6}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Each of the demo's faces twice, the second time mirrored, in both test splits."""
    faces = demo_faces()
    images = np.stack([*faces, *(cv2.flip(face, 1) for face in faces)] * 2)
    labels = np.arange(len(images)) % len(EXPRESSIONS)
    votes = np.zeros((len(images), 10), np.uint8)
    votes[np.arange(len(images)), [VOTED[EXPRESSIONS[label]] for label in labels]] = 10
    path = tmp_path_factory.mktemp("faces") / "faces.npz"
    split = np.repeat([1, 2], len(images) // 2)
    np.savez(path, images=images, labels=labels.astype(np.uint8), split=split.astype(np.uint8), ferplus_votes=votes)
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("split", ["public", "private"])
def test_it_prints_the_figures_of_each_row(data: Path, split: str) -> None:
    done = run("--data", data, "--split", split, "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert list(rows) == ["1 look", "4 looks", "12 looks", "two people of one mood", "two people of two moods"]
    assert [rows[name]["count"] for name in list(rows)[:3]] == [14] * 3
    late = rows["12 looks"]
    assert late["right"] > 0.8 and 0.5 < late["told"] < 1 and late["error"] < 0.5 and late["unknown"] < 0.5
    table = run("--data", data, "--split", split).stdout
    assert all(word in table for word in ("1 look", "12 looks", "two people of one mood", "calibration error"))


def test_it_prints_fitted_constants(data: Path) -> None:
    done = run("--data", data, "--fit")
    assert done.returncode == 0, done.stderr
    constants = json.loads(done.stdout)
    assert {"EXPRESSION_WEIGHT", "ORIGINAL_WEIGHT", "SHARE_POWER", "OFFSET", "SLOPE"} <= set(constants)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    done = run("--data", tmp_path / "none.npz")
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1 and "there is no such file" in done.stderr
