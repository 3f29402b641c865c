#!/usr/bin/env python3
r"""Compare cost and accuracy with what people use instead: one core, one video, one run.

    pip install fer==25.10.3 tensorflow 'setuptools<81'     # best in a separate environment, with this project
    python scripts/measure/compare.py --data fer2013.npz [--video VIDEO] [--split private] [--png compare.png] \
        [--others PYTHON_OF_THE_OTHER_ENVIRONMENT]

A contender that can't be started is left out with a message on stderr.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
VIDEO = HERE.parents[1] / "edge" / "demo" / "demo.webm"
CONTENDERS = ("moodroom", "fer", "usual loop")
ROWS = {
    "cpu_ms_a_frame": "CPU-ms a frame",
    "cores_for_30_fps": "cores for 30 frames a second",
    "rss_mb": "memory, MB",
    "start_s": "start-up, s",
    "start_cpu_s": "start-up, CPU-s",
    "majority": "accuracy, ten people's majority",
    "agreed": "accuracy, where more than half agree",
    "labels": "accuracy, original labels",
}
DRAWN = ("cpu_ms_a_frame", "rss_mb", "start_cpu_s", "majority")
INK, BARS, PAPER = (60, 60, 60), ((96, 140, 40), (170, 170, 170), (200, 200, 200)), 255


def main() -> int:
    """Print the table, or the same as JSON; returns the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, help="fer2013.npz, for the accuracies")
    parser.add_argument("--split", default="private", help="training, public or private")
    parser.add_argument("--video", type=Path, default=VIDEO)
    parser.add_argument("--others", default=sys.executable, help="the Python that has fer and TensorFlow")
    parser.add_argument("--png", type=Path, help="also draw the figures")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    core = min(os.sched_getaffinity(0))
    found = {}
    for name in CONTENDERS:
        python = sys.executable if name == "moodroom" else args.others
        figures = measure(name, python, args.video, args.data, args.split, core)
        if figures is not None:
            found[name] = figures
    if args.json:
        print(json.dumps(found, indent=1))
    else:
        show(found)
    if args.png is not None:
        cv2.imwrite(str(args.png), picture(found))
    return 0 if found else 1


def measure(name: str, python: str, video: Path, data: Path | None, split: str, core: int) -> dict[str, Any] | None:
    """Return the figures of one contender, measured in a separate process on one core."""
    command = [python, str(HERE / "contenders.py"), name, str(video)]
    if data is not None:
        command += [str(data), split]
    quiet = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "COMPARE_STARTED": str(time.time())}
    run = subprocess.run(
        command,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    if run.returncode:
        last = (run.stderr.strip().splitlines() or ["no word"])[-1]
        print(f"compare: {name} is left out: {last}", file=sys.stderr)
        return None
    return dict(json.loads(run.stdout.strip().splitlines()[-1]))


def text_of(row: str, figures: dict[str, Any]) -> str:
    """Format a figure for the table."""
    if row not in figures:
        return "-"
    return f"{figures[row]:.1%}" if row in ("majority", "agreed", "labels") else f"{figures[row]:g}"


def show(found: dict[str, dict[str, Any]]) -> None:
    table = Table("", *found)
    for row, title in ROWS.items():
        table.add_row(title, *(text_of(row, figures) for figures in found.values()))
    Console().print(table)


def picture(found: dict[str, dict[str, Any]]) -> np.ndarray:
    """Draw the main figures as bars; returns a (height, width, 3) picture."""
    line, wide = 30, 900
    canvas = np.full((20 + len(DRAWN) * (line * (len(found) + 1) + 20), wide, 3), PAPER, np.uint8)
    y = 36
    for row in DRAWN:
        write(canvas, ROWS[row], (20, y), 0.62)
        most = max(float(figures.get(row, 0)) for figures in found.values()) or 1.0
        for (name, figures), colour in zip(found.items(), BARS, strict=False):
            y += line
            write(canvas, name, (40, y), 0.55)
            length = round(500 * float(figures.get(row, 0)) / most)
            cv2.rectangle(canvas, (180, y - 16), (180 + max(length, 1), y + 4), colour, -1)
            write(canvas, text_of(row, figures), (190 + length, y), 0.55)
        y += line + 20
    return canvas


def write(canvas: np.ndarray, text: str, at: tuple[int, int], size: float) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, INK, 1, cv2.LINE_AA)


if __name__ == "__main__":
    sys.exit(main())
