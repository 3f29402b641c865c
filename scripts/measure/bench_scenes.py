#!/usr/bin/env python3
"""Measure the scheduler and the mood filter on scenes with known moods.

    python scripts/measure/bench_scenes.py [--data fer2013.npz] [--json]

Costs are CPU seconds of the vision path alone. For "every N-th frame", N is
chosen so that it costs the same as the scheduler.
"""

from __future__ import annotations

import argparse
import json
import statistics
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

import scenes
from edge.commands.bench import BenchRun, EveryNth, measure, reactions
from edge.config import Config
from edge.values import EXPRESSIONS


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="fer2013.npz: use its faces instead of the bundled composites")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--enters", type=int, default=12, help="number of people who enter, for the median")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    faces = _agreed(args.data) if args.data else scenes.composites()
    figures = {**_looking(faces, args.seed), **_entering(faces, args.seed, args.enters)}
    if args.json:
        print(json.dumps(figures, indent=1))
        return
    table = Table("figure", "value")
    for name, value in figures.items():
        table.add_row(name, "-" if value is None else f"{value:.3g}")
    Console().print(table)


def _looking(faces: scenes.Faces, seed: int) -> dict[str, float | None]:
    """Return cost and reaction time, beside every frame and every N-th frame."""
    catalogue = scenes.catalogue(seed)
    runs: dict[str, tuple[BenchRun, BenchRun, BenchRun]] = {}
    for name, scene in track(catalogue.items(), "scenes", console=Console(stderr=True), transient=True):
        ours = measure(Config(), scene.frames(faces))
        if not scene.visits:
            print_cost(name, ours)
            runs[name] = (ours, ours, ours)
            continue
        every = measure(Config(), scene.frames(faces), EveryNth(1))
        n = max(1, round(every.cpu / ours.cpu))
        runs[name] = (ours, every, measure(Config(), scene.frames(faces), EveryNth(n)))
    occupied = [trio for name, trio in runs.items() if catalogue[name].visits]
    delays: list[list[float]] = [[], [], []]
    for name, trio in runs.items():
        if len(catalogue[name].visits) == 1:
            for found, run in zip(delays, trio, strict=True):
                found += reactions(catalogue[name].changes()[1:], run.moods)
    medians = [statistics.median(found) if found else None for found in delays]
    extra = [None if m is None or medians[1] is None else m - medians[1] for m in medians]
    return {
        "CPU beside every frame, occupied": sum(o.cpu for o, _, _ in occupied) / sum(e.cpu for _, e, _ in occupied),
        "empty still room, % of a core": runs["nothing"][0].cpu_ms_per_s / 10,
        "occupied and settled, % of a core": runs["settled"][0].cpu_ms_per_s / 10,
        "television, % of a core": runs["television"][0].cpu_ms_per_s / 10,
        "median reaction, s": medians[0],
        "median reaction of every frame, s": medians[1],
        "median reaction of every N-th at equal CPU, s": medians[2],
        "extra delay, s": extra[0],
        "extra delay of every N-th, s": extra[2],
        "changes found": len(delays[0]),
        "changes found by every frame": len(delays[1]),
        "changes found by every N-th": len(delays[2]),
    }


def print_cost(name: str, run: BenchRun) -> None:
    """Return a line about a scene without people: any mood but `absent` is false."""
    wrong = [mood for _, mood in run.moods if mood in EXPRESSIONS]
    Console(stderr=True).print(f"{name}: {run.looks} looks, false moods: {wrong or 'none'}")


def _entering(faces: scenes.Faces, seed: int, times: int) -> dict[str, float | None]:
    """Measure the time from a person entering the picture until presence is ON."""
    random = np.random.default_rng(seed)
    found = []
    for index in range(times):
        at = 10 + float(random.uniform(0, 5))
        visit = scenes.Visit(at, 30, ((at, "neutral"),), x=float(random.uniform(0.25, 0.75)))
        scene = scenes.Scene("enter", at + 6, (visit,), seed=seed + index)
        run = measure(Config(), scene.frames(faces))
        if run.presence is not None:
            found.append(run.presence - at)
    return {
        "enter to presence, median s": statistics.median(found) if found else None,
        "enters noticed": len(found) / times,
    }


def _agreed(data: Path) -> scenes.Faces:
    """Return FER2013's public-test faces on which nine of ten taggers agree."""
    from edge.analysis.dataset import read

    faces = read(data, "public")
    assert faces.top is not None
    assert faces.agreed is not None
    return {
        name: list(faces.images[(faces.top == index) & faces.agreed][:40]) for index, name in enumerate(EXPRESSIONS)
    }


if __name__ == "__main__":
    main()
