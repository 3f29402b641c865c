"""Runs the checks, one part after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from edge.config import Config
from edge.errors import MoodroomError
from edge.health.check import broker, machine, music, parts
from edge.health.check.result import Check, CheckResult

CHECKS: tuple[tuple[str, Check], ...] = (
    ("camera", parts.camera),
    ("detector", parts.detector),
    ("model", parts.model),
    ("broker", broker.broker),
    ("spotify", music.spotify),
    ("player", music.player),
    ("mpd", music.mpd),
    ("music_assistant", music.music_assistant),
    ("go_librespot", music.go_librespot),
    ("music.follow", music.follow),
    ("disk", machine.disk),
    ("memory", machine.memory),
    ("clock", machine.clock),
    ("heat", machine.heat),
    ("secrets", machine.secrets),
)


def run_checks(config: Config, *, leave_out: Collection[str] = ()) -> Iterator[CheckResult]:
    """Check one part after the other and yield each result; a check may take seconds. Parts not set up are left out.

    Nothing is changed and nothing is played. If the device is running, its camera may be busy.
    leave_out: the names in CHECKS that aren't run.
    """
    for part, check in CHECKS:
        result = None if part in leave_out else _run(part, check, config)
        if result is not None:
            yield result


def _run(part: str, check: Check, config: Config) -> CheckResult | None:
    try:
        passed = check(config)
    except MoodroomError as error:
        return CheckResult(part, False, str(error))
    except Exception as error:  # the error boundary round third-party code: the other parts are still checked
        return CheckResult(part, False, f"{type(error).__name__}: {error}")
    return None if passed is None else CheckResult(part, True, passed.text, passed.warning)
