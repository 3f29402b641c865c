"""Accuracy and calibration of both heads, each on its own labels, after its temperature."""

from __future__ import annotations

from typing import Any

import numpy as np

from edge.analysis.metrics import Evaluation, judge
from fer.data import LABELS, Faces
from fer.temperature import fit, softmax

SHORT = ("count", "accuracy", "macro_recall", "worst_recall", "calibration_error", "recall")


def temperature(logits: np.ndarray, faces: Faces, head: str) -> float:
    """Return each head's temperature, fitted on the head's own labels."""
    if head == "fer2013":
        return fit(logits, faces.labels)
    told = faces.top >= 0
    return fit(logits[told], faces.top[told])


def evaluations(logits: dict[str, np.ndarray], faces: Faces, temperatures: dict[str, float]) -> dict[str, Evaluation]:
    """The head fer2013 on the original labels; expression where the taggers have one of the seven on top (majority),
    and where more than half of them agree on it (agreed).
    """
    chances = {name: softmax(logits[name], temperatures[name]) for name in logits}
    told = faces.top >= 0
    return {
        "fer2013": judge(chances["fer2013"], faces.labels),
        "expression_majority": judge(chances["expression"][told], faces.top[told]),
        "expression_agreed": judge(chances["expression"][faces.agreed], faces.top[faces.agreed]),
    }


def shares(logits: np.ndarray, scale: float, faces: Faces, head: str) -> dict[str, float]:
    """Return the mean probability of each label over the head's faces: how common the head takes it to be."""
    keep = np.ones(len(faces), bool) if head == "fer2013" else faces.top >= 0
    mean = softmax(logits[keep], scale).mean(0)
    return {label: round(float(share), 4) for label, share in zip(LABELS, mean, strict=True)}


def figures(logits: dict[str, np.ndarray], temperatures: dict[str, float], faces: Faces) -> dict[str, Any]:
    """Return the short form of `evaluations` for the sidecar."""
    short = {}
    for name, judged in evaluations(logits, faces, temperatures).items():
        full = judged.as_dict(LABELS)
        short[name] = {key: full[key] for key in SHORT}
    return short
