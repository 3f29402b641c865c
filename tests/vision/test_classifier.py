"""The expression model and the sidecar that describes it."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import ModelError
from edge.values import EXPRESSIONS, Box, Face
from edge.vision import classifier as module
from edge.vision.classifier import QUALITY_MIN, Classifier, quality
from tests.vision.outputs import MODEL, demo_faces

SIDECAR: dict[str, Any] = json.loads(MODEL.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(MODEL)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """changed(labels=[...]): copies the model with these keys changed in its sidecar; returns the model's path."""

    def copy(**keys: Any) -> Path:
        path = Path(shutil.copy(MODEL, tmp_path / "model.tflite"))
        path.with_suffix(".json").write_text(json.dumps(SIDECAR | keys))
        return path

    return copy


def error_of(model: Path) -> str:
    with pytest.raises(ModelError) as caught:
        Classifier(model)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


# --- the contract -----------------------------------------------------------------------------------------------------


def test_the_sidecar_has_the_keys_of_the_contract() -> None:
    assert {"labels", "input", "outputs", "sha256", "crop", "trained_on", "metrics"} <= set(SIDECAR)
    assert SIDECAR["labels"] == list(EXPRESSIONS)
    entry = SIDECAR["input"]
    assert {key: entry[key] for key in ("height", "width", "channels", "layout", "dtype", "resize")} == {
        "height": 48, "width": 48, "channels": 1, "layout": "NHWC", "dtype": "int8", "resize": "area",
    }  # fmt: skip
    assert all(isinstance(entry[key], float) for key in ("scale", "mean", "std")) and isinstance(
        entry["zero_point"], int
    )
    assert {"expression", "fer2013"} == set(SIDECAR["outputs"])
    for head in SIDECAR["outputs"].values():
        assert set(head) == {"name", "dtype", "scale", "zero_point", "kind", "temperature"}
        assert (head["dtype"], head["kind"]) == ("int8", "logits") and head["temperature"] > 0
    assert SIDECAR["sha256"] == hashlib.sha256(MODEL.read_bytes()).hexdigest()


def test_a_huge_model_or_sidecar_is_refused_unread(tmp_path: Path) -> None:
    for name in ("model.tflite", "model.json"):
        shutil.copy(MODEL, tmp_path / "model.tflite")
        shutil.copy(MODEL.with_suffix(".json"), tmp_path / "model.json")
        with (tmp_path / name).open("r+b") as file:
            file.truncate(2**32)
        with pytest.raises(ModelError, match=rf"{name}: (can't be read \(it has more than|isn't a readable JSON file)"):
            Classifier(tmp_path / "model.tflite")


def test_the_sidecar_matches_the_model(classifier: Classifier) -> None:
    runtime = classifier._interpreter
    (given_,) = runtime.get_input_details()
    assert given_["shape"].tolist() == [1, 48, 48, 1] and given_["dtype"] is np.int8
    assert given_["quantization"] == (pytest.approx(SIDECAR["input"]["scale"]), SIDECAR["input"]["zero_point"])
    outputs = {tensor["name"]: tensor for tensor in runtime.get_output_details()}
    for head in SIDECAR["outputs"].values():
        tensor = outputs[head["name"]]
        assert tensor["shape"].tolist() == [1, 7] and tensor["dtype"] is np.int8
        assert tensor["quantization"] == (pytest.approx(head["scale"]), head["zero_point"])


@given(st.floats(0, 255), st.floats(1, 255), st.floats(0.001, 1), st.integers(-128, 127))
def test_input_levels_follow_the_formula_of_the_contract(mean: float, std: float, scale: float, zero: int) -> None:
    table = module._input_levels(mean, std, scale, zero)
    assert table.shape == (256,) and table.dtype == np.int8
    for grey in range(256):
        real = (grey - mean) / std
        assert table[grey] == max(-128, min(127, round(real / scale) + zero))


# --- reading ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grey", ["noise", "black", "white"])
def test_probabilities_are_seven_and_sum_to_one(classifier: Classifier, grey: str) -> None:
    faces = {
        "noise": np.random.default_rng(1).integers(0, 256, (48, 48), np.uint8),
        "black": np.zeros((48, 48), np.uint8),
        "white": np.full((48, 48), 255, np.uint8),
    }
    for probabilities in classifier.classify(faces[grey]).values():
        assert probabilities.shape == (7,) and probabilities.min() >= 0 and probabilities.sum() == pytest.approx(1)
    expression = classifier.read(np.tile(faces[grey], (3, 3)), Face(Box(40, 40, 50, 60), 0.9))
    assert sum(expression.probabilities) == pytest.approx(1) and len(expression.probabilities) == 7


def test_probabilities_are_the_softmax_of_the_logits(classifier: Classifier) -> None:
    probabilities = classifier.classify(np.random.default_rng(2).integers(0, 256, (48, 48), np.uint8))
    details = {d["name"]: d["index"] for d in classifier._interpreter.get_output_details()}
    for name, head in SIDECAR["outputs"].items():
        raw = classifier._interpreter.get_tensor(details[head["name"]])[0].astype(float)
        odds = np.exp((raw - head["zero_point"]) * head["scale"] / head["temperature"])
        assert probabilities[name] == pytest.approx(odds / odds.sum())


def test_the_demo_s_faces_are_read_right(classifier: Classifier) -> None:
    """One face for each expression, in the order of the labels; five of the seven must be right."""
    read = [EXPRESSIONS[int(classifier.classify(face)["expression"].argmax())] for face in demo_faces()]
    assert sum(a == b for a, b in zip(read, EXPRESSIONS, strict=True)) >= 5, read


def test_expressions_are_in_their_usual_order_for_any_model(
    classifier: Classifier, changed: Callable[..., Path]
) -> None:
    other = Classifier(changed(labels=[*reversed(EXPRESSIONS)]))
    grey = np.random.default_rng(3).integers(0, 256, (120, 160), np.uint8)
    plain, reversed_ = (c.read(grey, Face(Box(30, 20, 60, 70), 0.9)).probabilities for c in (classifier, other))
    assert plain == pytest.approx(reversed_[::-1])


def test_a_poor_face_has_a_lower_quality() -> None:
    """Small, blurred, turned or doubtful: each alone lowers the quality."""
    face = demo_faces()[3]
    good = quality(face, 90, Face(Box(0, 0, 80, 80), 1.0))
    assert good == 1.0
    blurred = np.asarray(cv2.GaussianBlur(face, (0, 0), 2.5), np.uint8)
    poor = {
        "small": quality(face, 24, Face(Box(0, 0, 22, 22), 1.0)),
        "blurred": quality(blurred, 90, Face(Box(0, 0, 80, 80), 1.0)),
        "turned": quality(face, 90, Face(Box(0, 0, 80, 80), 1.0, frontal=0.3)),
        "doubtful": quality(face, 90, Face(Box(0, 0, 80, 80), 0.4)),
        "all black": quality(np.zeros((48, 48), np.uint8), 90, Face(Box(0, 0, 80, 80), 1.0)),
    }
    assert all(0 < value <= 0.75 for value in poor.values()), poor


def test_only_a_far_face_is_cropped_from_the_larger_picture(classifier: Classifier) -> None:
    """The same face at 24 and at 48 pixels, at the same place."""
    grey, detail = np.full((120, 160), 120, np.uint8), np.full((240, 320), 120, np.uint8)
    face = demo_faces()[3]
    detail[80:128, 100:148] = cv2.resize(face, (48, 48), interpolation=cv2.INTER_AREA)
    grey[40:64, 50:74] = cv2.resize(face, (24, 24), interpolation=cv2.INTER_AREA)
    far = Face(Box(51, 41, 22, 22), 1.0)
    assert classifier.is_far(far) and not classifier.is_far(Face(Box(10, 10, 60, 60), 1.0))
    plain, better = classifier.read(grey, far), classifier.read(grey, far, detail)
    twice = Face(Box(102, 82, 44, 44), 1.0)
    assert better.quality > 1.5 * plain.quality
    assert better.probabilities == classifier.read(detail, twice).probabilities != plain.probabilities
    near = Face(Box(30, 20, 60, 60), 1.0)
    assert classifier.read(grey, near, detail) == classifier.read(grey, near)


# --- errors -----------------------------------------------------------------------------------------------------------


def test_a_file_that_does_not_match_its_sidecar_is_not_loaded(
    changed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A runtime can crash on a truncated file.
    monkeypatch.setattr(module, "open_interpreter", lambda *_, **__: pytest.fail("the file was loaded"))
    model = changed()
    model.write_bytes(model.read_bytes()[:-1000])
    assert "isn't the file that its sidecar describes" in error_of(model)
    assert "isn't the file that its sidecar describes" in error_of(changed(sha256=None))


def test_missing_files_are_named(changed: Callable[..., Path]) -> None:
    model = changed()
    model.unlink()
    assert f"{model}: there is no such file" in error_of(model)
    model.with_suffix(".json").unlink()
    assert f"{model.with_suffix('.json')}: there is no such file" in error_of(model)


@pytest.mark.parametrize("text", ["", "{", "not json", "\0", "[1]", "null", '"text"', "[" * 10**5])
def test_an_unreadable_sidecar_is_an_error(changed: Callable[..., Path], text: str) -> None:
    model = changed()
    model.with_suffix(".json").write_text(text)
    assert f"{model.with_suffix('.json')}: isn't a" in error_of(model)


@pytest.mark.parametrize(
    "labels", [["happy"] * 7, [*EXPRESSIONS[:6], "contempt"], [], [*EXPRESSIONS, "happy"], [["happy"]] * 7]
)
def test_other_labels_are_an_error(changed: Callable[..., Path], labels: list[Any]) -> None:
    assert "labels must be angry, disgust" in error_of(changed(labels=labels))


@pytest.mark.parametrize("key", ["labels", "input", "outputs", "crop", "sha256"])
@pytest.mark.parametrize("value", [None, 7, {}])
def test_an_invalid_sidecar_is_one_sentence(changed: Callable[..., Path], key: str, value: object) -> None:
    error_of(changed(**{key: value}))


def test_a_missing_head_is_named(changed: Callable[..., Path]) -> None:
    outputs = SIDECAR["outputs"] | {"fer2013": SIDECAR["outputs"]["fer2013"] | {"name": "no_such"}}
    assert "outputs.fer2013.name must be one of the model's outputs, not 'no_such'" in error_of(
        changed(outputs=outputs)
    )


NAN, HUGE = float("nan"), 10**400


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("input.height", value) for value in (64, "48", 0, 48.0, True, None)),
        *(("input.width", value) for value in (64, "48")),
        ("input.channels", 3), ("input.channels", True), ("input.layout", "NCHW"), ("input.dtype", "float32"),
        ("input.resize", "cubic"),
        *(("input.scale", value) for value in (0, -1, NAN, "x", 0.02, HUGE)),
        *(("input.zero_point", value) for value in ("x", 1.0, 2, NAN, True)),
        *(("input.mean", value) for value in (NAN, -1, 300, "129", None)),
        *(("input.std", value) for value in (0, -3, NAN, float("inf"), "64", [64])),
        *(("crop.margin", value) for value in (0, "1.1", NAN, 1e300, False)),
        *(("crop.raise", value) for value in ("0", NAN, 1e300)),
        *(("outputs.expression.temperature", value) for value in ("hot", 0, -1, NAN, 1e-300, None)),
        *(("outputs.fer2013.scale", value) for value in (NAN, 0, "x", 0.05)),
        *(("outputs.fer2013.zero_point", value) for value in ("x", 0)),
        ("outputs.expression.dtype", "float32"), ("outputs.expression.kind", "probabilities"),
        ("outputs.expression.name", 7), ("outputs.expression.name", ["a"]),
        *(("metrics.shares.expression.happy", value) for value in (NAN, -1, 2, "0.2", None)),
        *(("outputs.expression.prior", value) for value in ("even", None, 0)),
    ],
)  # fmt: skip
def test_an_invalid_value_is_named(changed: Callable[..., Path], key: str, value: object) -> None:
    keys = copy.deepcopy(SIDECAR)
    *sections, last = key.split(".")
    section = keys
    for name in sections:
        section = section[name]
    section[last] = value
    assert f"model.json: {key} must be " in error_of(changed(**keys))


def test_a_network_of_another_shape_is_an_error(changed: Callable[..., Path]) -> None:
    keys = SIDECAR | {"input": SIDECAR["input"] | {"height": 64, "width": 64}}
    assert "input.height must be the model's own, whose input is 1 x 48 x 48 x 1 int8, not 64" in error_of(
        changed(**keys)
    )


def test_shares_are_equal_without_shares_in_the_sidecar(changed: Callable[..., Path]) -> None:
    cases: list[dict[str, object]] = [{}, {"shares": {}}]
    for metrics in cases:
        assert set(Classifier(changed(metrics=metrics)).shares.values()) == {(1 / 7,) * 7}
    shares = Classifier(
        changed(metrics={"shares": {"expression": dict.fromkeys(EXPRESSIONS, 0) | {"sad": 0.5}}})
    ).shares
    assert shares == {"expression": (0, 0, 0, 0, 0.5, 0, 0), "fer2013": (1 / 7,) * 7}
    error_of(changed(metrics={"shares": {"expression": dict.fromkeys(EXPRESSIONS, 0)}}))


def test_the_shares_of_training_are_put_back_for_a_head_without_a_prior(changed: Callable[..., Path]) -> None:
    metrics = {"shares": {"expression": dict.fromkeys(EXPRESSIONS, 0.1) | {"neutral": 0.4}}}
    outputs = SIDECAR["outputs"] | {"expression": SIDECAR["outputs"]["expression"] | {"prior": "none"}}
    plain = Classifier(changed(metrics=metrics))
    picture, face = demo_faces()[4], Face(Box(0, 0, 48, 48), 1.0)
    before = np.array(plain.read(picture, face).probabilities)
    assert plain.training_shares == (1 / 7,) * 7
    model = Classifier(changed(outputs=outputs, metrics=metrics))
    assert model.shares["expression"] == model.training_shares == (0.1,) * 6 + (0.4,)
    found = model.read(picture, face)
    weighted = before * model.training_shares
    assert found.probabilities == pytest.approx(weighted / weighted.sum())
    assert found.original == pytest.approx(plain.read(picture, face).original)


def test_noise_is_no_face_that_can_be_read(changed: Callable[..., Path]) -> None:
    random, face = np.random.default_rng(1), Face(Box(0, 0, 48, 48), 0.9)
    for side in (48, 96):
        noise = random.integers(0, 256, (side, side)).astype(np.uint8)
        assert Classifier(changed()).read(noise, replace(face, box=Box(0, 0, side, side))).quality == QUALITY_MIN


def test_a_key_with_a_line_break_stays_on_one_line(changed: Callable[..., Path]) -> None:
    error_of(changed(outputs=SIDECAR["outputs"] | {"a\nb": {}}))
