"""The expression model and the sidecar that describes it."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from collections.abc import Callable
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
from edge.vision.classifier import Classifier, quality
from tests.vision.answers import MODEL, demo_faces

FACTS: dict[str, Any] = json.loads(MODEL.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(MODEL)


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Path]:
    """changed(labels=[...]): a copy of the model whose sidecar says something else; gives the model's path."""

    def copy(**facts: Any) -> Path:
        path = Path(shutil.copy(MODEL, tmp_path / "model.tflite"))
        path.with_suffix(".json").write_text(json.dumps(FACTS | facts))
        return path

    return copy


def refusal(model: Path) -> str:
    with pytest.raises(ModelError) as caught:
        Classifier(model)
    assert len(str(caught.value).splitlines()) == 1
    return str(caught.value)


# --- the contract -----------------------------------------------------------------------------------------------------


def test_the_sidecar_has_the_contract_s_keys() -> None:
    assert {"labels", "input", "outputs", "sha256", "crop", "trained_on", "metrics"} <= set(FACTS)
    assert FACTS["labels"] == list(EXPRESSIONS)
    entry = FACTS["input"]
    assert {key: entry[key] for key in ("height", "width", "channels", "layout", "dtype", "resize")} == {
        "height": 48, "width": 48, "channels": 1, "layout": "NHWC", "dtype": "int8", "resize": "area",
    }  # fmt: skip
    assert all(isinstance(entry[key], float) for key in ("scale", "mean", "std")) and isinstance(
        entry["zero_point"], int
    )
    assert {"expression", "fer2013"} == set(FACTS["outputs"])
    for head in FACTS["outputs"].values():
        assert set(head) == {"name", "dtype", "scale", "zero_point", "kind", "temperature"}
        assert (head["dtype"], head["kind"]) == ("int8", "logits") and head["temperature"] > 0
    assert FACTS["sha256"] == hashlib.sha256(MODEL.read_bytes()).hexdigest()


def test_the_sidecar_s_numbers_are_the_model_s_own(classifier: Classifier) -> None:
    runtime = classifier._interpreter
    (given_,) = runtime.get_input_details()
    assert given_["shape"].tolist() == [1, 48, 48, 1] and given_["dtype"] is np.int8
    assert given_["quantization"] == (pytest.approx(FACTS["input"]["scale"]), FACTS["input"]["zero_point"])
    outputs = {told["name"]: told for told in runtime.get_output_details()}
    for head in FACTS["outputs"].values():
        told = outputs[head["name"]]
        assert told["shape"].tolist() == [1, 7] and told["dtype"] is np.int8
        assert told["quantization"] == (pytest.approx(head["scale"]), head["zero_point"])


@given(st.floats(0, 255), st.floats(1, 255), st.floats(0.001, 1), st.integers(-128, 127))
def test_the_table_is_the_contract_s_formula(mean: float, std: float, scale: float, zero: int) -> None:
    table = module._levels(mean, std, scale, zero)
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
    for told in classifier.classify(faces[grey]).values():
        assert told.shape == (7,) and told.min() >= 0 and told.sum() == pytest.approx(1)
    told_of = classifier.read(np.tile(faces[grey], (3, 3)), Face(Box(40, 40, 50, 60), 0.9))
    assert sum(told_of.probabilities) == pytest.approx(1) and len(told_of.probabilities) == 7


def test_probabilities_are_the_softmax_of_the_logits(classifier: Classifier) -> None:
    told = classifier.classify(np.random.default_rng(2).integers(0, 256, (48, 48), np.uint8))
    details = {d["name"]: d["index"] for d in classifier._interpreter.get_output_details()}
    for name, head in FACTS["outputs"].items():
        raw = classifier._interpreter.get_tensor(details[head["name"]])[0].astype(float)
        odds = np.exp((raw - head["zero_point"]) * head["scale"] / head["temperature"])
        assert told[name] == pytest.approx(odds / odds.sum())


def test_the_demo_s_faces_are_told_apart(classifier: Classifier) -> None:
    """One face for each expression, in the order of the labels; five of the seven must be read right."""
    told = [EXPRESSIONS[int(classifier.classify(face)["expression"].argmax())] for face in demo_faces()]
    assert sum(a == b for a, b in zip(told, EXPRESSIONS, strict=True)) >= 5, told


def test_expressions_come_in_our_order_whatever_the_model_s_is(
    classifier: Classifier, changed: Callable[..., Path]
) -> None:
    other = Classifier(changed(labels=[*reversed(EXPRESSIONS)]))
    grey = np.random.default_rng(3).integers(0, 256, (120, 160), np.uint8)
    one, two = (c.read(grey, Face(Box(30, 20, 60, 70), 0.9)).probabilities for c in (classifier, other))
    assert one == pytest.approx(two[::-1])


def test_a_poor_face_says_less() -> None:
    """Small, blurred, turned or doubtful: each alone lowers the quality, and nothing leaves 0..1."""
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


def test_a_far_face_is_cut_from_the_larger_picture_and_a_near_one_isn_t(classifier: Classifier) -> None:
    """The same face at 24 and at 48 pixels, at the same place of the room."""
    grey, detail = np.full((120, 160), 120, np.uint8), np.full((240, 320), 120, np.uint8)
    face = demo_faces()[3]
    detail[80:128, 100:148] = cv2.resize(face, (48, 48), interpolation=cv2.INTER_AREA)
    grey[40:64, 50:74] = cv2.resize(face, (24, 24), interpolation=cv2.INTER_AREA)
    far = Face(Box(51, 41, 22, 22), 1.0)
    assert classifier.far(far) and not classifier.far(Face(Box(10, 10, 60, 60), 1.0))
    plain, better = classifier.read(grey, far), classifier.read(grey, far, detail)
    twice = Face(Box(102, 82, 44, 44), 1.0)
    assert better.quality > 1.5 * plain.quality
    assert better.probabilities == classifier.read(detail, twice).probabilities != plain.probabilities
    near = Face(Box(30, 20, 60, 60), 1.0)
    assert classifier.read(grey, near, detail) == classifier.read(grey, near)


# --- what is refused --------------------------------------------------------------------------------------------------


def test_a_file_that_isn_t_the_sidecar_s_is_refused_before_it_is_loaded(
    changed: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A runtime can crash on a truncated file.
    monkeypatch.setattr(module, "interpreter", lambda *_, **__: pytest.fail("the file was loaded"))
    model = changed()
    model.write_bytes(model.read_bytes()[:-1000])
    assert "isn't the file that its sidecar describes" in refusal(model)
    assert "isn't the file that its sidecar describes" in refusal(changed(sha256=None))


def test_missing_files_are_said_to_be_missing(changed: Callable[..., Path]) -> None:
    model = changed()
    model.unlink()
    assert f"{model}: there is no such file" in refusal(model)
    model.with_suffix(".json").unlink()
    assert f"{model.with_suffix('.json')}: there is no such file" in refusal(model)


@pytest.mark.parametrize("text", ["", "{", "not json", "\0", "[1]", "null", '"text"', "[" * 10**5])
def test_a_sidecar_that_can_t_be_read_is_refused(changed: Callable[..., Path], text: str) -> None:
    model = changed()
    model.with_suffix(".json").write_text(text)
    assert f"{model.with_suffix('.json')}: isn't a" in refusal(model)


@pytest.mark.parametrize(
    "labels", [["happy"] * 7, [*EXPRESSIONS[:6], "contempt"], [], [*EXPRESSIONS, "happy"], [["happy"]] * 7]
)
def test_other_labels_are_refused(changed: Callable[..., Path], labels: list[Any]) -> None:
    assert "labels must be angry, disgust" in refusal(changed(labels=labels))


@pytest.mark.parametrize("key", ["labels", "input", "outputs", "crop", "sha256"])
@pytest.mark.parametrize("value", [None, 7, {}])
def test_a_sidecar_with_something_wrong_is_one_sentence(changed: Callable[..., Path], key: str, value: object) -> None:
    refusal(changed(**{key: value}))


def test_a_head_that_the_model_lacks_is_named(changed: Callable[..., Path]) -> None:
    outputs = FACTS["outputs"] | {"fer2013": FACTS["outputs"]["fer2013"] | {"name": "no_such"}}
    assert "outputs.fer2013.name must be one of the model's outputs, not 'no_such'" in refusal(changed(outputs=outputs))


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
def test_a_value_that_can_t_be_is_named(changed: Callable[..., Path], key: str, value: object) -> None:
    facts = copy.deepcopy(FACTS)
    *sections, last = key.split(".")
    at = facts
    for name in sections:
        at = at[name]
    at[last] = value
    assert f"model.json: {key} must be " in refusal(changed(**facts))


def test_a_network_of_another_shape_is_refused(changed: Callable[..., Path]) -> None:
    facts = FACTS | {"input": FACTS["input"] | {"height": 64, "width": 64}}
    assert "input.height must be the model's own, whose input is 1 x 48 x 48 x 1 int8, not 64" in refusal(
        changed(**facts)
    )


def test_shares_are_even_where_the_sidecar_doesn_t_tell_them(changed: Callable[..., Path]) -> None:
    for metrics in ({}, {"shares": {}}):
        assert Classifier(changed(metrics=metrics)).shares == (1 / 7,) * 7
    told = Classifier(changed(metrics={"shares": {"expression": dict.fromkeys(EXPRESSIONS, 0) | {"sad": 0.5}}})).shares
    assert told == (0, 0, 0, 0, 0.5, 0, 0)
    refusal(changed(metrics={"shares": {"expression": dict.fromkeys(EXPRESSIONS, 0)}}))


def test_a_head_without_a_prior_carries_no_shares(changed: Callable[..., Path]) -> None:
    outputs = FACTS["outputs"] | {"expression": FACTS["outputs"]["expression"] | {"prior": "none"}}
    told = {"shares": {"expression": dict.fromkeys(EXPRESSIONS, 0.1) | {"neutral": 0.4}}}
    model = Classifier(changed(outputs=outputs, metrics=told))
    assert model.shares == (1 / 7,) * 7
    assert model.left_out == (0.1,) * 6 + (0.4,)


def test_a_key_with_a_line_break_stays_in_one_line(changed: Callable[..., Path]) -> None:
    refusal(changed(outputs=FACTS["outputs"] | {"a\nb": {}}))
