#!/usr/bin/env python3
"""Measure whether pictures, televisions and people who keep still are told apart, in seeded scenes.

    python scripts/measure/liveness.py --data fer2013.npz [--seeds 40] [--first 1000] [--kinds picture person] [--json]

Each seed draws another face, size, place, light, noise and compression. The detector and the pipeline are the real
ones; set MOODROOM_MODELS to the folder with YuNet's file.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

import scenes
from edge.config import Config
from edge.values import Box, Frame, Grey
from edge.vision.detector import open_detector
from edge.vision.pipeline import BASE, Pipeline

FPS = 5
# A face's box is this share of a picture of FER2013.
FACE_SHARE = 0.78
# Nobody is expected to be counted or not before this.
JUDGED_AFTER_S = 10.0
LIGHTS = ("steady", "flickers", "blinks", "drifts", "switched", "uneven")
Picture = NDArray[np.float32]
Light = Callable[[float], "float | Picture"]


@dataclass
class Result:
    """What a scene showed. counted: for how many seconds somebody was present after JUDGED_AFTER_S.

    first: when somebody was first present. lost: how often presence ended.
    """

    name: str
    seconds: float
    counted: float = 0.0
    first: float | None = None
    lost: int = 0
    looks: int = 0
    presence: list[tuple[float, bool]] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz, for its faces")
    parser.add_argument("--seeds", type=int, default=40, help="number of scenes of each kind")
    parser.add_argument("--first", type=int, default=1000, help="the first seed")
    parser.add_argument("--kinds", nargs="+", default=["picture", "person", "sitter", "television"])
    parser.add_argument("--seconds", type=float, help="length of each scene, instead of the usual one")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    faces = load_faces(args.data)
    figures: dict[str, Any] = {}
    for kind in args.kinds:
        seeds = range(args.first, args.first + args.seeds)
        results = [
            run(kind, seed, faces, args.seconds)
            for seed in track(seeds, kind, console=Console(stderr=True), transient=True)
        ]
        figures |= summary(kind, results)
        if kind in ("person", "sitter"):
            failed = [seed for seed, result in zip(seeds, results, strict=True) if not is_kept(result)]
            every = Config.model_validate({"vision": {"liveness": False}})
            # Whom the detector itself misses is nothing that this could change.
            also = [seed for seed in failed if not is_kept(run(kind, seed, faces, args.seconds, every))]
            share = 1 - (len(failed) - len(also)) / len(results)
            figures[f"{kind}: the same, or lost without liveness too, share"] = round(share, 4)
    if args.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:60} {value}")


def is_kept(result: Result) -> bool:
    """Return whether somebody was present soon, and without a break."""
    return result.first is not None and result.first <= JUDGED_AFTER_S and not result.lost


def summary(kind: str, results: list[Result]) -> dict[str, Any]:
    """Return the figures of one kind of scene."""
    count = len(results)
    found = sorted(result.first for result in results if result.first is not None)
    figures: dict[str, Any] = {f"{kind}: scenes": count}
    if kind in ("picture", "television"):
        wrong = [result for result in results if result.counted > 0]
        figures[f"{kind}: never present after {JUDGED_AFTER_S:.0f} s, share"] = round(1 - len(wrong) / count, 4)
        figures[f"{kind}: never present, share"] = round(1 - len(found) / count, 4)
        figures[f"{kind}: present, share of the time"] = round(
            sum(result.counted for result in results) / sum(result.seconds for result in results), 4
        )
        figures[f"{kind}: wrong"] = [(result.name, round(result.counted, 1)) for result in wrong][:8]
    else:
        kept = [result for result in results if is_kept(result)]
        figures[f"{kind}: present within 10 s and never lost, share"] = round(len(kept) / count, 4)
        figures[f"{kind}: present after, median and 95 %, s"] = (
            [round(found[len(found) // 2], 1), round(found[int(0.95 * (len(found) - 1))], 1)] if found else None
        )
        figures[f"{kind}: lost"] = [
            (result.name, result.first, result.presence[:6]) for result in results if result not in kept
        ][:8]
    return figures


def load_faces(data: Path) -> NDArray[np.uint8]:
    """Return FER2013's public-test faces, (n, 48, 48)."""
    from edge.analysis.dataset import read

    return np.asarray(read(data, "public").images)


def run(
    kind: str, seed: int, faces: NDArray[np.uint8], seconds: float | None = None, config: Config | None = None
) -> Result:
    """Pass one scene through the pipeline."""
    pipeline = Pipeline(config or Config(), base=BASE, nominal=True)
    length = seconds or {"picture": 90.0, "television": 300.0}.get(kind, 600.0)
    detector = open_detector(Config().vision, base=BASE)
    result, room = Result("", length), Room(kind, seed, faces)
    # A face that the detector doesn't find would prove nothing.
    while not any(room.is_drawn(face.box) for face in detector.find(room.frame(JUDGED_AFTER_S))):
        room = Room(kind, seed, faces, attempt=room.attempt + 1)
    result.name = room.name
    present, before = False, 0.0
    for index in range(round(length * FPS)):
        at = index / FPS
        reading = pipeline.process(Frame(index, at, room.frame(at)))
        if present and at > JUDGED_AFTER_S:
            result.counted += at - before
        before = at
        if reading is None or reading.present == present:
            continue
        present = reading.present
        result.presence.append((round(at, 1), present))
        result.lost += not present
        result.first = at if present and result.first is None else result.first
    return result


class Room:
    """One scene: a room with a picture, a television or a person.

    name: says what was drawn. place: of the face, in pixels. attempt: how many faces were drawn before it, with the
    same seed.
    """

    def __init__(self, kind: str, seed: int, faces: NDArray[np.uint8], attempt: int = 0) -> None:
        self.kind, self.attempt = kind, attempt
        self._random = random = np.random.default_rng([seed, attempt])
        self._faces = faces
        self._wall = scenes.draw_room(random) * np.float32(random.uniform(0.7, 1.1))
        self._size = float(random.uniform(28, 80)) / FACE_SHARE
        self.place = self._x, self._y = float(random.uniform(110, 530)), float(random.uniform(100, 300))
        self._noise = float(random.choice([0.7, 1.5, 3.0, 6.0]))
        self._quality = int(random.choice([0, 0, 0, 90, 70, 45]))
        light = str(random.choice(LIGHTS))
        self._light = make_light(light, random)
        self._grain = [random.normal(0, self._noise, (480, 640)).astype(np.float32) for _ in range(12)]
        self._body = Body(random, still=kind != "person") if kind in ("person", "sitter") else None
        self._film = Film(random, len(faces), self._size) if kind == "television" else None
        self._face = int(random.integers(len(faces)))
        if self._body is None and self._film is None:
            hang(self._wall, faces[self._face], self._x, self._y, self._size)
        elif self._body is not None:
            shoulders(self._wall, self._x, self._y, self._size)
        self.name = f"{kind} {seed}: {self._size * FACE_SHARE:.0f} px, {light}, noise {self._noise}, "
        self.name += f"quality {self._quality or '-'}"

    def is_drawn(self, box: Box) -> bool:
        """Return whether this is the face that was drawn."""
        x, y = box.centre
        return max(abs(x - self._x), abs(y - self._y)) < self._size and box.w < 1.5 * self._size

    def frame(self, at: float) -> Grey:
        """Return the frame at `at` seconds, (480, 640)."""
        picture = self._wall
        if self._body is not None:
            picture = picture.copy()
            self._body.put(picture, self._faces[self._face], self._x, self._y, self._size, at)
        elif self._film is not None:
            picture = picture.copy()
            self._film.put(picture, self._faces, self._x, self._y, at)
        light = self._light(at)
        picture = np.asarray(picture * np.float32(light), np.float32)
        noisy = cv2.add(picture, self._grain[int(self._random.integers(len(self._grain)))])
        grey = np.clip(noisy, 0, 255).astype(np.uint8)
        if self._quality:
            data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, self._quality])[1]
            grey = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)
        return grey


def make_light(name: str, random: np.random.Generator) -> Light:
    """Return the light over time: a factor, or one for each pixel."""
    down, across = np.mgrid[-1:1:480j, -1:1:640j].astype(np.float32)
    slope = random.uniform(-0.35, 0.35, 2)
    lamp = (1 + slope[0] * across + slope[1] * down).astype(np.float32)
    depth, period, start = random.uniform(0.03, 0.15), random.uniform(5, 25), random.uniform(5, 25)
    dim = float(random.uniform(0.3, 0.7))

    def light(at: float) -> float | Picture:
        if name == "flickers":
            return float(1 + depth * np.sin(2 * np.pi * 7.3 * at) * np.sin(at))
        if name == "blinks":
            return 1 + 2 * depth if at > start and (at // 1.3) % 3 == 0 else 1.0
        if name == "drifts":
            return float(1 - (1 - dim) * (0.5 - 0.5 * np.cos(2 * np.pi * at / 80)))
        if name == "switched":
            return lamp if (at // period) % 2 else dim
        if name == "uneven":
            return np.asarray(1 + depth * np.sin(2 * np.pi * 0.9 * at) * (lamp - 0.4), np.float32)
        return 1.0

    return light


def hang(wall: Picture, face: Grey, x: float, y: float, size: float) -> None:
    """Draw a framed picture."""
    half, edge = size / 2, size / 2 + 6
    cv2.rectangle(wall, (round(x - edge), round(y - edge)), (round(x + edge), round(y + edge)), 25.0, -1)
    _blend(wall, face.astype(np.float32), np.ones_like(face, np.float32), x - half, y - half, size, 0.0)


def shoulders(wall: Picture, x: float, y: float, size: float) -> None:
    """Draw what of a person doesn't move: a chair and shoulders."""
    half = size / 2
    cv2.ellipse(wall, (round(x), round(y + 2.2 * half)), (round(2 * half), round(1.3 * half)), 0, 180, 360, 70.0, -1)
    cv2.rectangle(wall, (round(x - 2 * half), round(y + 2.2 * half)), (round(x + 2 * half), 480), 70.0, -1)


class Body:
    """A person's small movements: breath, sway, blinking, now and then a nod."""

    def __init__(self, random: np.random.Generator, *, still: bool) -> None:
        """still: somebody who reads or sleeps, and hardly moves."""
        # Shares of a head's width, which is about 15 cm: a breath moves the head by 1 to 3 mm.
        self._breath = float(random.uniform(0.003, 0.01) if still else random.uniform(0.008, 0.02))
        self._sway = float(random.uniform(0.002, 0.008) if still else random.uniform(0.01, 0.04))
        self._breaths = float(random.uniform(3, 6))
        self._phases = random.uniform(0, 2 * np.pi, 5)
        self._blinks = float(random.uniform(2.5, 9))
        self._nods = 0.0 if still else float(random.uniform(15, 60))

    def put(self, picture: Picture, face: Grey, x: float, y: float, size: float, at: float) -> None:
        """Draw the head as it is at `at`."""
        a, b, c, d, e = self._phases
        y += size * self._breath * float(np.sin(2 * np.pi * at / self._breaths + a))
        x += size * self._sway * float(np.sin(at / 7.1 + b) + 0.4 * np.sin(at / 2.3 + c))
        y += size * self._sway * float(0.5 * np.sin(at / 11.3 + d))
        turn = 60 * self._sway * float(np.sin(at / 13 + e))
        if self._nods and at % self._nods < 1.2:
            y += size * 0.06 * float(np.sin(np.pi * (at % self._nods) / 1.2))
        levels = face.astype(np.float32)
        if at % self._blinks < 0.25:
            levels[17:23, 7:41] = 0.25 * levels[17:23, 7:41] + 0.75 * levels[23:25, 7:41].mean()
        head = levels.shape[0]
        rows, columns = np.mgrid[0:head, 0:head]
        mask = np.clip((1 - np.hypot((columns / head - 0.5) / 0.44, (rows / head - 0.5) / 0.5)) / 0.08, 0, 1)
        _blend(picture, levels, mask.astype(np.float32), x - size / 2, y - size / 2, size, turn)


class Film:
    """What is on a television: one face after another, each moving, with hard cuts."""

    def __init__(self, random: np.random.Generator, faces: int, size: float) -> None:
        self._size = size
        cuts = np.cumsum(random.uniform(1.5, 8, 200))
        self._cuts = cuts
        self._faces = random.integers(faces, size=len(cuts))
        self._tones = random.uniform(30, 200, (len(cuts), 6, 9)).astype(np.float32)
        self._places = random.uniform(-0.35, 0.35, (len(cuts), 2))
        self._still = random.random() < 0.3

    def put(self, picture: Picture, faces: NDArray[np.uint8], x: float, y: float, at: float) -> None:
        """Draw the screen as it is at `at`."""
        shot = int(np.searchsorted(self._cuts, at))
        wide, high = 2.3 * self._size, 1.35 * self._size
        left, top = round(x - wide / 2), round(y - high / 2)
        left, top = max(6, min(left, 634 - round(wide))), max(6, min(top, 474 - round(high)))
        size = (round(wide), round(high))
        cv2.rectangle(picture, (left - 5, top - 5), (left + size[0] + 4, top + size[1] + 4), 15.0, -1)
        screen = cv2.resize(self._tones[shot], size, interpolation=cv2.INTER_LINEAR)
        move = 0.0 if self._still else 0.05 * self._size * float(np.sin(1.7 * at + shot))
        face_x = wide / 2 + self._places[shot][0] * (wide - self._size) + move
        face_y = high / 2 + self._places[shot][1] * (high - self._size)
        face = faces[self._faces[shot]].astype(np.float32)
        half = self._size / 2
        _blend(screen, face, np.ones_like(face), face_x - half, face_y - half, self._size, 0.0)
        picture[top : top + size[1], left : left + size[0]] = screen


def _blend(picture: Picture, face: Picture, mask: Picture, left: float, top: float, size: float, turn: float) -> None:
    """Put a face at a place between pixels: drawn three times as large, then reduced."""
    fine = 3
    x0, y0, side = int(left) - 3, int(top) - 3, int(size) + 8
    scale = fine * size / face.shape[0]
    matrix = cv2.getRotationMatrix2D((face.shape[1] / 2, face.shape[0] / 2), turn, 1.0)
    matrix = scale * matrix
    matrix[:, 2] += (fine * (left - x0) + (scale - 1) / 2, fine * (top - y0) + (scale - 1) / 2)
    canvas = (fine * side, fine * side)
    drawn = cv2.warpAffine(face, matrix, canvas, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    cover = cv2.warpAffine(mask, matrix, canvas, flags=cv2.INTER_LINEAR)
    drawn = cv2.resize(drawn, (side, side), interpolation=cv2.INTER_AREA)
    cover = cv2.resize(cover, (side, side), interpolation=cv2.INTER_AREA)
    height, width = picture.shape
    a, b, c, d = max(0, y0), min(height, y0 + side), max(0, x0), min(width, x0 + side)
    if a < b and c < d:
        part = np.s_[a - y0 : b - y0, c - x0 : d - x0]
        picture[a:b, c:d] += cover[part] * (drawn[part] - picture[a:b, c:d])


if __name__ == "__main__":
    main()
