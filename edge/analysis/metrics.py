"""The quality of a classifier: accuracy, recall and precision, confusion matrix and calibration. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

CALIBRATION_BINS = 15


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The results of a classifier on labelled faces; all shares are 0..1.

    count: how many faces.
    accuracy: the share whose most likely class is the label.
    recall: (classes,) the share of the faces with a label that was predicted; NaN if no face has it.
    precision: (classes,) the share of the predictions of a class that is right; NaN if there was none.
    matrix: (classes, classes) counts; rows are labels, columns predictions.
    calibration_error: expected calibration error of the most likely class, with 15 bins of equal width.
    """

    count: int
    accuracy: float
    recall: NDArray[np.float64]
    precision: NDArray[np.float64]
    matrix: NDArray[np.int64]
    calibration_error: float

    @property
    def macro_recall(self) -> float:
        """The mean recall of the classes that occur."""
        return float(np.nanmean(self.recall))

    @property
    def worst_recall(self) -> float:
        """The smallest recall of the classes that occur."""
        return float(np.nanmin(self.recall))

    def as_dict(self, labels: tuple[str, ...]) -> dict[str, Any]:
        """Plain numbers for JSON, shares rounded to four decimals; None if a class doesn't occur."""
        return {
            "count": self.count,
            "accuracy": round(self.accuracy, 4),
            "macro_recall": round(self.macro_recall, 4),
            "worst_recall": round(self.worst_recall, 4),
            "calibration_error": round(self.calibration_error, 4),
            "recall": dict(zip(labels, map(_rounded, self.recall), strict=True)),
            "precision": dict(zip(labels, map(_rounded, self.precision), strict=True)),
            "matrix": self.matrix.tolist(),
        }


def judge(probabilities: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]]) -> Evaluation:
    """Compare (n, classes) probabilities, whose rows sum to 1, with (n,) labels in 0..classes-1; n is 1 or more."""
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or len(labels) == 0:
        raise ValueError(f"{probabilities.shape} probabilities don't fit {labels.shape} labels")
    matrix = confusion(probabilities.argmax(1), labels, probabilities.shape[1])
    correct = np.diag(matrix)
    return Evaluation(
        count=len(labels),
        accuracy=float(correct.sum() / len(labels)),
        recall=_shares(correct, matrix.sum(1)),
        precision=_shares(correct, matrix.sum(0)),
        matrix=matrix,
        calibration_error=calibration_error(probabilities, labels),
    )


def confusion(predicted: NDArray[np.integer[Any]], labels: NDArray[np.integer[Any]], classes: int) -> NDArray[np.int64]:
    """(classes, classes) counts; rows are labels, columns predictions. Both arguments are (n,), 0..classes-1."""
    if len(labels) and (min(predicted.min(), labels.min()) < 0 or max(predicted.max(), labels.max()) >= classes):
        raise ValueError(f"labels must lie in 0..{classes - 1}")
    matrix = np.zeros((classes, classes), np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


def calibration_error(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[np.integer[Any]], bins: int = CALIBRATION_BINS
) -> float:
    """Expected calibration error (Naeini et al. 2015), 0..1: how far confidence and accuracy differ.

    Only the most likely class counts; confidences are sorted into `bins` of equal width, closed above: (0, 1/15], ...
    """
    confidence = probabilities.max(1).astype(np.float64)
    correct = probabilities.argmax(1) == labels
    bin_of = np.clip(np.ceil(confidence * bins).astype(np.int64) - 1, 0, bins - 1)
    # The gap of a bin times its share of the faces is |sum of correct - sum of confidence| / n.
    gap = np.bincount(bin_of, weights=correct - confidence, minlength=bins)
    return float(np.abs(gap).sum() / len(labels))


def _shares(parts: NDArray[np.int64], totals: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.where(totals > 0, parts / np.maximum(totals, 1), np.nan)


def _rounded(share: float) -> float | None:
    return None if np.isnan(share) else round(float(share), 4)
