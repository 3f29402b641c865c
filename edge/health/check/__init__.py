"""`moodroom check`: tries each part and says what works, what doesn't and how to mend it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import TextIO

from edge.health.check import machine, music, parts
from edge.health.check.result import Result, Try
from edge.config import Config
from edge.errors import MoodroomError

__all__ = ["PARTS", "Result", "checks", "try_parts"]

PARTS: tuple[tuple[str, Try], ...] = (
    ("camera", parts.camera),
    ("detector", parts.detector),
    ("model", parts.model),
    ("broker", parts.broker),
    ("spotify", music.spotify),
    ("player", music.player),
    ("mpd", music.mpd),
    ("disk", machine.disk),
    ("memory", machine.memory),
    ("clock", machine.clock),
    ("heat", machine.heat),
    ("secrets", machine.secrets),
)


def checks(config: Config, *, leave_out: Collection[str] = ()) -> Iterator[Result]:
    """Try one part after the other, some for seconds; parts that aren't set up are left out.

    Nothing is changed, nothing is played. Where the device runs already, its camera may be busy. leave_out: names of
    PARTS that aren't to be touched.
    """
    for name, part in PARTS:
        result = None if name in leave_out else _try(name, part, config)
        if result is not None:
            yield result


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


def _try(name: str, part: Try, config: Config) -> Result | None:
    try:
        said = part(config)
    except MoodroomError as error:
        return Result(name, False, str(error))
    except Exception as error:  # the fence round foreign code: the other parts are still worth a try
        return Result(name, False, f"{type(error).__name__}: {error}")
    return None if said is None else Result(name, True, said.text, said.warning)
