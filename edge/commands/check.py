"""`moodroom check`: tries each part and says what works, what does not and how to fix it."""

from __future__ import annotations

import json
from typing import TextIO

from edge.config import Config
from edge.health.check.checks import checks


def try_parts(config: Config, out: TextIO, *, as_json: bool = False) -> int:
    """Print the table, or one JSON object with `ok` and `checks`; gives the exit code."""
    results = []
    for result in checks(config):
        results.append(result)
        if not as_json:
            verdict = "FAIL" if not result.ok else "warn" if result.warning else "ok  "
            print(f"{verdict}  {result.part:<9} {result.message}", file=out, flush=True)
    good = all(result.ok for result in results)
    if as_json:
        told = {"ok": good, "checks": [result.plain() for result in results]}
        print(json.dumps(told, ensure_ascii=False, indent=2), file=out)
    return 0 if good else 1
