"""Evaluating a classifier on a labelled set."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.analysis.evaluation import evaluate, evaluate_all
from edge.errors import DataError
from tests.analysis.faces import ANGRY, HAPPY, archive, by_grey


def test_the_head_fer2013_is_compared_with_the_labels(tmp_path: Path) -> None:
    result = evaluate(archive(tmp_path), by_grey, head="fer2013", split="public")
    assert result.count == 5 and result.accuracy == pytest.approx(1 / 5)


def test_the_head_expression_is_compared_with_the_taggers_votes(tmp_path: Path) -> None:
    # Contempt on top and the face whose row isn't certain are left out.
    majority = evaluate(archive(tmp_path), by_grey, head="expression", split="public")
    assert majority.count == 3 and majority.accuracy == 1
    # Five votes of ten aren't more than half.
    agreed = evaluate(archive(tmp_path), by_grey, head="expression", split="public", against="agreed")
    assert agreed.count == 2 and agreed.matrix[ANGRY, ANGRY] == 1 and agreed.matrix[HAPPY, HAPPY] == 1


def test_all_figures_are_computed_in_one_pass(tmp_path: Path) -> None:
    steps: list[tuple[int, int]] = []
    result = evaluate_all(archive(tmp_path), by_grey, split="public", step=lambda done, of: steps.append((done, of)))
    assert {name: figure.count for name, figure in result.items()} == {
        "fer2013": 5,
        "expression_majority": 3,
        "expression_agreed": 2,
    }
    assert steps == [(n, 5) for n in range(1, 6)]


def test_a_set_without_votes_and_splits_is_compared_with_its_labels(tmp_path: Path) -> None:
    path = archive(tmp_path, split=None, ferplus_votes=None, row_index_certain=None)
    result = evaluate_all(path, by_grey)
    assert set(result) == {"expression", "fer2013"}
    assert result["expression"].accuracy == pytest.approx(4 / 6)
    assert evaluate(path, by_grey, head="expression").count == 6


def test_an_impossible_comparison_is_an_error(tmp_path: Path) -> None:
    path = archive(tmp_path, ferplus_votes=None)
    with pytest.raises(DataError, match="has no array ferplus_votes"):
        evaluate(path, by_grey, head="expression", against="agreed")
    with pytest.raises(DataError, match="against labels, majority or agreed"):
        evaluate(path, by_grey, head="expression", against="taste")
    with pytest.raises(DataError, match="the model has no such head"):
        evaluate(path, by_grey, head="mood")
