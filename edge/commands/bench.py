"""`moodroom bench`: the cost of looking on this machine, compared with processing every frame and every n-th."""

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
from edge.commands.output import table_console
from edge.config import Config
from edge.health.machine import memory_mb
from edge.system.reading import read_text
from edge.text import parse_json
from edge.values import EXPRESSIONS, Frame
from edge.vision.pipeline import BASE, Pipeline
from edge.vision.scheduler import FramePolicy, LookKind, Plan

# Times in seconds and the mood or expression from then on.
Changes = list[tuple[float, str]]
# A mood may follow a change by this much after the next change.
REACTION_GRACE_S = 1.0


class EveryNth:
    """Looks at every n-th frame, as most programs of this kind do with n = 1."""

    slowdown, calm = 1.0, False

    def __init__(self, n: int) -> None:
        self._n, self._index = n, -1
        self.counts: Counter[str] = Counter()

    def needs_motion(self, now: float) -> bool:
        return False

    def plan(self, now: float, motion: float, near: float = 0.0) -> Plan:
        self._index += 1
        plan = Plan(LookKind.DETECT, "every") if self._index % self._n == 0 else Plan(LookKind.SKIP, "every")
        self.counts[f"{plan.kind.value}:{plan.reason}"] += 1
        return plan

    def record_look(
        self, now: float, kind: LookKind, cost: float, *, occupied: bool, settled: bool, lost: bool = False
    ) -> None:
        """The result of a look changes nothing."""


@dataclass
class BenchRun:
    """One pass over a video.

    seconds: the length of the video. cpu: CPU seconds of the pipeline. stages: CPU seconds of each stage.
    moods: when each mood began. presence: when somebody was first present, or None.
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
        """CPU milliseconds for each second of the video; 10 is one per cent of a core."""
        return 1000 * self.cpu / self.seconds if self.seconds else 0.0


def measure(config: Config, frames: Iterable[Frame], policy: FramePolicy | None = None) -> BenchRun:
    """Pass all frames through the pipeline and measure what it costs."""
    pipeline = Pipeline(config, base=BASE, policy=policy)
    run = BenchRun()
    for frame in frames:
        run.frames += 1
        run.seconds = frame.at
        reading = pipeline.process(frame)
        if reading is None:
            continue
        if reading.present and run.presence is None:
            run.presence = reading.at
        if not run.moods or run.moods[-1][1] != reading.mood.mood:
            run.moods.append((reading.at, reading.mood.mood))
    run.looks = pipeline.looks
    run.stages = dict(pipeline.cpu_seconds)
    run.cpu = sum(run.stages.values())
    run.counts = pipeline.scheduler.counts
    run.rss_mb, run.threads = memory_mb(), threading.active_count()
    return run


def reactions(changes: Changes, moods: Changes) -> list[float]:
    """Seconds from each true change until it is the room's mood; changes that were missed are left out."""
    delays = []
    for index, (start, name) in enumerate(changes):
        end = changes[index + 1][0] + REACTION_GRACE_S if index + 1 < len(changes) else float("inf")
        reached = next((time for time, mood in moods if start <= time < end and mood == name), None)
        if reached is not None:
            delays.append(reached - start)
    return delays


def bench(config: Config, video: Path | None, *, json_text: bool) -> None:
    """Print the table, or the same figures as JSON. video: the demo clip if None."""
    path = video or demo_clip()
    console = Console(stderr=True)
    frames: Callable[[], Iterator[Frame]] = lambda: _frames(config, path)  # noqa: E731
    console.print(f"{path.name}: three passes, as fast as this machine can", style="dim")
    own = measure(config, frames())
    gc.collect()
    every = measure(config, frames(), EveryNth(1))
    n = max(1, round(every.cpu / own.cpu)) if own.cpu else 1
    gc.collect()
    nth = measure(config, frames(), EveryNth(n))
    truth = _truth(path) or [(at, name) for at, name in every.moods if name in EXPRESSIONS]
    table = {"": own, "every_frame": every, "every_nth": nth}
    if json_text:
        figures: dict[str, Any] = _figures(own, truth)
        figures |= {name: _figures(run, truth) for name, run in table.items() if name}
        figures["every_nth"]["n"] = n
        figures["stages_ms"] = {name: round(1000 * spent, 1) for name, spent in own.stages.items()}
        figures["reasons"] = dict(own.counts)
        figures["threads"] = own.threads
        print(json.dumps(figures, indent=1))
    else:
        _print(own, every, nth, n, truth)


def ordinal(n: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _figures(run: BenchRun, truth: Changes) -> dict[str, Any]:
    delays = reactions(truth, run.moods)
    return {
        "frames": run.frames,
        "looks": run.looks,
        "cpu_ms_per_s": round(run.cpu_ms_per_s, 3),
        "reaction_s_median": round(statistics.median(delays), 2) if delays else None,
        "rss_mb": round(run.rss_mb, 1),
    }


def _print(own: BenchRun, every: BenchRun, nth: BenchRun, n: int, truth: Changes) -> None:
    table = Table("", "this device", "every frame", f"every {ordinal(n)}")
    columns = [_figures(run, truth) for run in (own, every, nth)]
    names = {
        "frames": "frames",
        "looks": "looks",
        "cpu_ms_per_s": "CPU ms a second",
        "reaction_s_median": "median reaction, s",
        "rss_mb": "memory, MB",
    }
    for key, name in names.items():
        table.add_row(name, *(str(column[key]) for column in columns))
    console = table_console()
    console.print(table)
    stages = Table("stage", "CPU ms in total", "ms a look")
    for stage, spent in sorted(own.stages.items(), key=lambda pair: -pair[1]):
        stages.add_row(stage, f"{1000 * spent:.1f}", f"{1000 * spent / max(1, own.looks):.2f}")
    console.print(stages)
    reasons = Table("decision and reason", "frames")
    for reason, count in own.counts.most_common():
        reasons.add_row(reason.replace(":", ", "), str(count))
    console.print(reasons)
    console.print(f"threads: {own.threads}")


def _frames(config: Config, video: Path) -> Iterator[Frame]:
    camera = open_camera(config.camera.model_copy(update={"source": str(video)}), wait=lambda _: None, fast=True)
    try:
        while (frame := camera.read()) is not None:
            yield frame
    finally:
        camera.close()


def _truth(video: Path) -> Changes | None:
    """The changes of expression from the JSON timeline beside a video, if there is one."""
    try:
        scenes = parse_json(read_text(video.with_suffix(".json")))["scenes"]
        return [(scene["start"], scene["expression"]) for scene in scenes if scene["expression"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None
