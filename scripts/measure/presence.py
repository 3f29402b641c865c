#!/usr/bin/env python3
"""Measure presence without a face: readers who turned away, and chairs that were left, in seeded scenes.

    python scripts/measure/presence.py [--seeds 100-119] [--seconds 60]

A reader shows a face for 12 s, then the back of a head that moves now and then. A chair's person shows a face for 12 s,
gets up and walks out of the picture. Lamps flicker and are switched, a curtain moves elsewhere, sensors have noise.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

import scenes
from edge.config import Config
from edge.values import Frame
from edge.vision.pipeline import BASE, Pipeline

SHAPES = ("round", "long hair", "bun", "bald", "hood", "hat")
MOVEMENTS = ("sways", "moves now and then", "breathes")
LIGHTS = ("steady", "flickers", "switched", "exposure", "lamp")
TURNS_AT_S, WALKS_OUT_IN_S = 12.0, 1.6
SHIFT = 4


@dataclass(frozen=True)
class Sitting:
    """One scene. leaves: the person walks out at TURNS_AT_S instead of turning away. size: of the head, pixels.

    amount: of the movement, pixels. curtain: whether one moves at the edge of the picture. jpeg: the camera's quality.
    """

    seed: int
    seconds: float
    leaves: bool
    shape: str
    movement: str
    light: str
    amount: float
    size: int
    x: float
    hair: float
    clothes: float
    noise: float
    curtain: bool
    jpeg: int | None


def draw(seed: int, seconds: float, *, leaves: bool) -> Sitting:
    """Return the scene of a seed."""
    random = np.random.default_rng([seed, leaves])
    movement = MOVEMENTS[seed % 3]
    amounts = {"sways": (1.0, 12.0), "moves now and then": (2.0, 14.0), "breathes": (0.6, 1.6)}
    return Sitting(
        seed,
        seconds,
        leaves,
        shape=SHAPES[seed // 3 % len(SHAPES)],
        movement=movement,
        light=LIGHTS[int(random.integers(len(LIGHTS)))],
        amount=float(random.uniform(*amounts[movement])),
        size=int(random.integers(60, 170)),
        x=float(random.uniform(0.3, 0.7)),
        hair=float(random.choice([25, 45, 70, 185])),
        clothes=float(random.choice([40, 70, 100, 190])),
        noise=float(random.uniform(1.0, 6.0)),
        curtain=bool(random.random() < 0.5),
        jpeg=int(random.integers(60, 95)) if random.random() < 0.5 else None,
    )


def frames(scene: Sitting) -> Iterator[Frame]:
    """Yield 640x480 luma, 10 frames a second."""
    random = np.random.default_rng([scene.seed, 7])
    room = scenes.draw_room(random)
    face = scenes.composites()[str(random.choice(["happy", "neutral", "sad"]))][0]
    face = cv2.resize(face, (scene.size, scene.size), interpolation=cv2.INTER_AREA).astype(np.float32)
    path = _movement(scene, random)
    grain = [random.normal(0, scene.noise, (scenes.HEIGHT, scenes.WIDTH)).astype(np.float32) for _ in range(8)]
    switched = sorted(random.uniform(TURNS_AT_S + 3, scene.seconds, 3))
    side = 1 if scene.x >= 0.5 else -1
    for seq in range(round(scene.seconds * scenes.FPS)):
        at = seq / scenes.FPS
        picture = room.copy()
        if scene.curtain:
            edge = 14 + 8 * np.sin(2.1 * at) + 4 * np.sin(5.3 * at)
            picture[30:330, : int(edge)] = 170
        x, y = scene.x * scenes.WIDTH, 200.0
        _chair(picture, x, y, scene.size)
        dx, dy = path(at) if not scene.leaves else (3 * np.sin(1.3 * at), 1.5 * np.sin(at))
        if scene.leaves:
            walk = max(0.0, at - TURNS_AT_S) / WALKS_OUT_IN_S
            dx, dy = dx + side * walk * scenes.WIDTH * 0.9, dy - min(1.0, 3 * walk) * 0.3 * scene.size
        _person(picture, scene, x + dx, y + dy, face if at < TURNS_AT_S else None, side)
        picture = _lit(picture, scene, at, switched) + grain[int(random.integers(len(grain)))]
        grey = np.clip(picture, 0, 255).astype(np.uint8)
        if scene.jpeg is not None:
            coded = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, scene.jpeg])[1]
            grey = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
        yield Frame(seq, at, grey)


def _movement(scene: Sitting, random: np.random.Generator):  # type: ignore[no-untyped-def]
    """Return a function from the time to where the person is, pixels."""
    if scene.movement == "sways":
        period, phase = float(random.uniform(3, 9)), float(random.uniform(0, 6))
        return lambda at: (
            scene.amount * np.sin(2 * np.pi * at / period + phase),
            0.4 * scene.amount * np.sin(2 * np.pi * at / period * 1.3),
        )
    if scene.movement == "breathes":
        period = float(random.uniform(3.5, 5.5))
        return lambda at: (0.4 * scene.amount * np.sin(0.7 * at), scene.amount * np.sin(2 * np.pi * at / period))
    times = np.cumsum(random.uniform(1.5, 5.0, 400))
    places = random.uniform(-scene.amount, scene.amount, (len(times) + 1, 2)) * (1, 0.4)

    def moves(at: float) -> tuple[float, float]:
        index = int(np.searchsorted(times, at))
        share = min(1.0, (at - times[index - 1]) / 0.6) if index else 1.0
        before = places[max(0, index - 1)]
        here = before + share * (places[index] - before)
        return float(here[0]), float(here[1])

    return moves


def _chair(picture: np.ndarray, x: float, y: float, size: int) -> None:
    left, right, top = int(x - 1.1 * size), int(x + 1.1 * size), int(y + 0.6 * size)
    cv2.rectangle(picture, (left, top), (right, scenes.HEIGHT), 105.0, -1)
    for stripe in range(left, right, max(8, size // 5)):
        cv2.line(picture, (stripe, top), (stripe, scenes.HEIGHT), 88.0, 2)


def _ellipse(picture: np.ndarray, x: float, y: float, wide: float, high: float, tone: float) -> None:
    centre, axes = (round(x * 2**SHIFT), round(y * 2**SHIFT)), (round(wide * 2**SHIFT), round(high * 2**SHIFT))
    layer = np.zeros(picture.shape, np.uint8)
    cv2.ellipse(layer, centre, axes, 0, 0, 360, 255, -1, cv2.LINE_AA, SHIFT)
    mask = layer.astype(np.float32) / 255
    picture += mask * (tone - picture)


def _person(picture: np.ndarray, scene: Sitting, x: float, y: float, face: np.ndarray | None, side: int) -> None:
    half = scene.size / 2
    if x < -3 * half or x > scenes.WIDTH + 3 * half:
        return
    _ellipse(picture, x, y + 3.4 * half, 2.0 * half, 2.2 * half, scene.clothes)
    hair = scene.hair
    if scene.shape == "long hair":
        _ellipse(picture, x, y + 0.5 * half, 1.0 * half, 1.7 * half, hair)
    elif scene.shape == "hood":
        _ellipse(picture, x, y + 0.1 * half, 1.2 * half, 1.45 * half, scene.clothes + 12)
    elif scene.shape == "bun":
        _ellipse(picture, x, y - 1.2 * half, 0.4 * half, 0.4 * half, hair)
    elif scene.shape == "bald":
        hair = 160.0
        for ear in (-1, 1):
            _ellipse(picture, x + ear * 0.95 * half, y + 0.1 * half, 0.15 * half, 0.3 * half, 140.0)
    _ellipse(picture, x, y, 0.95 * half, 1.15 * half, hair)
    if scene.shape == "hat":
        _ellipse(picture, x, y - 0.6 * half, 1.3 * half, 0.35 * half, 60.0)
    if face is not None:
        scenes._paste(picture, face, int(x - half), int(y - half))


def _lit(picture: np.ndarray, scene: Sitting, at: float, switched: list[float]) -> np.ndarray:
    """Return the picture in the light of the moment."""
    on = sum(at >= time for time in switched) % 2 == 0
    if scene.light == "flickers":
        rows = np.linspace(0, 12, scenes.HEIGHT, dtype=np.float32)[:, None]
        return np.asarray(picture * (1 + 0.04 * np.sin(rows + 46 * at)).astype(np.float32))
    if scene.light == "switched":
        return picture * np.float32(1.0 if on else 0.55)
    if scene.light == "exposure":
        return picture * np.float32(1 + 0.12 * np.sin(0.8 * at))
    if scene.light == "lamp":
        rows, columns = np.mgrid[0 : scenes.HEIGHT, 0 : scenes.WIDTH].astype(np.float32)
        halo = np.exp(-((rows - 240) ** 2 + (columns - 500) ** 2) / (2 * 150.0**2))
        return np.asarray(picture * (1 + (0.35 if on else 0.0) * halo * np.float32(1 + 0.2 * np.sin(43 * at))))
    return picture


def watch(scene: Sitting) -> tuple[float, float | None, int]:
    """Return the share of the time without a face in which somebody is present, the time from leaving until nobody is,
    and the number of whole pictures that were searched.
    """
    pipeline = Pipeline(Config(), base=BASE, nominal=True)
    present, total, absent = 0, 0, None
    for frame in frames(scene):
        reading = pipeline.process(frame)
        if reading is None or frame.at < TURNS_AT_S + 1:
            continue
        total += 1
        present += reading.present
        if not reading.present and absent is None:
            absent = frame.at - TURNS_AT_S
    return present / max(1, total), absent, pipeline.looks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", default="100-117", help="such as 100-117")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("-v", "--verbose", action="store_true")
    args = parser.parse_args()
    first, last = map(int, args.seeds.split("-"))
    held, ends = {}, {}
    for seed in range(first, last + 1):
        for leaves in (False, True):
            scene = draw(seed, args.seconds, leaves=leaves)
            share, absent, looks = watch(scene)
            if leaves:
                ends[scene] = absent
            else:
                held[scene] = share
            if args.verbose:
                print(f"{share:.2f} {absent} {looks} looks {scene}", flush=True)
    for movement in MOVEMENTS:
        shares = [share for scene, share in held.items() if scene.movement == movement]
        if shares:
            print(f"reader who {movement}: present {statistics.mean(shares):.1%} of the time, least {min(shares):.1%}")
    print(f"readers present throughout: {sum(share == 1 for share in held.values())} of {len(held)}")
    ended = [end for end in ends.values() if end is not None]
    print(f"chairs left: {len(ended)} of {len(ends)} ended; {min(ended):.1f} to {max(ended):.1f} s after getting up")


if __name__ == "__main__":
    main()
