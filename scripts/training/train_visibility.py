#!/usr/bin/env python3
"""Teach `edge/vision/faces/visibility.npy` when a mouth or eyes are covered, from FER2013's faces.

    MOODROOM_MODELS=models python scripts/training/train_visibility.py --data fer2013.npz [--faces 5000] [--out FILE]

Needs YuNet and scikit-learn. Each face is shown as it is and with things drawn over it: boxes, masks, scarves, hands,
cups, dark glasses, brims, noise, patterns, and pieces of other pictures; sharp and blurred, near and far. The figures
are of the public test.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
from sklearn.neural_network import MLPClassifier

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts" / "measure")]

from edge.analysis.dataset import read  # noqa: E402
from edge.config import VisionConfig  # noqa: E402
from edge.values import Face, Grey, Point  # noqa: E402
from edge.vision.crop import cut, square  # noqa: E402
from edge.vision.detector import Detector, open_detector  # noqa: E402
from edge.vision.faces import visibility  # noqa: E402

SIDE, RIM, INPUT = 96, 32, 48
# How often each picture is shown, differently degraded; pictures with nothing drawn over them are the rarer ones.
VIEWS, CLEAN_VIEWS = 3, 6
Random = np.random.Generator


def tone(picture: Grey, random: Random) -> np.ndarray:
    """A surface of the picture's size: flat, shaded, of skin, or rough, with the folds of a cloth or without."""
    height, width = picture.shape
    base = float(
        random.choice([random.uniform(5, 250), float(np.median(picture[40:120, 40:120])) + random.normal(0, 15)])
    )
    slope = random.normal(0, 30, 2)
    down, across = np.mgrid[0:height, 0:width] / width - 0.5
    surface = base + slope[0] * across + slope[1] * down
    if random.random() < 0.5:
        grain = random.normal(0, 1, (height, width))
        surface = surface + random.uniform(2, 12) * cv2.GaussianBlur(grain, (0, 0), float(random.uniform(0.5, 4))) * 3
    for _ in range(int(random.integers(0, 5))):
        line = np.zeros((height, width), np.float32)
        a, b = random.integers(20, 140, 2), random.integers(20, 140, 2)
        cv2.line(line, tuple(map(int, a)), tuple(map(int, b)), 1.0, int(random.integers(1, 4)))
        surface = surface + random.normal(0, 35) * cv2.GaussianBlur(line, (0, 0), float(random.uniform(0.6, 3)))
    return surface


def patterned(picture: Grey, random: Random) -> np.ndarray:
    """Stripes, checks or dots, or noise, as of a printed cloth or a broken picture."""
    height, width = picture.shape
    base, contrast = random.uniform(20, 235), random.uniform(8, 110)
    if random.random() < 0.3:
        grain = random.normal(0, 1, (height, width))
        size = float(random.choice([0.0, random.uniform(0.5, 1.5)]))
        return base + contrast * (grain if size == 0 else 2 * size * cv2.GaussianBlur(grain, (0, 0), size))
    down, across = np.mgrid[0:height, 0:width].astype(np.float64)
    angle, period = random.uniform(0, np.pi), random.uniform(3, 24)
    if random.random() < 0.35:
        size = random.uniform(5, 20)
        cells = [(across * np.cos(angle) + down * np.sin(angle)) / size % 1 - 0.5]
        cells.append((down * np.cos(angle) - across * np.sin(angle)) / size % 1 - 0.5)
        dots = (np.hypot(*cells) < random.uniform(0.15, 0.42)).astype(np.float32)
        return base + random.choice([-1, 1]) * contrast * cv2.GaussianBlur(dots, (0, 0), 0.8)
    along = np.sin(2 * np.pi * (across * np.cos(angle) + down * np.sin(angle)) / period)
    aside = np.sin(2 * np.pi * (down * np.cos(angle) - across * np.sin(angle)) / period + random.uniform(0, 6))
    wave = [along, along * aside, np.maximum(along, aside)][int(random.integers(3))]
    return base + contrast * (np.sign(wave) if random.random() < 0.5 else wave)


def glazed(picture: Grey, face: Face, random: Random) -> np.ndarray:
    """A cup: pale or dark, shaded on one side, with its rim or what is in it above the mouth, and a gleam."""
    assert face.landmarks is not None
    height, width = picture.shape
    (x, y), wide = np.mean(face.landmarks[3:], axis=0), face.landmarks[1][0] - face.landmarks[0][0]
    base = random.uniform(170, 252) if random.random() < 0.6 else random.uniform(20, 170)
    cup = np.full((height, width), base, np.float32)
    edge = int(x + random.uniform(-0.3, 0.4) * wide)
    cup[:, edge:] *= float(random.uniform(0.65, 1.0))
    if random.random() < 0.7:
        at = _at(x + random.normal(0, 0.05) * wide, y - random.uniform(0.0, 0.6) * wide)
        axes = max(2, int(random.uniform(0.35, 0.65) * wide)), max(2, int(random.uniform(0.08, 0.25) * wide))
        cv2.ellipse(cup, at, axes, 0, 0, 360, float(base * random.uniform(0.3, 0.95)), int(random.choice([-1, 2])))
    if random.random() < 0.3:
        gleam = int(x + random.uniform(-0.4, 0.4) * wide)
        cup[:, gleam : gleam + int(random.integers(2, 7))] += float(random.uniform(10, 60))
    return cv2.GaussianBlur(cup, (0, 0), float(random.uniform(0.5, 2)))


def pleated(picture: Grey, random: Random) -> np.ndarray:
    """The cloth of a mask: horizontal folds, darker or brighter, which look like closed lips."""
    height, width = picture.shape
    base = float(random.uniform(40, 245))
    cloth = np.full((height, width), base, np.float32)
    cloth += np.float32(random.normal(0, 25)) * (np.mgrid[0:height, 0:width][1] / width - 0.5).astype(np.float32)
    y, bend = float(random.uniform(0, 30)), float(random.uniform(-10, 10))
    while y < height:
        xs = np.arange(0, width, 8)
        curve = y + bend * ((xs - width / 2) / (width / 2)) ** 2
        points = np.stack([xs, curve], -1).astype(np.int32)
        cv2.polylines(cloth, [points], False, base * float(random.uniform(0.6, 1.12)), int(random.integers(1, 4)))
        y += float(random.uniform(9, 34))
    return cloth + random.normal(0, random.uniform(0, 4), cloth.shape)


def paste(picture: Grey, mask: np.ndarray, surface: np.ndarray, random: Random) -> Grey:
    soft = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), float(random.uniform(0.4, 1.6)))
    return np.clip(picture + soft * (surface - picture), 0, 255).astype(np.uint8)


def over_mouth(face: Face, shape: tuple[int, int], random: Random) -> np.ndarray:
    """A mask, a hand, a cup or a box over the mouth: 1 where it lies."""
    assert face.landmarks is not None
    right, left, nose, a, b = (np.array(point) for point in face.landmarks)
    mouth, wide = (a + b) / 2, float(np.linalg.norm(left - right))
    mask = np.zeros(shape, np.uint8)
    kind = random.choice(["box", "cloth", "hand", "cup", "scarf"])
    top = nose + random.uniform(-0.45, 0.75) * (mouth - nose) * (1 if kind != "cup" else 0.7)
    x, y = mouth
    if kind == "box":
        half = wide * random.uniform(0.5, 1.3)
        cv2.rectangle(mask, _at(x - half, top[1]), _at(x + half, y + wide * random.uniform(0.3, 1.5)), 1, -1)
    elif kind == "cloth":
        half = wide * random.uniform(0.75, 1.15)
        low = y + wide * random.uniform(0.6, 1.1)
        points = [(x - half, top[1] + 0.1 * wide), (nose[0], top[1] - 0.1 * wide), (x + half, top[1] + 0.1 * wide)]
        points += [(x + 0.7 * half, low - 0.2 * wide), (x, low), (x - 0.7 * half, low - 0.2 * wide)]
        cv2.fillPoly(mask, [np.array(points).astype(np.int32)], 1)
    elif kind == "scarf":
        half, low = wide * random.uniform(1.0, 1.8), y + wide * random.uniform(1.0, 2.0)
        points = [(x - half, top[1] - wide * random.uniform(-0.3, 0.3)), (nose[0], top[1])]
        points += [(x + half, top[1] - wide * random.uniform(-0.3, 0.3)), (x + half, low), (x - half, low)]
        cv2.fillPoly(mask, [np.array(points).astype(np.int32)], 1)
    elif kind == "hand":
        angle = random.uniform(-1.2, 1.2) + random.choice([0, np.pi / 2])
        along, aside = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
        thick = wide * random.uniform(0.2, 0.32)
        for finger in range(-2, 3):
            centre = mouth + aside * finger * thick * 0.95 + along * random.normal(0, 0.1) * wide
            ends = [
                _at(*(centre + along * wide * reach)) for reach in (-random.uniform(0.6, 1.1), random.uniform(0.6, 1.6))
            ]
            cv2.line(mask, *ends, 1, max(2, int(thick)))
    else:
        half = wide * random.uniform(0.35, 0.6)
        cv2.rectangle(mask, _at(x - half, top[1]), _at(x + half, y + wide * random.uniform(0.7, 1.6)), 1, -1)
        cv2.ellipse(mask, _at(x, top[1]), (max(1, int(half)), max(1, int(half * 0.35))), 0, 0, 360, 1, -1)
    return mask


def over_eyes(face: Face, shape: tuple[int, int], random: Random) -> np.ndarray:
    """Dark glasses, a brim, a hand or a box over the eyes."""
    assert face.landmarks is not None
    right, left, *_ = (np.array(point) for point in face.landmarks)
    eyes, wide = (right + left) / 2, float(np.linalg.norm(left - right))
    mask = np.zeros(shape, np.uint8)
    kind = random.choice(["glasses", "brim", "hand", "box"])
    x, y = eyes
    if kind == "glasses":
        for eye in (right, left):
            size = (max(2, int(wide * random.uniform(0.36, 0.5))), max(2, int(wide * random.uniform(0.26, 0.4))))
            cv2.ellipse(mask, _at(*eye), size, 0, 0, 360, 1, -1)
        cv2.line(mask, _at(*right), _at(*left), 1, 2)
    elif kind == "brim":
        low = y + wide * random.uniform(0.18, 0.4)
        cv2.ellipse(mask, _at(x, low - wide), (int(1.4 * wide), int(wide)), 0, 0, 360, 1, -1)
    elif kind == "hand":
        thick = wide * random.uniform(0.2, 0.32)
        for finger in range(-2, 3):
            start, end = (
                _at(x - wide * random.uniform(0.8, 1.4), y + finger * thick * 0.9),
                _at(x + wide * random.uniform(0.7, 1.2), y + finger * thick * 0.9),
            )
            cv2.line(mask, start, end, 1, max(2, int(thick)))
    else:
        half, high = wide * random.uniform(0.85, 1.4), wide * random.uniform(0.28, 0.6)
        cv2.rectangle(mask, _at(x - half, y - high), _at(x + half, y + high), 1, -1)
    return mask


def _at(x: float, y: float) -> tuple[int, int]:
    return round(float(x)), round(float(y))


def degraded(picture: Grey, random: Random) -> Grey:
    """As from farther away, blurred, moved, noisy, darker or brighter."""
    share = float(random.choice([1.0, random.uniform(0.22, 1.0)]))
    height, width = picture.shape
    small = cv2.resize(picture, (max(8, int(width * share)), max(8, int(height * share))), interpolation=cv2.INTER_AREA)
    out = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    if random.random() < 0.15:
        kernel = np.zeros((9, 9), np.float32)
        angle, half = random.uniform(0, np.pi), random.uniform(1, 3)
        reach = half * np.array([np.cos(angle), np.sin(angle)])
        cv2.line(kernel, _at(*(4 - reach)), _at(*(4 + reach)), 1.0, 1)
        out = cv2.filter2D(out, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)
    out = out * random.uniform(0.35, 1.15) + random.uniform(-10, 20) + random.normal(0, random.uniform(0, 4), out.shape)
    return np.clip(out, 0, 255).astype(np.uint8)


def patches(picture: Grey, face: Face, random: Random) -> tuple[np.ndarray, np.ndarray]:
    assert face.landmarks is not None
    box = square(face.box, margin=1.1, raised=0.02)
    wide = face.landmarks[1][0] - face.landmarks[0][0]
    points: list[Point] = [
        (x + random.normal(0, 0.03) * wide, y + random.normal(0, 0.03) * wide) for x, y in face.landmarks
    ]
    aligned = visibility.on_template(cut(picture, box, INPUT), box, points)
    aligned = aligned[:, :: random.choice([-1, 1])]
    return visibility.pattern(aligned[visibility.EYES]), visibility.pattern(aligned[visibility.MOUTH])


def examples(images: Grey, detector: Detector, random: Random, count: int) -> tuple[list[np.ndarray], ...]:
    """Patches of eyes and their answers, patches of mouths and their answers."""
    eyes, eyes_seen, mouths, mouths_seen = [], [], [], []

    def add(picture: Grey, face: Face, *, eyes_are: int | None, mouth_is: int | None) -> None:
        for _ in range(VIEWS if eyes_are != mouth_is else CLEAN_VIEWS):
            e, m = patches(degraded(picture, random), face, random)
            if eyes_are is not None:
                eyes.append(e)
                eyes_seen.append(eyes_are)
            if mouth_is is not None:
                mouths.append(m)
                mouths_seen.append(mouth_is)

    for index in random.permutation(len(images))[:count]:
        face48 = cv2.resize(images[index], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
        clean = cv2.copyMakeBorder(face48, RIM, RIM, RIM, RIM, cv2.BORDER_REPLICATE)
        found = detector.find(clean)
        if not found or found[0].landmarks is None:
            continue
        add(clean, found[0], eyes_are=1, mouth_is=1)
        for cover in (over_mouth, over_mouth, over_eyes):
            covered = paste(
                clean, cover(found[0], clean.shape, random), surface(clean, found[0], images, random), random
            )
            again = detector.find(covered)
            # What YuNet still takes for a face is judged by the places that it reports.
            face = again[0] if again and again[0].landmarks is not None and random.random() < 0.8 else found[0]
            if face.box.overlap(found[0].box) < 0.5:
                continue
            add(covered, face, eyes_are=int(cover is over_mouth), mouth_is=int(cover is over_eyes))
    return eyes, eyes_seen, mouths, mouths_seen


def surface(picture: Grey, face: Face, images: Grey, random: Random) -> np.ndarray:
    """What is drawn over a face: a surface, or a piece of another picture."""
    if random.random() < 0.2:
        top, left = random.integers(0, 24, 2)
        piece = images[int(random.integers(len(images)))][top : top + 24, left : left + 24][:: random.choice([-1, 1])]
        return cv2.resize(piece, picture.shape[::-1], interpolation=cv2.INTER_CUBIC).astype(np.float32)
    if random.random() < 0.15:
        return glazed(picture, face, random)
    if random.random() < 0.35:
        return pleated(picture, random)
    if random.random() < 0.5:
        return patterned(picture, random)
    if random.random() < 0.15:
        return random.uniform(5, 60) + random.normal(0, 2, picture.shape)
    return tone(picture, random)


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--faces", type=int, default=5000)
    parser.add_argument("--out", type=Path, default=visibility.WEIGHTS)
    args = parser.parse_args()
    detector = open_detector(VisionConfig(detector="yunet"), base=ROOT)
    taught = examples(read(args.data, "training").images, detector, np.random.default_rng(1), args.faces)
    tests = examples(read(args.data, "public").images, detector, np.random.default_rng(2), args.faces // 6)
    flat = []
    for part, (x, y), (tx, ty) in (("eyes", taught[:2], tests[:2]), ("mouth", taught[2:], tests[2:])):
        net = MLPClassifier(
            (visibility.HIDDEN,), alpha=0.3, batch_size=256, max_iter=30, early_stopping=True, random_state=1
        )
        net.fit(np.array(x), np.array(y))
        chance, truth = net.predict_proba(np.array(tx))[:, 1], np.array(ty)
        seen, hidden = np.sort(chance[truth == 1]), np.sort(chance[truth == 0])
        print(f"{part}: taught by {len(x)}; above 0.5: of the visible {np.mean(seen > 0.5):.1%}", end="")
        print(f", of the covered {np.mean(hidden > 0.5):.1%}")
        print("   visible at 1, 5, 10, 50 %:", np.percentile(seen, [1, 5, 10, 50]).round(3))
        print("   covered at 50, 90, 95, 99 %:", np.percentile(hidden, [50, 90, 95, 99]).round(3))
        flat += [net.coefs_[0].ravel(), net.intercepts_[0], net.coefs_[1].ravel(), net.intercepts_[1]]
    np.save(args.out, np.concatenate(flat).astype(np.float16))


if __name__ == "__main__":
    main()
