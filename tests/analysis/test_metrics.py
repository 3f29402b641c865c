"""The metrics: small examples, a simple implementation to compare with, and properties."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from edge.analysis.metrics import calibration_error, confusion, judge
from edge.values import EXPRESSIONS
from tests.analysis.faces import ANGRY, DISGUST, HAPPY, SAD, rows_of


@st.composite
def predictions(draw: st.DrawFn) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Probabilities (n, 7) and labels (n,)."""
    count = draw(st.integers(1, 60))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sharpness = draw(st.floats(0.05, 20))
    probabilities = random.dirichlet(np.full(7, 1 / sharpness), count)
    return probabilities, random.integers(0, 7, count)


def test_figures_of_a_small_example() -> None:
    labels = np.array([ANGRY, ANGRY, HAPPY, HAPPY, HAPPY, SAD])
    result = judge(rows_of(ANGRY, HAPPY, HAPPY, HAPPY, SAD, SAD), labels)
    assert result.count == 6
    assert result.accuracy == pytest.approx(4 / 6)
    assert result.matrix[ANGRY, HAPPY] == 1 and result.matrix[HAPPY, SAD] == 1
    assert result.recall[[ANGRY, HAPPY, SAD]] == pytest.approx([1 / 2, 2 / 3, 1])
    assert result.precision[[ANGRY, HAPPY, SAD]] == pytest.approx([1, 2 / 3, 1 / 2])
    assert result.macro_recall == pytest.approx((1 / 2 + 2 / 3 + 1) / 3)
    assert result.worst_recall == pytest.approx(1 / 2)


def test_a_class_that_never_occurs_has_no_recall_and_no_precision() -> None:
    result = judge(rows_of(HAPPY), np.array([HAPPY]))
    assert math.isnan(result.recall[DISGUST]) and math.isnan(result.precision[DISGUST])
    plain = result.as_dict(EXPRESSIONS)
    assert plain["recall"]["disgust"] is None and plain["recall"]["happy"] == 1.0
    assert plain["matrix"][HAPPY][HAPPY] == 1


def test_calibration_error_of_a_small_example() -> None:
    # Bin (10/15, 11/15] holds four at 0.7 of which two are right; bin (13/15, 14/15] one at 0.9, right.
    probabilities = np.concatenate([rows_of(HAPPY, HAPPY, HAPPY, HAPPY), rows_of(SAD, confidence=0.9)])
    labels = np.array([HAPPY, HAPPY, SAD, SAD, SAD])
    assert calibration_error(probabilities, labels) == pytest.approx((4 * 0.2 + 0.1) / 5)


def test_certain_predictions_have_no_error_if_right_and_the_largest_if_wrong() -> None:
    probabilities = rows_of(HAPPY, SAD, confidence=1.0)
    assert calibration_error(probabilities, np.array([HAPPY, SAD])) == 0
    assert calibration_error(probabilities, np.array([SAD, HAPPY])) == 1


def test_confidence_on_the_edge_of_a_bin_belongs_to_the_lower_one() -> None:
    # 0.5 closes (0.4, 0.5] and 0.55 lies in (0.5, 0.6]: their gaps add up and don't cancel out.
    probabilities = np.array([[0.5, 0.3, 0.2], [0.55, 0.25, 0.2]])
    assert calibration_error(probabilities, np.array([0, 1]), bins=10) == pytest.approx((0.5 + 0.55) / 2)


@given(predictions())
def test_calibration_error_matches_a_simple_implementation(example: Any) -> None:
    probabilities, labels = example
    expected = 0.0
    for index in range(15):
        rows = [
            (max(row), float(np.argmax(row) == label))
            for row, label in zip(probabilities.tolist(), labels, strict=True)
            if math.ceil(max(row) * 15) == index + 1
        ]
        if rows:
            confidence, right = (sum(column) / len(rows) for column in zip(*rows, strict=True))
            expected += len(rows) / len(labels) * abs(confidence - right)
    assert calibration_error(probabilities, labels) == pytest.approx(expected)


@given(predictions())
def test_the_figures_are_consistent(example: Any) -> None:
    probabilities, labels = example
    result = judge(probabilities, labels)
    assert result.matrix.sum() == result.count == len(labels)
    assert np.array_equal(result.matrix.sum(1), np.bincount(labels, minlength=7))
    assert result.accuracy == pytest.approx(np.trace(result.matrix) / len(labels))
    assert 0 <= result.worst_recall <= result.macro_recall <= 1
    assert 0 <= result.calibration_error <= 1


@given(predictions(), st.permutations(range(7)))
def test_the_order_of_the_classes_changes_no_figure(example: Any, order: list[int]) -> None:
    probabilities, labels = example
    result, renamed = judge(probabilities, labels), judge(probabilities[:, order], np.argsort(order)[labels])
    assert renamed.accuracy == result.accuracy
    assert renamed.calibration_error == pytest.approx(result.calibration_error)
    assert np.array_equal(renamed.recall, result.recall[order], equal_nan=True)
    assert np.array_equal(renamed.matrix, result.matrix[np.ix_(order, order)])


@pytest.mark.parametrize("labels", [np.array([7]), np.array([-1])])
def test_labels_outside_the_classes_are_an_error(labels: NDArray[np.int64]) -> None:
    with pytest.raises(ValueError, match=r"labels must lie in 0\.\.6"):
        confusion(np.array([0]), labels, 7)


def test_an_empty_set_is_an_error() -> None:
    with pytest.raises(ValueError, match="don't fit"):
        judge(np.empty((0, 7)), np.empty(0, np.int64))
