"""`moodroom check`: checks each part and prints what works, what doesn't and how to fix it."""

from __future__ import annotations

import json
from typing import TextIO

from edge.commands.terminal import say
from edge.config import Config
from edge.health.check.checks import run_checks


def print_checks(config: Config, out: TextIO, *, as_json: bool = False) -> int:
    """Print the table, or one JSON object with `ok` and `checks`; return the exit code."""
    results = []
    for result in run_checks(config):
        results.append(result)
        if not as_json:
            verdict = "FAIL" if not result.ok else "warn" if result.warning else "ok  "
            say(f"{verdict}  {result.part:<9} {result.message}", out)
    ok = all(result.ok for result in results)
    if as_json:
        payload = {"ok": ok, "checks": [result.as_dict() for result in results]}
        print(json.dumps(payload, indent=2), file=out)
    return 0 if ok else 1
