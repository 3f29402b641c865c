"""The results of the checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge.config import Config


@dataclass(frozen=True)
class CheckResult:
    """One row of the table.

    part: such as `camera`. ok: False if it must be fixed before the device works as configured. message: the result,
    with the fix where one is needed. warning: it works, but should be fixed.
    """

    part: str
    ok: bool
    message: str
    warning: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {"part": self.part, "ok": self.ok, "warning": self.warning, "message": self.message}


@dataclass(frozen=True)
class Passed:
    """What a check reports about a part that works. warning: something about it should be fixed."""

    text: str
    warning: bool = False


# Checks one part: returns None where the part isn't set up; raises where it doesn't work.
Check = Callable[[Config], Passed | None]
