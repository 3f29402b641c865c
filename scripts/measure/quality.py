#!/usr/bin/env python3
"""Measure the quality of faces that look into the camera, as they are and with things before their mouths.

    MOODROOM_MODELS=models python scripts/measure/quality.py --data fer2013.npz [--faces 400] [--json]

Faces of the public test, seeded, are drawn 110 px wide into a room, with the sensor's noise. Those that look into the
camera (yaw below 20 degrees, roll below 15) are shown again behind masks, cups, hands and boxes. A face of a quality
above 0.8 is read as any other, and one below 0.25 is no evidence.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))

import heads  # noqa: E402
import scenes  # noqa: E402
from edge.analysis.dataset import read  # noqa: E402
from edge.config import Config, VisionConfig  # noqa: E402
from edge.values import Face, Grey  # noqa: E402
from edge.vision.classifier import Classifier  # noqa: E402
from edge.vision.detector import Detector, open_detector  # noqa: E402
from edge.vision.pipeline import BASE, find_model  # noqa: E402

SIZE_PX = 110
YAW_MAX_DEG, ROLL_MAX_DEG = 20.0, 15.0
FULL, NO_EVIDENCE = 0.8, 0.25
GRAIN = 2.0
X, Y = scenes.WIDTH * 0.5, scenes.HEIGHT * 0.45
MOUTH_Y = Y + 0.22 * SIZE_PX
Cover = Callable[[np.ndarray, float, np.random.Generator], None]


def _mask(picture: np.ndarray, _: float, random: np.random.Generator) -> None:
    heads.cloth_mask(picture, X, MOUTH_Y, SIZE_PX, float(random.uniform(50, 230)))


def _printed(pattern: str) -> Cover:
    """A mask of printed cloth."""

    def cover(picture: np.ndarray, _: float, random: np.random.Generator) -> None:
        ground, ink = random.uniform(40, 235, 2)
        base, print_ = np.zeros_like(picture), heads.printed(picture.shape, pattern, SIZE_PX, random)
        heads.cloth_mask(base, X, MOUTH_Y, SIZE_PX, 1.0)
        picture += (base > 0) * (base * (ground + (ink - ground) * print_) - picture)

    return cover


def _cup(low: float, high: float) -> Cover:
    return lambda picture, _, random: heads.cup(picture, X, MOUTH_Y, SIZE_PX, float(random.uniform(low, high)))


def _box(picture: np.ndarray, _: float, __: np.random.Generator) -> None:
    half = int(0.3 * SIZE_PX)
    cv2.rectangle(picture, (int(X) - half, int(MOUTH_Y) - half), (int(X) + half, int(MOUTH_Y) + half), 128.0, -1)


COVERS: dict[str, Cover] = {
    "plain mask": _mask,
    "striped mask": _printed("stripes"),
    "dotted mask": _printed("dots"),
    "dark cup": _cup(30, 110),
    "pale cup": _cup(180, 250),
    "hand": lambda picture, skin, random: heads.hand(picture, X, MOUTH_Y, SIZE_PX, 1.05 * skin, random),
    "grey box": _box,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--faces", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    images, random = read(args.data, "public").images, np.random.default_rng(args.seed)
    detector, model = open_detector(VisionConfig(), base=BASE), Classifier(find_model(Config().vision.model, BASE))
    found: defaultdict[str, list[float]] = defaultdict(list)
    for index in random.permutation(len(images)).tolist():
        if len(found["as they are"]) == args.faces:
            break
        clean = drawn(images[index], random)
        face = detected(detector, clean)
        if face is None or face.pose is None or abs(face.pose.yaw) > YAW_MAX_DEG or abs(face.pose.roll) > ROLL_MAX_DEG:
            continue
        found["as they are"].append(model.read(clean, face).quality)
        for name, cover in COVERS.items():
            covered = drawn(images[index], random, cover)
            behind = detected(detector, covered)
            if behind is not None:
                found[name].append(model.read(covered, behind).quality)
    rows = {
        name: {
            "faces": len(values),
            "full": round(float(np.mean(np.array(values) >= FULL)), 3),
            "no evidence": round(float(np.mean(np.array(values) < NO_EVIDENCE)), 3),
        }
        for name, values in found.items()
    }
    if args.json:
        print(json.dumps(rows, indent=1))
        return
    for name, row in rows.items():
        print(f"{name}: {row['faces']} found, {row['full']:.1%} above {FULL}, {row['no evidence']:.1%} no evidence")


def drawn(face: Grey, random: np.random.Generator, cover: Cover = lambda *_: None) -> Grey:
    """A person in a room, seen from in front."""
    room = cv2.GaussianBlur(scenes.draw_room(np.random.default_rng(1)), (0, 0), 0.7)
    heads.draw(room, heads.turned(face, SIZE_PX), X, Y, SIZE_PX)
    cover(room, float(np.median(face[20:44, 12:36])), random)
    grey: Grey = np.clip(room + random.normal(0, GRAIN, room.shape), 0, 255).astype(np.uint8)
    return grey


def detected(detector: Detector, grey: Grey) -> Face | None:
    """The face in the middle of the picture."""
    near = [face for face in detector.find(grey) if abs(face.box.centre[0] - X) < SIZE_PX / 2]
    return near[0] if near else None


if __name__ == "__main__":
    main()
