"""`moodroom evaluate`: the shipped model on a labelled set."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

import scenes
from edge.commands import evaluate as module
from edge.config import Config
from edge.errors import ModelError
from edge.values import EXPRESSIONS, Grey
from edge.vision.classifier import Classifier

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def faces(tmp_path: Path) -> Path:
    """The seven composites with their labels, cropped like FER2013."""
    tiles = [scenes.composites()[name][0] for name in EXPRESSIONS]
    images = np.stack([cv2.resize(tile[22:170, 22:170], (48, 48), interpolation=cv2.INTER_AREA) for tile in tiles])
    path = tmp_path / "faces.npz"
    np.savez(path, images=images.astype(np.uint8), labels=np.arange(7, dtype=np.uint8))
    return path


def test_the_shipped_model_reads_the_composites(faces: Path, moodroom: Run, tmp_path: Path) -> None:
    png = tmp_path / "confusion.png"
    done = moodroom("evaluate", faces, "--json", "--png", png)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert set(figures) == {"expression", "fer2013"}
    assert figures["expression"]["count"] == 7
    assert figures["expression"]["accuracy"] >= 5 / 7
    assert set(figures["expression"]["recall"]) == set(EXPRESSIONS)
    picture = cv2.imread(str(png))
    assert picture is not None
    assert picture.shape[0] > 200


def test_the_table_names_all_expressions(faces: Path, moodroom: Run) -> None:
    done = moodroom("evaluate", faces, env={"COLUMNS": "160"})
    assert done.returncode == 0
    assert all(name in done.stdout for name in EXPRESSIONS)


def test_each_figure_has_a_confusion_matrix(faces: Path, moodroom: Run) -> None:
    matrices = {
        name: figures["matrix"] for name, figures in json.loads(moodroom("evaluate", faces, "--json").stdout).items()
    }
    # The width of a narrow terminal.
    lines = [line.split() for line in moodroom("evaluate", faces, env={"COLUMNS": "80"}).stdout.splitlines()]
    assert set(matrices) == {"expression", "fer2013"}
    for name, matrix in matrices.items():
        at = next(number for number, line in enumerate(lines) if line and line[0] == f"{name},")
        assert lines[at + 1] == list(EXPRESSIONS)
        assert lines[at + 2 : at + 9] == [
            [label, *map(str, row)] for label, row in zip(EXPRESSIONS, matrix, strict=True)
        ]


def test_a_model_for_larger_faces_is_one_sentence(faces: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "Classifier", lambda _: SimpleNamespace(size=64))
    with pytest.raises(ModelError, match="takes faces of 64 pixels, but a labelled set has 48"):
        module.evaluate_model(Config(), faces, split="all", json_text=True, png=None)


@pytest.mark.parametrize("arguments", [["no-such.npz"], ["config.yaml"], ["edge/demo/faces.png"]])
def test_an_unusable_file_is_one_sentence(moodroom: Run, arguments: list[str]) -> None:
    done = moodroom("evaluate", *arguments)
    assert done.returncode == 2
    assert arguments[0] in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the model read each face once in this file: the public test has thousands, at 8 ms of CPU each."""
    classify = Classifier.classify

    def remembered(self: Classifier, face: Grey) -> dict[str, NDArray[np.float64]]:
        key = face.tobytes()
        if key not in READ:
            READ[key] = classify(self, face)
        return READ[key]

    monkeypatch.setattr(Classifier, "classify", remembered)


READ: dict[bytes, dict[str, NDArray[np.float64]]] = {}
FER2013 = Path(__file__).parents[3] / "shared/data/fer2013.npz"
needs_fer2013 = pytest.mark.skipif(not FER2013.exists(), reason="needs FER2013")


@pytest.mark.slow
@needs_fer2013
def test_the_figures_in_the_sidecar_are_reproduced(read_once: None, capsys: pytest.CaptureFixture[str]) -> None:
    module.evaluate_model(Config(), FER2013, split="public", json_text=True, png=None)
    measured = json.loads(capsys.readouterr().out)
    sidecar = Path(__file__).parents[2] / "models/tflite/fer_int8.json"
    claimed = json.loads(sidecar.read_text())["metrics"]["public"]["int8"]
    for name, figures in claimed.items():
        assert measured[name]["accuracy"] == pytest.approx(figures["accuracy"], abs=0.001)
        assert measured[name]["calibration_error"] == pytest.approx(figures["calibration_error"], abs=0.002)


@pytest.mark.slow
@needs_fer2013
def test_false_changes_are_rare_and_true_changes_are_found(read_once: None) -> None:
    """Expressions drawn from the model's results on labelled faces, without a true change, then with one."""
    import noise

    hours, changes = noise.false_changes(hours_each=0.3)
    assert changes / hours <= 1
    assert noise.found_within(10.0, times_each=6) >= 0.95


@pytest.mark.parametrize("width", [None, "80"])
def test_no_figure_is_cut(faces: Path, moodroom: Run, monkeypatch: pytest.MonkeyPatch, width: str | None) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    done = moodroom("evaluate", faces, env={} if width is None else {"COLUMNS": width})
    assert done.returncode == 0
    assert "…" not in done.stdout
    if width is None:
        assert any(all(name in line for name in EXPRESSIONS) for line in done.stdout.splitlines())
