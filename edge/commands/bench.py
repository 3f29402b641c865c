"""`moodroom bench`: what looking costs on this machine, beside processing every frame and every N-th."""

from __future__ import annotations

import gc
import json
import statistics
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from edge.camera.opening import open_camera
from edge.camera.source import demo_clip
from edge.config import Config
from edge.health.machine import memory_mb
from edge.values import EXPRESSIONS, Frame
from edge.vision.pipeline import BASE, Pace, Pipeline
from edge.vision.scheduler import LookKind, Plan

Changes = list[tuple[float, str]]


class EveryNth:
    """Searches and reads every n-th frame, as most programs of this kind do with n = 1."""

    slower, calm = 1.0, False

    def __init__(self, n: int) -> None:
        self._n, self._seen = n, -1
        self.counts: Counter[str] = Counter()

    def wants_motion(self, now: float) -> bool:
        return False

    def plan(self, now: float, motion: float, near: float = 0.0) -> Plan:
        self._seen += 1
        plan = Plan(LookKind.DETECT, "every") if self._seen % self._n == 0 else Plan(LookKind.SKIP, "every")
        self.counts[f"{plan.step.value}:{plan.reason}"] += 1
        return plan

    def looked(
        self, now: float, step: LookKind, cost: float, *, occupied: bool, settled: bool, lost: bool = False
    ) -> None:
        """Nothing is learnt from a look."""


@dataclass
class Run:
    """One pass over a film. seconds: of the film. cpu: seconds, of the vision path alone. stages: CPU seconds each.

    moods: when each mood began. presence: when somebody was first said to be there, or None.
    """

    frames: int = 0
    looks: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    rss_mb: float = 0.0
    threads: int = 0
    moods: Changes = field(default_factory=list)
    presence: float | None = None
    counts: Counter[str] = field(default_factory=Counter)
    stages: dict[str, float] = field(default_factory=dict)

    @property
    def cpu_ms_per_s(self) -> float:
        """CPU milliseconds for each second of the film; 10 is one per cent of a core."""
        return 1000 * self.cpu / self.seconds if self.seconds else 0.0


def measure(config: Config, frames: Iterable[Frame], pace: Pace | None = None) -> Run:
    """Run the vision path over frames, at the cost that it really has."""
    watch = Pipeline(config, base=BASE, pace=pace)
    run = Run()
    for frame in frames:
        run.frames += 1
        run.seconds = frame.at
        reading = watch.frame(frame)
        if reading is None:
            continue
        if reading.present and run.presence is None:
            run.presence = reading.at
        if not run.moods or run.moods[-1][1] != reading.mood.mood:
            run.moods.append((reading.at, reading.mood.mood))
    run.looks = watch.looks
    run.stages = dict(watch.spent)
    run.cpu = sum(run.stages.values())
    run.counts = watch.schedule.counts
    run.rss_mb, run.threads = memory_mb(), threading.active_count()
    return run


def reactions(changes: Changes, moods: Changes) -> list[float]:
    """Seconds from each change in truth until it is the room's mood; changes that were missed are left out."""
    found = []
    for index, (at, name) in enumerate(changes):
        until = changes[index + 1][0] + 1.0 if index + 1 < len(changes) else float("inf")
        hit = next((when for when, mood in moods if at <= when < until and mood == name), None)
        if hit is not None:
            found.append(hit - at)
    return found


def bench(config: Config, video: Path | None, *, json_text: bool) -> None:
    """Print the table, or the same as JSON."""
    film = video or demo_clip()
    console = Console(stderr=True)
    frames: Callable[[], Iterator[Frame]] = lambda: _frames(config, film)  # noqa: E731
    console.print(f"{film.name}: three passes, at the speed of this machine", style="dim")
    ours = measure(config, frames())
    gc.collect()
    every = measure(config, frames(), EveryNth(1))
    n = max(1, round(every.cpu / ours.cpu)) if ours.cpu else 1
    gc.collect()
    nth = measure(config, frames(), EveryNth(n))
    truth = _truth(film) or [(at, name) for at, name in every.moods if name in EXPRESSIONS]
    table = {"": ours, "every_frame": every, "every_nth": nth}
    if json_text:
        figures: dict[str, Any] = _figures(ours, truth)
        figures |= {name: _figures(run, truth) for name, run in table.items() if name}
        figures["every_nth"]["n"] = n
        figures["stages_ms"] = {name: round(1000 * spent, 1) for name, spent in ours.stages.items()}
        figures["reasons"] = dict(ours.counts)
        figures["threads"] = ours.threads
        print(json.dumps(figures, indent=1))
    else:
        _print(ours, every, nth, n, truth)


def _figures(run: Run, truth: Changes) -> dict[str, Any]:
    found = reactions(truth, run.moods)
    return {
        "frames": run.frames,
        "looks": run.looks,
        "cpu_ms_per_s": round(run.cpu_ms_per_s, 3),
        "reaction_s_median": round(statistics.median(found), 2) if found else None,
        "rss_mb": round(run.rss_mb, 1),
    }


def _print(ours: Run, every: Run, nth: Run, n: int, truth: Changes) -> None:
    table = Table("", "this device", "every frame", f"every {n}th")
    columns = [_figures(run, truth) for run in (ours, every, nth)]
    names = {
        "frames": "frames",
        "looks": "looks",
        "cpu_ms_per_s": "CPU ms for each second",
        "reaction_s_median": "median reaction, s",
        "rss_mb": "memory, MB",
    }
    for key, name in names.items():
        table.add_row(name, *(str(column[key]) for column in columns))
    console = Console()
    console.print(table)
    stages = Table("stage", "CPU ms in all", "ms a look")
    for stage, spent in sorted(ours.stages.items(), key=lambda pair: -pair[1]):
        stages.add_row(stage, f"{1000 * spent:.1f}", f"{1000 * spent / max(1, ours.looks):.2f}")
    console.print(stages)
    why = Table("what was done with a frame", "frames")
    for reason, count in ours.counts.most_common():
        why.add_row(reason.replace(":", ", "), str(count))
    console.print(why)
    console.print(f"threads: {ours.threads}")


def _frames(config: Config, film: Path) -> Iterator[Frame]:
    camera = open_camera(config.camera.model_copy(update={"source": str(film)}), wait=lambda _: None, fast=True)
    try:
        while (frame := camera.read()) is not None:
            yield frame
    finally:
        camera.close()


def _truth(film: Path) -> Changes | None:
    """The changes of expression from the timeline beside a film, if there is one."""
    try:
        scenes = json.loads(film.with_suffix(".json").read_text(encoding="utf-8"))["scenes"]
        return [(scene["start"], scene["expression"]) for scene in scenes if scene["expression"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
