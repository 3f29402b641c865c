"""Both TFLite runtimes give the same results."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.errors import ModelError
from edge.vision.tflite import open_interpreter
from tests.vision import outputs as program
from tests.vision.outputs import MODEL, ROOT, demo_faces, outputs
from tests.waiting import PATIENCE

COUNT, FACES = 50, 7


def logits_per_step(head: str) -> float:
    """How much of a logit one step of int8 is."""
    return float(json.loads(MODEL.with_suffix(".json").read_text())["outputs"][head]["scale"])


def faces() -> NDArray[np.uint8]:
    """Noise from fine to coarse, and the demo's faces."""
    random = np.random.default_rng(11)
    pictures = []
    for n in range(COUNT - FACES):
        grain = 1 + n % 12
        small = random.integers(0, 256, (48 // grain + 1, 48 // grain + 1), np.uint8)
        pictures.append(cv2.resize(small, (48, 48), interpolation=cv2.INTER_CUBIC))
    return np.stack([*pictures, *demo_faces()]).astype(np.uint8)


def test_both_runtimes_return_the_same(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    python = os.environ.get("MOODROOM_TFLITE_PYTHON")
    if not python:
        pytest.skip("MOODROOM_TFLITE_PYTHON names no Python with tflite-runtime; scripts/test makes one")
    pictures = faces()
    np.save(tmp_path / "faces.npy", pictures)
    # The other runtime needs another NumPy, and so another environment.
    done = subprocess.run(
        [python, program.__file__, tmp_path / "faces.npy", tmp_path / "outputs.npz"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    litert, tflite = outputs("ai_edge_litert", pictures), np.load(tmp_path / "outputs.npz")
    assert set(tflite.files) == set(litert) == {"expression", "expression_raw", "fer2013", "fer2013_raw"}
    for head in ("expression", "fer2013"):
        raw = litert[f"{head}_raw"]
        assert raw.shape == (COUNT, 7) and raw.dtype == np.int8 and raw.std() > 5
        # The kernels round differently in each layer, which adds up for a picture without a face.
        steps = np.abs(raw.astype(int) - tflite[f"{head}_raw"].astype(int))
        logits = steps * logits_per_step(head)
        assert logits.max() <= 0.2 and logits.mean() <= 0.05
        assert np.abs(litert[head] - tflite[head]).max() < 0.08
        assert steps[-FACES:].max() <= 2 and steps[-FACES:].mean() <= 0.5
        assert np.abs(litert[head] - tflite[head])[-FACES:].max() < 0.03
        # If one is clear about a face, the other agrees.
        clear = np.sort(litert[head], axis=1)[:, -1] - np.sort(litert[head], axis=1)[:, -2] > 0.1
        assert clear.sum() >= 10
        assert (litert[head].argmax(1) == tflite[head].argmax(1))[clear].all()


def test_without_a_runtime_the_fix_is_named() -> None:
    with pytest.raises(ModelError, match="no TFLite runtime is installed; run: pip install ai-edge-litert"):
        open_interpreter(MODEL, packages=("no_such",))


def test_a_file_that_is_no_model_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    (tmp_path / "x.tflite").write_bytes(b"not a model at all, but long enough to look into")
    with pytest.raises(ModelError, match="isn't a TFLite model that ai_edge_litert can run") as caught:
        open_interpreter(tmp_path / "x.tflite", packages=("no_such", "ai_edge_litert"))
    assert len(str(caught.value).splitlines()) == 1


def test_a_name_that_is_not_utf_8_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="its name isn't UTF-8 text"):
        open_interpreter(tmp_path / os.fsdecode(b"caf\xe9.tflite"))


def test_the_greeting_of_the_runtime_stays_off_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    open_interpreter(MODEL)
    os.write(2, b"still there")
    assert capfd.readouterr().err == "still there"
