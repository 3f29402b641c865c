"""Figures about a classifier: by hand, against a plain reckoning, and over archives of faces."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.analysis.dataset import DataError, evaluate, evaluate_all, read
from edge.analysis.metrics import calibration_error, confusion, judge
from edge.commands.charts.confusion import CELL, LEFT, TOP, confusion_png
from edge.values import EXPRESSIONS

ANGRY, DISGUST, FEAR, HAPPY, SAD, SURPRISE, NEUTRAL = range(7)


def sure(*told: int, confidence: float = 0.7) -> NDArray[np.float64]:
    """Rows that tell these classes with this confidence, and share the rest evenly."""
    rows = np.full((len(told), 7), (1 - confidence) / 6)
    rows[np.arange(len(told)), told] = confidence
    return rows


@st.composite
def answers(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities (n, 7) and labels (n,)."""
    count = draw(st.integers(1, 60))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sharpness = draw(st.floats(0.05, 20))
    chances = random.dirichlet(np.full(7, 1 / sharpness), count)
    return chances, random.integers(0, 7, count)


def test_counts_by_hand() -> None:
    labels = np.array([ANGRY, ANGRY, HAPPY, HAPPY, HAPPY, SAD])
    found = judge(sure(ANGRY, HAPPY, HAPPY, HAPPY, SAD, SAD), labels)
    assert found.count == 6
    assert found.accuracy == pytest.approx(4 / 6)
    assert found.matrix[ANGRY, HAPPY] == 1 and found.matrix[HAPPY, SAD] == 1
    assert found.recall[[ANGRY, HAPPY, SAD]] == pytest.approx([1 / 2, 2 / 3, 1])
    assert found.precision[[ANGRY, HAPPY, SAD]] == pytest.approx([1, 2 / 3, 1 / 2])
    assert found.macro_recall == pytest.approx((1 / 2 + 2 / 3 + 1) / 3)
    assert found.worst_recall == pytest.approx(1 / 2)


def test_a_class_that_never_occurs_has_no_recall_and_no_precision() -> None:
    found = judge(sure(HAPPY), np.array([HAPPY]))
    assert math.isnan(found.recall[DISGUST]) and math.isnan(found.precision[DISGUST])
    plain = found.as_dict(EXPRESSIONS)
    assert plain["recall"]["disgust"] is None and plain["recall"]["happy"] == 1.0
    assert plain["matrix"][HAPPY][HAPPY] == 1


def test_calibration_error_by_hand() -> None:
    # Bin (10/15, 11/15] holds four at 0.7 of which two are right; bin (13/15, 14/15] one at 0.9, right.
    chances = np.concatenate([sure(HAPPY, HAPPY, HAPPY, HAPPY), sure(SAD, confidence=0.9)])
    labels = np.array([HAPPY, HAPPY, SAD, SAD, SAD])
    assert calibration_error(chances, labels) == pytest.approx((4 * 0.2 + 0.1) / 5)


def test_certainty_that_is_always_right_costs_nothing_and_always_wrong_everything() -> None:
    chances = sure(HAPPY, SAD, confidence=1.0)
    assert calibration_error(chances, np.array([HAPPY, SAD])) == 0
    assert calibration_error(chances, np.array([SAD, HAPPY])) == 1


def test_confidence_on_the_edge_of_a_bin_counts_below_it() -> None:
    # 0.5 closes (0.4, 0.5] and 0.55 lies in (0.5, 0.6]: their gaps add up and don't cancel out.
    chances = np.array([[0.5, 0.3, 0.2], [0.55, 0.25, 0.2]])
    assert calibration_error(chances, np.array([0, 1]), bins=10) == pytest.approx((0.5 + 0.55) / 2)


@given(answers())
def test_calibration_error_is_what_the_plain_reckoning_gives(given_: Any) -> None:
    chances, labels = given_
    wanted = 0.0
    for index in range(15):
        rows = [
            (max(row), float(np.argmax(row) == label))
            for row, label in zip(chances.tolist(), labels, strict=True)
            if math.ceil(max(row) * 15) == index + 1
        ]
        if rows:
            confidence, right = (sum(column) / len(rows) for column in zip(*rows, strict=True))
            wanted += len(rows) / len(labels) * abs(confidence - right)
    assert calibration_error(chances, labels) == pytest.approx(wanted)


@given(answers())
def test_all_figures_hold_together(given_: Any) -> None:
    chances, labels = given_
    found = judge(chances, labels)
    assert found.matrix.sum() == found.count == len(labels)
    assert np.array_equal(found.matrix.sum(1), np.bincount(labels, minlength=7))
    assert found.accuracy == pytest.approx(np.trace(found.matrix) / len(labels))
    assert 0 <= found.worst_recall <= found.macro_recall <= 1
    assert 0 <= found.calibration_error <= 1


@given(answers(), st.permutations(range(7)))
def test_other_names_for_the_classes_change_no_figure(given_: Any, order: list[int]) -> None:
    chances, labels = given_
    found, renamed = judge(chances, labels), judge(chances[:, order], np.argsort(order)[labels])
    assert renamed.accuracy == found.accuracy
    assert renamed.calibration_error == pytest.approx(found.calibration_error)
    assert np.array_equal(renamed.recall, found.recall[order], equal_nan=True)
    assert np.array_equal(renamed.matrix, found.matrix[np.ix_(order, order)])


@pytest.mark.parametrize("labels", [np.array([7]), np.array([-1])])
def test_labels_outside_the_classes_are_refused(labels: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match=r"labels must lie in 0\.\.6"):
        confusion(np.array([0]), labels, 7)


def test_nothing_can_be_judged_on_no_faces() -> None:
    with pytest.raises(ValueError, match="don't fit"):
        judge(np.empty((0, 7)), np.empty(0, np.int64))


# --- archives ---------------------------------------------------------------------------------------------------------


def votes(**of: int) -> list[int]:
    """One row of ferplus_votes."""
    names = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "nf"]
    return [of.get(name, 0) for name in names]


def archive(folder: Path, **changes: Any) -> Path:
    """Six faces; the grey level of each is the class that `by_grey` reads in it."""
    arrays: dict[str, Any] = {
        "images": np.stack([np.full((48, 48), level, np.uint8) for level in (0, 3, 3, 4, 6, 5)]),
        "labels": np.array([ANGRY, HAPPY, SAD, SAD, NEUTRAL, FEAR], np.uint8),
        "split": np.array([1, 1, 1, 1, 1, 2], np.uint8),
        "ferplus_votes": np.array(
            [
                votes(anger=6, neutral=4),
                votes(happiness=5, surprise=3, nf=2),
                votes(happiness=10),
                votes(contempt=6, neutral=4),
                votes(sadness=10),
                votes(surprise=8, fear=2),
            ],
            np.uint8,
        ),
        "row_index_certain": np.array([True, True, True, True, False, True]),
    }
    arrays.update(changes)
    path = folder / "faces.npz"
    np.savez(path, **{name: values for name, values in arrays.items() if values is not None})
    return path


def by_grey(face: NDArray[np.uint8]) -> Mapping[str, NDArray[np.float64]]:
    return {"expression": sure(int(face[0, 0]))[0], "fer2013": sure(ANGRY)[0]}


def test_the_head_fer2013_is_judged_on_the_labels(tmp_path: Path) -> None:
    found = evaluate(archive(tmp_path), by_grey, head="fer2013", split="public")
    assert found.count == 5 and found.accuracy == pytest.approx(1 / 5)


def test_the_head_expression_is_judged_on_what_the_taggers_saw(tmp_path: Path) -> None:
    # Contempt on top and the face whose row isn't certain are left out.
    majority = evaluate(archive(tmp_path), by_grey, head="expression", split="public")
    assert majority.count == 3 and majority.accuracy == 1
    # Five votes of ten aren't more than half.
    agreed = evaluate(archive(tmp_path), by_grey, head="expression", split="public", against="agreed")
    assert agreed.count == 2 and agreed.matrix[ANGRY, ANGRY] == 1 and agreed.matrix[HAPPY, HAPPY] == 1


def test_all_figures_come_in_one_pass(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    found = evaluate_all(archive(tmp_path), by_grey, split="public", step=lambda done, of: told.append((done, of)))
    assert {name: figure.count for name, figure in found.items()} == {
        "fer2013": 5,
        "expression_majority": 3,
        "expression_agreed": 2,
    }
    assert told == [(n, 5) for n in range(1, 6)]


def test_a_set_without_votes_and_splits_is_judged_on_its_labels(tmp_path: Path) -> None:
    path = archive(tmp_path, split=None, ferplus_votes=None, row_index_certain=None)
    found = evaluate_all(path, by_grey)
    assert set(found) == {"expression", "fer2013"}
    assert found["expression"].accuracy == pytest.approx(4 / 6)
    assert evaluate(path, by_grey, head="expression").count == 6


@pytest.mark.parametrize(
    ("changes", "split", "words"),
    [
        ({"images": None}, "all", "has no array images"),
        ({"labels": None}, "all", "has no array labels"),
        ({"images": np.zeros((6, 64, 64), np.uint8)}, "all", "images must be"),
        ({"images": np.zeros((6, 48, 48), np.float32)}, "all", "images must be"),
        ({"labels": np.zeros(5, np.uint8)}, "all", "labels must be"),
        ({"labels": np.zeros(6)}, "all", "labels must be"),
        ({"labels": np.full(6, 7)}, "all", "labels must lie in 0..6"),
        ({"labels": np.full(6, -1)}, "all", "labels must lie in 0..6"),
        ({"labels": np.array(["happy"] * 6)}, "all", "labels must be"),
        ({"labels": np.array([None] * 6)}, "all", "isn't a NumPy archive"),
        ({"ferplus_votes": np.zeros((6, 8), np.uint8)}, "all", "ferplus_votes must be"),
        ({"ferplus_votes": np.full((6, 10), 200, np.uint8)}, "all", "ferplus_votes must lie in 0..10"),
        ({"row_index_certain": np.zeros(3, bool)}, "all", "row_index_certain must be"),
        ({"split": None}, "public", "has no array split"),
        ({"split": np.zeros(6, np.uint8)}, "public", "holds no faces of the split public"),
        ({}, "secret", "the splits are"),
    ],
)
def test_a_wrong_archive_is_refused_in_one_sentence(
    tmp_path: Path, changes: dict[str, Any], split: str, words: str
) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(archive(tmp_path, **changes), split)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_archive_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "faces.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match="isn't a NumPy archive"):
        read(path)


def damaged(path: Path, kind: str) -> Path:
    """An archive that fails within a library of Python's own."""
    good = archive(path.parent)
    with zipfile.ZipFile(good) as read_from:
        member = read_from.read("images.npy")
    members = {
        "header": member[:128].replace(b"}", b" ") + member[128:],
        "no array": b"plain text",
        "enormous": member.replace(b"(6, 48, 48)", b"(6" + b"0" * 12 + b", 48, 48)"),
    }
    way = {"lzma": zipfile.ZIP_LZMA, "zlib": zipfile.ZIP_DEFLATED}.get(kind, zipfile.ZIP_STORED)
    with zipfile.ZipFile(path, "w", way) as out:
        out.writestr("images" if kind == "no array" else "images.npy", members.get(kind, member))
        out.writestr("labels.npy", member)
    content = bytearray(path.read_bytes())
    first, entry = 30 + len("images.npy"), content.index(b"PK\x01\x02")
    if kind in ("lzma", "zlib"):
        # Nine bytes into what is compressed: behind LZMA's properties.
        content[first + 9 : first + 40] = b"\xff" * 31
    if kind == "encrypted":
        content[6] |= 1
        content[entry + 8] |= 1
    if kind == "unknown compression":
        content[8] = content[entry + 10] = 77
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("lzma", "damaged"),
        ("zlib", "damaged"),
        ("header", "damaged"),
        ("encrypted", "damaged"),
        ("unknown compression", "damaged"),
        ("enormous", "memory"),
        ("no array", "images isn't a NumPy array"),
    ],
)
def test_a_damaged_archive_is_one_sentence(tmp_path: Path, kind: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as caught:
        read(damaged(tmp_path / "bad.npz", kind))
    assert str(caught.value).startswith(f"{tmp_path}/bad.npz: ") and "\n" not in str(caught.value)


def test_a_single_array_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "one.npy", np.zeros((6, 48, 48), np.uint8))
    with pytest.raises(DataError, match="isn't a NumPy archive"):
        read(tmp_path / "one.npy")
    with pytest.raises(DataError, match="isn't a NumPy archive"):
        read(tmp_path)
    with pytest.raises(DataError, match="there is no such file"):
        read(tmp_path / "none.npz")


def test_what_can_t_be_judged_is_said(tmp_path: Path) -> None:
    path = archive(tmp_path, ferplus_votes=None)
    with pytest.raises(DataError, match="has no array ferplus_votes"):
        evaluate(path, by_grey, head="expression", against="agreed")
    with pytest.raises(DataError, match="against labels, majority or agreed"):
        evaluate(path, by_grey, head="expression", against="taste")
    with pytest.raises(DataError, match="the model has no such head"):
        evaluate(path, by_grey, head="mood")


# --- the picture ------------------------------------------------------------------------------------------------------


def test_the_picture_is_light_and_dark_where_the_counts_are() -> None:
    png = confusion_png(np.diag(np.arange(1, 8)), EXPRESSIONS, "a title")
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None and min(picture.shape[:2]) > 600
    assert np.median(picture) > 230
    # Away from a cell's two lines of text.
    cells = picture.mean(2)[TOP + 8 :: CELL, LEFT + 8 :: CELL][:7, :7]
    assert (np.diag(cells) < 110).all() and (cells[~np.eye(7, dtype=bool)] > 230).all()


def test_an_empty_class_and_wrong_names_are_no_surprise() -> None:
    assert confusion_png(np.zeros((7, 7), np.int64), EXPRESSIONS, "nothing").startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="doesn't fit"):
        confusion_png(np.zeros((7, 7), np.int64), ("happy",), "wrong")
