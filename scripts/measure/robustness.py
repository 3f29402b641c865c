#!/usr/bin/env python3
"""Measure the shipped model on small, dark and blurred faces, and behind the device's own detector.

    python scripts/measure/robustness.py --data fer2013.npz [--split public] [--json]

Figures are the accuracy of the head `expression` on the taggers' majority, on a seeded sample.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

import scenes
from edge.analysis.dataset import LabelledFaces, read
from edge.config import VisionConfig
from edge.values import Box, Grey
from edge.vision.classifier import Classifier
from edge.vision.crop import cut, square
from edge.vision.detector import open_detector

ROOT = Path(__file__).parents[2]


def gamma(face: Grey, power: float) -> Grey:
    return np.rint(255 * (face / 255.0) ** power).astype(np.uint8)


def small(face: Grey, side: int) -> Grey:
    tiny = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(tiny, face.shape[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def jpeg(face: Grey, quality: int) -> Grey:
    data = cv2.imencode(".jpg", face, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


def infrared(face: Grey) -> Grey:
    """Simulate an infrared lamp beside the lens: flat bright skin, low contrast, dark eyes, a darker rim, noise.

    The shading (a Gaussian blur of 5 pixels) is reduced to a quarter around a skin level of 0.72. Lines darker than the
    shading keep 0.6 of their contrast, brighter ones 0.3. Dark lines are doubled where FER2013's faces have their eyes.
    """
    grey = face / 255.0
    broad = cv2.GaussianBlur(grey, (0, 0), 5)
    lines = grey - broad
    flat = 0.72 + 0.25 * (broad - broad.mean()) + np.where(lines < 0, 0.6, 0.3) * lines
    down, across = np.meshgrid(*(np.linspace(-1, 1, side) for side in face.shape), indexing="ij")
    eyes = np.exp(-(((np.abs(across) - 0.38) / 0.17) ** 2) - ((down + 0.2) / 0.13) ** 2)
    flat -= eyes * (0.6 * np.maximum(-lines, 0) + 0.06)
    flat *= 1 - 0.12 * (across**2 + down**2)
    noise = np.random.default_rng(int(face.sum())).normal(0, 0.012, face.shape)
    picture: Grey = np.rint(255 * np.clip(flat + noise, 0, 1)).astype(np.uint8)
    return picture


CHANGES: dict[str, Callable[[Grey], Grey]] = {
    "as it is": lambda face: face,
    "24 px": lambda face: small(face, 24),
    "gamma 0.5": lambda face: gamma(face, 0.5),
    "gamma 2": lambda face: gamma(face, 2.0),
    "mild blur": lambda face: np.asarray(cv2.GaussianBlur(face, (0, 0), 1.0), np.uint8),
    "JPEG 40": lambda face: jpeg(face, 40),
    "infrared": infrared,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "tflite" / "fer_int8.tflite")
    parser.add_argument("--split", default="public")
    parser.add_argument("--faces", type=int, default=1200)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    model = Classifier(args.model)
    faces = read(args.data, args.split)
    assert faces.top is not None
    random = np.random.default_rng(1)
    labelled = np.flatnonzero(faces.top >= 0)
    sample = random.choice(labelled, min(args.faces, len(labelled)), replace=False)
    figures = {name: _accuracy(model, faces, sample, change) for name, change in CHANGES.items()}
    figures |= _found(model, faces, sample)
    if args.json:
        print(json.dumps(figures, indent=1))
        return
    table = Table("", "accuracy", "lost, points")
    for name, value in figures.items():
        base = figures["found: cut by hand"] if name.startswith("found") else figures["as it is"]
        lost = "" if name.startswith("share") else f"{100 * (base - value):.1f}"
        table.add_row(name, f"{value:.1%}", lost)
    Console().print(table)


def _accuracy(model: Classifier, faces: LabelledFaces, sample: np.ndarray, change: Callable[[Grey], Grey]) -> float:
    assert faces.top is not None
    return float(np.mean([_reads(model, change(faces.images[i]), faces.top[i]) for i in sample]))


def _found(model: Classifier, faces: LabelledFaces, sample: np.ndarray) -> dict[str, float]:
    """Paste faces at 48 to 160 pixels into a drawn room, detect them, and crop them with several margins."""
    assert faces.top is not None
    random = np.random.default_rng(2)
    detector = open_detector(VisionConfig(detector="auto"), base=ROOT)
    room = scenes.draw_room(random)
    margins = {f"found, margin {m:.2f}": m for m in (1.0, 1.05, 1.1, 1.15, 1.2)}
    right: dict[str, list[bool]] = {name: [] for name in ("found: cut by hand", *margins)}
    found = 0
    for i in track(sample, "scenes", console=Console(stderr=True), transient=True):
        side = int(random.integers(48, 161))
        x, y = int(random.integers(0, scenes.WIDTH - side)), int(random.integers(0, scenes.HEIGHT - side))
        picture = (room + random.normal(0, 2, room.shape)).clip(0, 255).astype(np.uint8)
        picture[y : y + side, x : x + side] = cv2.resize(faces.images[i], (side, side), interpolation=cv2.INTER_LINEAR)
        truth = Box(x, y, side, side)
        boxes = [face.box for face in detector.find(picture) if face.box.overlap(truth) > 0.2]
        if not boxes:
            continue
        found += 1
        by_hand = cut(picture, truth, model.size)
        right["found: cut by hand"].append(_reads(model, by_hand, faces.top[i]))
        for name, margin in margins.items():
            face = cut(picture, square(boxes[0], margin=margin, raised=0.02), model.size)
            right[name].append(_reads(model, face, faces.top[i]))
    figures = {name: float(np.mean(answers)) for name, answers in right.items()}
    return {**figures, f"share found by {detector.name}": found / len(sample)}


def _reads(model: Classifier, face: Grey, label: int) -> bool:
    # The sample has the shares of the training set, which a head without a prior leaves out.
    return bool((model.classify(face)["expression"] * model.training_shares).argmax() == label)


if __name__ == "__main__":
    main()
