"""A small labelled set of faces, and a classifier that reads it, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ANGRY, DISGUST, FEAR, HAPPY, SAD, SURPRISE, NEUTRAL = range(7)


def rows_of(*classes: int, confidence: float = 0.7) -> NDArray[np.float64]:
    """Rows with this probability for these classes, and equal ones for the others."""
    rows = np.full((len(classes), 7), (1 - confidence) / 6)
    rows[np.arange(len(classes)), classes] = confidence
    return rows


def votes(**of: int) -> list[int]:
    """One row of ferplus_votes."""
    names = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "nf"]
    return [of.get(name, 0) for name in names]


def archive(folder: Path, **changes: Any) -> Path:
    """An archive of six faces; the grey level of each is the class that `by_grey` returns."""
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
    return {"expression": rows_of(int(face[0, 0]))[0], "fer2013": rows_of(ANGRY)[0]}
