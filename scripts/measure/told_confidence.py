#!/usr/bin/env python3
r"""Measure whether the told confidence is the chance that the told mood is right.

    python scripts/measure/told_confidence.py --data fer2013.npz [--split private] [--faces 1500] [--json]
    python scripts/measure/told_confidence.py --data fer2013.npz --fit

Each face is shown still, with a pixel of jitter and the noise of a sensor, and looked at every 0.42 s; the taggers'
majority is the truth. The rows are the mood after 1, 4 and 12 looks, and after 12 looks at two people whom the taggers
gave the same mood; for two people of different moods the last row says how often no mood is told. Shares and means are
over the moods that are told, `unknown` apart.

--fit prints the constants of edge/room/evidence.py and edge/room/confidence.py that fit the public test, to be rounded.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edge.analysis.dataset import read
from edge.analysis.metrics import CALIBRATION_BINS
from edge.config import MoodConfig
from edge.errors import DataError
from edge.room.mood import MoodFilter
from edge.values import EXPRESSIONS, UNKNOWN, Expression, Grey, Mood
from edge.vision.classifier import Classifier

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MOODROOM_DATA", ROOT.parent / "shared" / "data" / "fer2013.npz"))
LOOKS, EVERY_S = 12, 0.42
SHOWN_AFTER = (1, 4, 12)
JITTER_PX, GRAIN = 1.0, 2.0
# Of a near face that looks into the camera.
QUALITY = 0.95
TABLE_WIDTH = 100
COLUMNS = {
    "count": "moods",
    "unknown": "unknown",
    "right": "right",
    "told": "told",
    "told_wrong": "told where wrong",
    "error": "calibration error",
}


@dataclass(frozen=True)
class Shown:
    """A labelled face, and what is read from it in each look."""

    truth: str
    looks: tuple[Expression, ...]


@dataclass(frozen=True)
class Figures:
    """Over many moods; None where none is told.

    unknown: a share of all. told, told_wrong: mean confidence. error: expected calibration error (Naeini et al. 2015).
    """

    count: int
    unknown: float
    right: float | None
    told: float | None
    told_wrong: float | None
    error: float | None


def shown(model: Classifier, data: Path, split: str, most: int, seed: int) -> list[Shown]:
    """Return `most` faces of the split, drawn at random."""
    faces, random = read(data, split), np.random.default_rng(seed)
    truths = faces.targets("majority")
    picks = random.permutation(np.flatnonzero(truths >= 0))[:most]
    return [
        Shown(EXPRESSIONS[truths[pick]], tuple(_looks(model, faces.images[pick], random)))
        for pick in track(picks.tolist(), "faces", console=Console(stderr=True), transient=True)
    ]


def _looks(model: Classifier, image: Grey, random: np.random.Generator) -> Iterator[Expression]:
    """Yield what the model reads from a (48, 48) face in each look."""
    for _ in range(LOOKS):
        across, down = random.uniform(-JITTER_PX, JITTER_PX, 2)
        moved = cv2.warpAffine(
            image, np.array([[1, 0, across], [0, 1, down]]), image.shape[::-1], borderMode=cv2.BORDER_REPLICATE
        )
        noisy = np.clip(moved + random.normal(0, GRAIN, moved.shape), 0, 255).astype(np.uint8)
        yield model.expression(noisy, QUALITY)


def told(model: Classifier, *people: Shown) -> list[Mood]:
    """Return the room's mood after each look at these people."""
    room = MoodFilter(MoodConfig(enter_after=0.0), shares=model.shares)
    return [
        room.look(look * EVERY_S, {number: person.looks[look] for number, person in enumerate(people)}).mood
        for look in range(LOOKS)
    ]


def figures(moods: Sequence[tuple[Mood, str]]) -> Figures:
    """Compare moods with what they should be."""
    known = [(mood.confidence, mood.mood == truth) for mood, truth in moods if mood.mood != UNKNOWN]
    if not known:
        return Figures(len(moods), 1.0, None, None, None, None)
    confidence, right = np.array([sure for sure, _ in known]), np.array([hit for _, hit in known])
    wrong = confidence[~right]
    bins = np.clip(np.ceil(confidence * CALIBRATION_BINS).astype(int) - 1, 0, CALIBRATION_BINS - 1)
    return Figures(
        count=len(moods),
        unknown=1 - len(known) / len(moods),
        right=float(right.mean()),
        told=float(confidence.mean()),
        told_wrong=float(wrong.mean()) if len(wrong) else None,
        error=float(np.abs(np.bincount(bins, weights=right - confidence)).sum() / len(known)),
    )


def measure(model: Classifier, faces: Sequence[Shown], seed: int) -> dict[str, Figures]:
    """Return the figures of each row."""
    alone = [(told(model, face), face.truth) for face in faces]
    rows = {
        f"{count} look{'s' * (count > 1)}": figures([(moods[count - 1], truth) for moods, truth in alone])
        for count in SHOWN_AFTER
    }
    random = np.random.default_rng(seed)
    alike, differ = [], []
    for name in EXPRESSIONS:
        same = [face for face in faces if face.truth == name]
        alike += [(a, same[b]) for a, b in zip(same, random.permutation(len(same)).tolist(), strict=True)]
    for a, b in zip(faces, random.permutation(len(faces)).tolist(), strict=True):
        if a.truth != faces[b].truth:
            differ.append((a, faces[b]))
    alike = [(a, b) for a, b in alike if a is not b]
    rows["two people of one mood"] = figures([(told(model, a, b)[-1], a.truth) for a, b in alike])
    # The truth is that they have no one mood, so each that is told is wrong.
    rows["two people of two moods"] = figures([(told(model, a, b)[-1], UNKNOWN) for a, b in differ])
    return rows


def main() -> int:
    """Print the table, JSON or the fitted constants; returns the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="fer2013.npz")
    parser.add_argument("--split", choices=("public", "private"), default="public")
    parser.add_argument("--faces", type=int, default=1500, help="how many faces are drawn")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--fit", action="store_true", help="print the constants that fit the public test")
    args = parser.parse_args()
    model = Classifier(ROOT / "models" / "tflite" / "fer_int8.tflite")
    try:
        faces = shown(model, args.data, "public" if args.fit else args.split, args.faces, args.seed)
    except DataError as error:
        print(f"told_confidence: {error}", file=sys.stderr)
        return 2
    if args.fit:
        import told_confidence_fit

        print(json.dumps(told_confidence_fit.fit(model.shares, [(face.truth, face.looks) for face in faces]), indent=1))
        return 0
    rows = measure(model, faces, args.seed)
    if args.json:
        print(json.dumps({name: asdict(row) for name, row in rows.items()}, indent=1))
        return 0
    table = Table("the mood after", *COLUMNS.values())
    for name, row in rows.items():
        values = asdict(row)
        table.add_row(name, *(_text(values[key]) for key in COLUMNS))
    Console(width=TABLE_WIDTH).print(table)
    return 0


def _text(value: float | None) -> str:
    return "-" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
