"""Tries each part of the device, one after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from edge.config import Config
from edge.errors import MoodroomError
from edge.health.check import machine, music, parts
from edge.health.check.result import Result, Try

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


def _try(name: str, part: Try, config: Config) -> Result | None:
    try:
        said = part(config)
    except MoodroomError as error:
        return Result(name, False, str(error))
    except Exception as error:  # the fence round foreign code: the other parts are still worth a try
        return Result(name, False, f"{type(error).__name__}: {error}")
    return None if said is None else Result(name, True, said.text, said.warning)
