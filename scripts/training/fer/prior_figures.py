"""Figures of a head without a prior: accuracy and mean recall for each power of the class shares that is put back."""

from __future__ import annotations

import numpy as np

from fer.data import Faces

# Powers of the shares to try; 0 keeps the head as it is, more than 1 compensates for soft logits.
POWERS = np.linspace(0, 1.5, 31)


def right(logits: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Accuracy and the mean recall over the labels that occur, of (n, 7) logits."""
    told = logits.argmax(1)
    recalls = [float((told[labels == label] == label).mean()) for label in np.unique(labels)]
    return float((told == labels).mean()), float(np.mean(recalls))


def put_back(found: dict[str, np.ndarray], shares: np.ndarray) -> dict[str, np.ndarray]:
    """The logits of both heads, those of `expression` with the shares of the training set added."""
    return {**found, "expression": found["expression"] + np.log(shares)}


def by_power(expression: np.ndarray, shares: np.ndarray, faces: Faces) -> list[dict[str, float]]:
    """Accuracy and mean recall for each power of the shares: over the majority, and where more than half agree."""
    rows = []
    for power in np.linspace(0, 1, 11):
        lifted = expression + power * np.log(shares)
        row = {"power": float(power)}
        for name, keep in (("majority", faces.top >= 0), ("agreed", faces.agreed)):
            row[name], row[f"{name}_recall"] = right(lifted[keep], faces.top[keep])
        rows.append({name: round(value, 4) for name, value in row.items()})
    return rows


def best_recall(logits: np.ndarray, shares: np.ndarray, labels: np.ndarray, least: float) -> tuple[float, float, float]:
    """The power of `shares` to put back with the best mean recall at an accuracy of at least `least`.

    Returns power, accuracy and mean recall; if no power reaches `least`, those of the best accuracy.
    """
    found = [(float(power), *right(logits + power * np.log(shares), labels)) for power in POWERS]
    good = [each for each in found if each[1] >= least]
    return max(good, key=lambda each: each[2]) if good else max(found, key=lambda each: each[1])


def summary(expression: np.ndarray, original: np.ndarray, shares: np.ndarray, faces: Faces) -> dict[str, float]:
    """Per cent, of one split: as it comes with the shares put back, and mean recall at the accuracies of the card."""
    told, agreed = faces.top >= 0, faces.agreed
    whole = expression + np.log(shares)
    power, accuracy, recall = best_recall(expression[told], shares, faces.top[told], 0.825)
    agreed_power, agreed_accuracy, agreed_recall = best_recall(expression[agreed], shares, faces.top[agreed], 0.905)
    figures = {
        "fer2013": right(original, faces.labels)[0],
        "majority": right(whole[told], faces.top[told])[0],
        "agreed": right(whole[agreed], faces.top[agreed])[0],
        "recall": recall,
        "at": accuracy,
        "recall_agreed": agreed_recall,
        "at_agreed": agreed_accuracy,
    }
    percent = {name: round(100 * value, 2) for name, value in figures.items()}
    return {**percent, "power": round(power, 2), "power_agreed": round(agreed_power, 2)}
