#!/usr/bin/env python3
"""Measure how far the device sees: faces found and read right by distance, and what the searches cost.

    MOODROOM_MODELS=models python scripts/measure/reach.py --data fer2013.npz [--faces 40] [--json]

Real faces (15 cm wide, on a drawn head) are put into drawn rooms as a lens shows them from afar. A face counts as found
if a search, or any part of a far search, finds it; as read right if the label with the highest probability is that of
the taggers, of the faces that are found. Costs are CPU milliseconds on this machine.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import numpy as np

import scenes
from edge.analysis.dataset import read
from edge.config import Config, VisionConfig
from edge.values import EXPRESSIONS, Box, Face, Grey
from edge.vision.classifier import Classifier
from edge.vision.detector import Detector, open_detector
from edge.vision.pipeline import BASE, find_model
from edge.vision.region import wide_part, wide_parts

FACE_M = 0.15
DISTANCES_M = (1, 2, 3, 4, 5, 6)
PICTURES = ((640, 480), (1280, 720), (1920, 1080))
LENSES_DEG = (66, 102)
SIZES_PX = (14, 16, 18, 20, 24, 28)
# FER2013's pictures are wider than YuNet's boxes by this factor.
PICTURE_TO_BOX = 1.3
OVERLAP_MIN = 0.2


def width_px(distance: float, width: int, lens: float) -> float:
    """The width of a face in the middle of the picture."""
    return FACE_M / distance * width / 2 / math.tan(math.radians(lens / 2))


def picture(face: Grey, size: tuple[int, int], face_px: float, random: np.random.Generator) -> tuple[Grey, Box]:
    """A room with one person, and where the face is."""
    width, height = size
    room = cv2.resize(scenes.draw_room(random), size, interpolation=cv2.INTER_LINEAR)
    side = max(6, round(face_px * PICTURE_TO_BOX))
    x, y = int(random.integers(side, width - 2 * side)), int(random.integers(side, height - 2 * side))
    cv2.ellipse(room, (x + side // 2, y + side // 2), (round(0.52 * side), round(0.66 * side)), 0, 0, 360, 45.0, -1)
    cv2.ellipse(
        room, (x + side // 2, y + round(1.75 * side)), (round(1.1 * side), round(0.8 * side)), 0, 180, 360, 70.0, -1
    )
    large = cv2.resize(face, (side * 4, side * 4), interpolation=cv2.INTER_CUBIC)
    small = cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    down, across = np.mgrid[0:side, 0:side]
    distance = np.hypot((across / side - 0.5) / 0.46, (down / side - 0.5) / 0.52)
    mask = np.clip((1 - distance) / 0.1, 0, 1)
    under = room[y : y + side, x : x + side]
    under += mask * (small - under)
    noisy = room + random.normal(0, 2, room.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), Box(x, y, side, side)


def found(detector: Detector, grey: Grey, truth: Box) -> tuple[Face | None, bool]:
    """The face, and whether the usual search found it."""
    near = [face for face in detector.find(grey) if face.box.overlap(truth) > OVERLAP_MIN]
    if near:
        return near[0], True
    for turn in range(wide_parts(grey.shape)):
        part = wide_part(grey, turn)
        height, width = part.grey.shape
        # Parts without the face cost time only.
        if part.x <= truth.centre[0] < part.x + width and part.y <= truth.centre[1] < part.y + height:
            far = [face for face in detector.find_far(grey, turn) if face.box.overlap(truth) > OVERLAP_MIN]
            if far:
                return far[0], False
    return None, False


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--faces", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    faces, random = read(args.data, "private"), np.random.default_rng(1)
    assert faces.top is not None and faces.agreed is not None
    sample = random.choice(np.flatnonzero(faces.agreed), args.faces, replace=False)
    detector = open_detector(VisionConfig(), base=BASE)
    model = Classifier(find_model(Config().vision.model, BASE))

    def shares(size: tuple[int, int], face_px: float) -> dict[str, float]:
        hits, usual, right = 0, 0, 0
        for index in sample:
            grey, truth = picture(faces.images[index], size, face_px, random)
            face, by_search = found(detector, grey, truth)
            if face is not None:
                hits, usual = hits + 1, usual + by_search
                chances = model.read(grey, face).probabilities
                right += EXPRESSIONS[int(np.argmax(chances))] == EXPRESSIONS[int(faces.top[index])]  # type: ignore[index]
        return {
            "face_px": round(face_px, 1),
            "found": round(hits / len(sample), 3),
            "by the usual search": round(usual / len(sample), 3),
            "read right": round(right / max(1, hits), 3),
        }

    figures: dict[str, object] = {}
    for size in PICTURES:
        for px in SIZES_PX:
            figures[f"{size[0]} wide, {px} px"] = shares(size, px)
    for size in PICTURES:
        for lens in LENSES_DEG:
            for metres in DISTANCES_M:
                figures[f"{size[0]} wide, {lens} degrees, {metres} m"] = shares(size, width_px(metres, size[0], lens))
    for size in PICTURES:
        grey, _ = picture(faces.images[sample[0]], size, 40, random)
        calls: dict[str, Callable[[], object]] = {
            "search": partial(detector.find, grey),
            "far part": partial(detector.find_far, grey, 0),
        }
        for name, call in calls.items():
            call()
            begun = time.process_time()
            for _ in range(10):
                call()
            figures[f"{size[0]} wide, {name}, CPU ms"] = round(100 * (time.process_time() - begun), 2)
    if args.json:
        print(json.dumps(figures, indent=1))
        return
    for key, value in figures.items():
        text = ", ".join(f"{name} {number}" for name, number in value.items()) if isinstance(value, dict) else value
        print(f"{key}: {text}")


if __name__ == "__main__":
    main()
