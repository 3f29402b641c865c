"""The model's outputs; also a program for an environment with the other runtime and without pytest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.vision.classifier import Classifier

ROOT = Path(__file__).resolve().parent.parent.parent
MODEL = ROOT / "models" / "tflite" / "fer_int8.tflite"


def demo_faces() -> list[NDArray[np.uint8]]:
    """The demo's faces, one for each expression in the order of the labels."""
    strip = cv2.imread(str(ROOT / "edge" / "demo" / "faces.png"), cv2.IMREAD_GRAYSCALE)
    assert strip is not None
    side = strip.shape[0]
    faces = [cv2.resize(strip[:, n * side : (n + 1) * side], (48, 48), interpolation=cv2.INTER_AREA) for n in range(7)]
    return [np.asarray(face, np.uint8) for face in faces]


def outputs(package: str, pictures: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    """For each head the raw int8 logits and the probabilities."""
    model = Classifier(MODEL, packages=(package,))
    rows: dict[str, list[NDArray[Any]]] = {}
    for picture in pictures:
        for name, probabilities in model.classify(picture).items():
            raw = model._interpreter.get_tensor(model._heads[name].index)[0]
            rows.setdefault(f"{name}_raw", []).append(raw.copy())
            rows.setdefault(name, []).append(probabilities)
    return {name: np.stack(values) for name, values in rows.items()}


if __name__ == "__main__":
    np.savez(sys.argv[2], **outputs("tflite_runtime", np.load(sys.argv[1])))
