"""Two runtimes, one answer."""

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
from edge.vision.tflite import interpreter
from tests.vision import answers as program
from tests.vision.answers import MODEL, ROOT, answers, demo_faces
from tests.waiting import PATIENCE

COUNT, FACES = 50, 7


def step_of(head: str) -> float:
    """How much of a logit a step of int8 is."""
    return float(json.loads(MODEL.with_suffix(".json").read_text())["outputs"][head]["scale"])


def faces() -> NDArray[np.uint8]:
    """Noise from fine to coarse, and the demo's faces."""
    random = np.random.default_rng(11)
    found = []
    for n in range(COUNT - FACES):
        grain = 1 + n % 12
        small = random.integers(0, 256, (48 // grain + 1, 48 // grain + 1), np.uint8)
        found.append(cv2.resize(small, (48, 48), interpolation=cv2.INTER_CUBIC))
    return np.stack([*found, *demo_faces()]).astype(np.uint8)


def test_both_runtimes_give_the_same_answers(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    python = os.environ.get("MOODROOM_TFLITE_PYTHON")
    if not python:
        pytest.skip("MOODROOM_TFLITE_PYTHON names no Python with tflite-runtime; scripts/test makes one")
    pictures = faces()
    np.save(tmp_path / "faces.npy", pictures)
    # The other runtime needs another NumPy, so another environment.
    done = subprocess.run(
        [python, program.__file__, tmp_path / "faces.npy", tmp_path / "answers.npz"],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    ours, theirs = answers("ai_edge_litert", pictures), np.load(tmp_path / "answers.npz")
    assert set(theirs.files) == set(ours) == {"expression", "expression_raw", "fer2013", "fer2013_raw"}
    for head in ("expression", "fer2013"):
        raw = ours[f"{head}_raw"]
        assert raw.shape == (COUNT, 7) and raw.dtype == np.int8 and raw.std() > 5
        # The two runtimes' kernels round differently in each layer, which adds up where a picture is no face.
        steps = np.abs(raw.astype(int) - theirs[f"{head}_raw"].astype(int))
        logits = steps * step_of(head)
        assert logits.max() <= 0.2 and logits.mean() <= 0.05
        assert np.abs(ours[head] - theirs[head]).max() < 0.08
        assert steps[-FACES:].max() <= 2 and steps[-FACES:].mean() <= 0.5
        assert np.abs(ours[head] - theirs[head])[-FACES:].max() < 0.03
        # Where one is clear about a face, the other says the same.
        clear = np.sort(ours[head], axis=1)[:, -1] - np.sort(ours[head], axis=1)[:, -2] > 0.1
        assert clear.sum() >= 10
        assert (ours[head].argmax(1) == theirs[head].argmax(1))[clear].all()


def test_without_a_runtime_the_mend_is_said() -> None:
    with pytest.raises(ModelError, match="no TFLite runtime is installed; run: pip install ai-edge-litert"):
        interpreter(MODEL, packages=("no_such",))


def test_a_file_that_is_no_model_is_one_sentence(tmp_path: Path) -> None:
    pytest.importorskip("ai_edge_litert")
    (tmp_path / "x.tflite").write_bytes(b"not a model at all, but long enough to look into")
    with pytest.raises(ModelError, match="isn't a TFLite model that ai_edge_litert can run") as caught:
        interpreter(tmp_path / "x.tflite", packages=("no_such", "ai_edge_litert"))
    assert len(str(caught.value).splitlines()) == 1


def test_a_name_that_isn_t_utf_8_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="its name isn't UTF-8 text"):
        interpreter(tmp_path / os.fsdecode(b"caf\xe9.tflite"))


def test_the_runtime_s_greeting_stays_off_our_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    interpreter(MODEL)
    os.write(2, b"still there")
    assert capfd.readouterr().err == "still there"
