#!/usr/bin/env python3
"""Measure how the mood filter copes with the model's mistakes, in simulated time.

    python scripts/measure/noise.py --data fer2013.npz

Each look draws a random public-test face with the true expression, so looks are wrong as often as the model is.
"""

from __future__ import annotations

import argparse
import functools
import os
from pathlib import Path

import numpy as np

from edge.analysis.dataset import read
from edge.config import MoodConfig, ScheduleConfig
from edge.room.mood import MoodFilter
from edge.values import EXPRESSIONS, Expression
from edge.vision.classifier import Classifier

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("MOODROOM_DATA", ROOT.parent / "shared" / "data" / "fer2013.npz"))


@functools.cache
def answers() -> tuple[tuple[list[Expression], ...], dict[str, tuple[float, ...]]]:
    """Return what the shipped model reads from the faces of each expression of the public test, and its shares."""
    model = Classifier(ROOT / "models" / "tflite" / "fer_int8.tflite")
    faces = read(DATA, "public")
    assert faces.top is not None
    read_faces = [model.expression(image) for image in faces.images[faces.top >= 0]]
    tops = faces.top[faces.top >= 0]
    return (
        tuple(
            [expression for expression, top in zip(read_faces, tops, strict=True) if top == index]
            for index in range(len(EXPRESSIONS))
        ),
        model.shares,
    )


def _next(room: MoodFilter) -> float:
    """Return when the scheduler would look again."""
    pace = ScheduleConfig()
    return pace.settled if room.settled else 1 / pace.max_rate


def false_changes(*, hours_each: float = 1.0, seed: int = 1) -> tuple[float, int]:
    """Return simulated hours and the number of mood changes in them although the true expression stayed the same."""
    random, (drawn, shares) = np.random.default_rng(seed), answers()
    changes = 0
    for truth in drawn:
        room, now, last = MoodFilter(MoodConfig(), shares=shares), 0.0, None
        while now < hours_each * 3600:
            mood = room.look(now, {1: truth[random.integers(len(truth))]}).mood.mood
            # The filter needs the first seconds to find the expression.
            if now > 15:
                changes += last is not None and mood != last
                last = mood
            now += _next(room)
    return hours_each * len(drawn), changes


def found_within(limit: float, *, times_each: int = 10, seed: int = 1) -> float:
    """Return the share of true changes, over all pairs of expressions, that the mood follows within `limit` seconds."""
    random, (drawn, shares) = np.random.default_rng(seed), answers()
    found = []
    for before in range(len(drawn)):
        for after in range(len(drawn)):
            for _ in range(times_each if before != after else 0):
                room, now = MoodFilter(MoodConfig(), shares=shares), 0.0
                hit = False
                while now < 20 + limit and not hit:
                    truth = drawn[before if now < 20 else after]
                    mood = room.look(now, {1: truth[random.integers(len(truth))]}).mood.mood
                    hit = now >= 20 and mood == EXPRESSIONS[after]
                    now += _next(room)
                found.append(hit)
    return sum(found) / len(found)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--hours", type=float, default=2.0, help="simulated hours for each expression")
    DATA = parser.parse_args().data
    hours, wrong = false_changes(hours_each=parser.parse_args().hours)
    print(f"false mood changes: {wrong} in {hours:.0f} simulated hours, {wrong / hours:.2f} an hour")
    print(f"true changes found within 10 s: {found_within(10.0):.1%}")
