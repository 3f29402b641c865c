#!/usr/bin/env python3
"""Trace the first frame that makes the dry-run player play something: which packages it passes, and how often.

    python scripts/measure/trace_frame.py [--calls]

A place is a package of `edge/`, or a module at its top level. Counted are the calls between reading the frame and the
end of the player's `apply`. A move is a call into another place than the call before it.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
from pathlib import Path
from types import FrameType

import edge
from edge.config import Config
from edge.daemon.options import Options
from edge.daemon.run import run

ROOT = Path(edge.__file__).parent


class Tracer:
    """Records the calls of each frame until one of them reaches the player."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []
        self.done = False

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        path = frame.f_code.co_filename
        if self.done or event not in ("call", "return") or not path.startswith(str(ROOT)):
            return
        module, function = path[len(str(ROOT)) + 1 :], frame.f_code.co_name
        place = module.split("/")[0].removesuffix(".py")
        if event == "return":
            self.done = place == "players" and function == "apply"
            return
        if place == "camera" and function == "read":
            self.calls.clear()
        self.calls.append((place, f"{module}:{function}"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", action="store_true", help="print each call")
    arguments = parser.parse_args()
    tracer = Tracer()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["STATE_DIRECTORY"] = folder
        config = Config.model_validate({"camera": {"source": "demo"}})
        sys.setprofile(tracer)
        try:
            run(lambda: config, Options(fast=True, once=True), io.StringIO())
        finally:
            sys.setprofile(None)
    places = list(dict.fromkeys(place for place, _ in tracer.calls))
    moves = sum(before != after for (before, _), (after, _) in zip(tracer.calls, tracer.calls[1:], strict=False))
    if arguments.calls:
        print("\n".join(call for _, call in tracer.calls))
    print(f"{len(places)} places ({', '.join(places)}), {moves} moves, {len(tracer.calls)} calls")


if __name__ == "__main__":
    main()
