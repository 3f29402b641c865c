"""Runs a classifier over a labelled set of faces and evaluates it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.analysis.dataset import ALL, read
from edge.analysis.metrics import Evaluation, judge
from edge.errors import DataError
from edge.values import Grey

# One (48, 48) face -> for each head (7,) probabilities in the order of EXPRESSIONS.
Classify = Callable[[Grey], Mapping[str, NDArray[Any]]]


def evaluate(
    data: Path,
    classify: Classify,
    *,
    head: str,
    split: str = ALL,
    against: str | None = None,
    step: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Evaluate one head on one split of the archive; raises DataError.

    split: training, public, private or all.
    against: labels, majority or agreed. With None the head `expression` is compared with the taggers' majority if there
    are votes, and everything else with the labels.
    step: called with (done, total) after each face, for a progress bar.
    """
    faces = read(data, split)
    if against is None:
        against = "majority" if head == "expression" and faces.top is not None else "labels"
    targets = faces.targets(against)
    probabilities = predict(faces.images[targets >= 0], classify, step)
    if head not in probabilities:
        raise DataError(f"{head}: the model has no such head; it has {', '.join(probabilities)}")
    return judge(probabilities[head], targets[targets >= 0])


def evaluate_all(
    data: Path,
    classify: Classify,
    *,
    split: str = ALL,
    step: Callable[[int, int], None] | None = None,
) -> dict[str, Evaluation]:
    """All figures that the set allows, in one pass; raises DataError.

    With votes these are fer2013 (compared with the labels), expression_majority and expression_agreed. Without votes
    both heads are compared with the labels, and the figures have the names of the heads.
    """
    faces = read(data, split)
    probabilities = predict(faces.images, classify, step)
    if faces.top is None:
        return {head: judge(rows, faces.labels) for head, rows in probabilities.items()}
    plan = {
        "fer2013": ("fer2013", "labels"),
        "expression_majority": ("expression", "majority"),
        "expression_agreed": ("expression", "agreed"),
    }
    figures = {}
    for name, (head, against) in plan.items():
        targets = faces.targets(against)
        if head in probabilities and (targets >= 0).any():
            figures[name] = judge(probabilities[head][targets >= 0], targets[targets >= 0])
    return figures


def predict(
    images: Grey, classify: Classify, step: Callable[[int, int], None] | None = None
) -> dict[str, NDArray[np.float64]]:
    """(n, 48, 48) faces -> for each head (n, 7) probabilities; raises DataError if there are no faces."""
    if len(images) == 0:
        raise DataError("the set contains no faces that can be evaluated; choose another split")
    rows: dict[str, list[NDArray[Any]]] = {}
    for done, face in enumerate(images, 1):
        for head, probabilities in classify(face).items():
            rows.setdefault(head, []).append(probabilities)
        if step is not None:
            step(done, len(images))
    return {head: np.asarray(values, np.float64) for head, values in rows.items()}
