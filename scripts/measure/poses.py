#!/usr/bin/env python3
"""Count false moods and false starts of music while heads bow, turn, lean on hands, drink, and wear caps and masks.

    MOODROOM_MODELS=models python scripts/measure/poses.py --data fer2013.npz [--faces 12] [--json]

Seeded scenes, drawn over real faces that the shipped model reads as their taggers did. A false mood is one that the
face doesn't show; a false start is one that begins music in silence, by the rule of `music/certainty`, or that stands
for `music.min_dwell` later, which would change the music. In the end of the act the mood should be `unknown`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT))

import heads  # noqa: E402
import scenes  # noqa: E402
from edge.analysis.dataset import read  # noqa: E402
from edge.config import Config  # noqa: E402
from edge.music.certainty import Certainty  # noqa: E402
from edge.values import EXPRESSIONS, UNKNOWN, Frame, Grey  # noqa: E402
from edge.vision.pipeline import BASE, Pipeline  # noqa: E402

FPS, SIZE_PX = 5, 110
# Seconds: the act begins and ends; a cap and a mask are worn all the time. Then the scene ends.
BEGINS, ENDS, SECONDS = 5.0, 31.0, 34.0
ACTS = ("bows", "arrives bowed", "turns", "leans on a hand", "drinks", "cap", "mask", "grey box", "sits")
WORN = ("arrives bowed", "cap", "mask", "grey box")


def frames(face: Grey, act: str, random: np.random.Generator) -> Iterator[Frame]:
    """The scene's frames; the head follows the act in half a second."""
    room = scenes.draw_room(random)
    room = cv2.GaussianBlur(room, (0, 0), 0.7)
    tone = float(np.median(face[20:44, 12:36]))
    sign, deep = float(random.choice([-1, 1])), float(random.uniform(32, 48))
    angles: dict[str, tuple[float, float, float]] = {
        "bows": (0, deep, 0),
        "arrives bowed": (0, deep, 0),
        "turns": (sign * 48, 0, 0),
    }
    angles |= {"turns": (sign * 48, 0, 0), "leans on a hand": (sign * 8, 6, sign * 10), "cap": (0, 10, 0)}
    yaw, pitch, roll = angles.get(act, (0, 0, 0))
    steps = [heads.turned(face, SIZE_PX, yaw=yaw * s, pitch=pitch * s, roll=roll * s) for s in (0, 0.5, 1)]
    extra = random.uniform(60, 200)
    # Through the whole scene: where the person sits, and a little swaying.
    x, y = random.uniform(0.3, 0.7) * scenes.WIDTH, random.uniform(0.35, 0.5) * scenes.HEIGHT
    for seq in range(round(SECONDS * FPS)):
        at = seq / FPS
        acts = act in WORN or (BEGINS <= at < ENDS)
        if act == "drinks":
            acts = acts and (at - BEGINS) % 8 < 5
        share = 2 if act in WORN else int(np.clip(round(4 * min(at - BEGINS, ENDS - at)), 0, 2)) if acts else 0
        picture = room.copy()
        sway = 3 * np.sin(0.9 * at), 2 * np.sin(1.7 * at)
        heads.draw(picture, steps[share], x + sway[0], y + sway[1], SIZE_PX)
        if acts:
            _cover(picture, act, x + sway[0], y + sway[1], tone, extra, np.random.default_rng(int(extra)))
        noisy = picture + random.normal(0, 2, picture.shape).astype(np.float32)
        yield Frame(seq, at, np.clip(noisy, 0, 255).astype(np.uint8))


def _cover(
    picture: np.ndarray, act: str, x: float, y: float, tone: float, extra: float, random: np.random.Generator
) -> None:
    eyes, mouth = y - 0.13 * SIZE_PX, y + 0.22 * SIZE_PX
    if act == "leans on a hand":
        heads.hand(picture, x, mouth, SIZE_PX, 1.05 * tone, random)
    elif act == "drinks":
        heads.cup(picture, x, mouth, SIZE_PX, extra)
    elif act == "mask":
        heads.cloth_mask(picture, x, mouth, SIZE_PX, extra)
    elif act == "cap":
        heads.cap(picture, x, eyes, SIZE_PX, extra / 2)
    elif act == "grey box":
        half = int(0.3 * SIZE_PX)
        cv2.rectangle(picture, (int(x) - half, int(mouth - half)), (int(x) + half, int(mouth + half)), 128.0, -1)


def run(face: Grey, truth: str, act: str, seed: int) -> dict[str, int]:
    """What one scene counts."""
    pipeline = Pipeline(Config(), base=BASE, nominal=True)
    dwell = Config().music.min_dwell
    certainty, begun = Certainty(), None
    moods: list[tuple[float, str]] = []
    last = SECONDS
    for frame in frames(face, act, np.random.default_rng(seed)):
        reading = pipeline.process(frame)
        if reading is None:
            continue
        certainty.look(reading.at, reading.mood, settled=reading.settled)
        if begun is None and reading.mood.mood in EXPRESSIONS and certainty.is_enough(reading.at, reading.mood):
            begun = reading.at, reading.mood.mood
        if not moods or moods[-1][1] != reading.mood.mood:
            moods.append((reading.at, reading.mood.mood))
    spans = [(name, at, end) for (at, name), (end, _) in zip(moods, [*moods[1:], (last, "")], strict=True)]
    false = [(at, end) for name, at, end in spans if name in EXPRESSIONS and name != truth]
    true = [at for name, at, _ in spans if name == truth]
    changes = [at for at, end in false if begun is not None and at > begun[0] and end - at >= dwell]
    starts = len(changes) + (begun is not None and begun[1] != truth)
    at_end = next((name for name, at, end in reversed(spans) if at <= ENDS - 0.5), UNKNOWN)
    return {"scenes": 1, "false moods": len(false), "false starts": starts, "fades": int(at_end == UNKNOWN),
            "read": int(bool(true))}  # fmt: skip


def pick(data: Path, count: int, seed: int) -> list[tuple[Grey, str]]:
    """Faces of several expressions that the shipped model reads as their taggers did, in turn."""
    from edge.vision.classifier import Classifier

    faces, model = read(data, "private"), Classifier(ROOT / "models" / "tflite" / "fer_int8.tflite")
    assert faces.top is not None and faces.agreed is not None
    random = np.random.default_rng(seed)
    wanted = ["neutral", "happy", "surprise", "happy", "neutral", "angry"]
    picked: list[tuple[Grey, str]] = []
    order = random.permutation(np.flatnonzero(faces.agreed)).tolist()
    for index in range(count):
        name = wanted[index % len(wanted)]
        for i in order:
            if EXPRESSIONS[int(faces.top[i])] != name:
                continue
            order.remove(i)
            chances = model.classify(faces.images[i])["expression"]
            if model.labels[int(chances.argmax())] == name and chances.max() > 0.7:
                picked.append((faces.images[i], name))
                break
    return picked


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--faces", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    picked = pick(args.data, args.faces, args.seed)
    show: Callable[[str], None] = lambda line: print(line, file=sys.stderr if args.json else sys.stdout)  # noqa: E731
    total: Counter[str] = Counter()
    table = {}
    for act in ACTS:
        counts: Counter[str] = Counter()
        for index, (face, truth) in enumerate(picked):
            counts.update(run(face, truth, act, args.seed * 1000 + index))
        table[act] = dict(counts)
        if act != "sits":
            total.update(counts)
        show(f"{act}: {counts['scenes']} scenes, {counts['read']} with the true mood, {counts['false moods']} false "
             f"moods, {counts['false starts']} false starts, {counts['fades']} unknown in the end")  # fmt: skip
    show(f"all but `sits`: {total['false moods']} false moods, {total['false starts']} false starts")
    if args.json:
        print(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
