#!/usr/bin/env python3
"""Compare the CPU time of TFLite files: one forward pass through ai-edge-litert on one thread, measured in turns.

The last file is the reference for the ratios:

    python scripts/training/time_tflite.py models/tflite/fer_int8.tflite another.tflite
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter


def main() -> int:
    """Print one JSON line a file; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--turns", type=int, default=40, help="number of turns of each file")
    parser.add_argument("--passes", type=int, default=25, help="forward passes in a turn")
    args = parser.parse_args()
    missing = [path for path in args.models if not path.is_file()]
    if missing:
        print(f"time_tflite: {missing[0]}: there is no such file", file=sys.stderr)
        return 2
    interpreters = [ready(path) for path in args.models]
    spent: list[list[float]] = [[] for _ in interpreters]
    for _ in range(args.turns):
        for interpreter, times in zip(interpreters, spent, strict=True):
            # After the other file's turn the caches hold its data.
            one_pass(interpreter)
            times.extend(one_pass(interpreter) for _ in range(args.passes))
    medians = [float(np.median(times)) for times in spent]
    for path, median, times in zip(args.models, medians, spent, strict=True):
        line = {
            "file": path.name,
            "bytes": path.stat().st_size,
            "ms": round(1000 * median, 3),
            "ms_p95": round(1000 * float(np.percentile(times, 95)), 3),
            "beside_the_last": round(median / medians[-1], 2),
        }
        print(json.dumps(line))
    return 0


def ready(path: Path) -> Any:
    """An interpreter on one thread, with noise as input."""
    interpreter = Interpreter(model_path=str(path), num_threads=1)
    interpreter.allocate_tensors()
    random = np.random.default_rng(1)
    for about in interpreter.get_input_details():
        values = random.uniform(-1, 1, about["shape"]) * (127 if about["dtype"] == np.int8 else 1)
        interpreter.set_tensor(about["index"], values.astype(about["dtype"]))
    return interpreter


def one_pass(interpreter: Any) -> float:
    """Seconds of this process's CPU time."""
    started = time.process_time()
    interpreter.invoke()
    return time.process_time() - started


if __name__ == "__main__":
    sys.exit(main())
