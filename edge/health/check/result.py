"""What trying a part comes to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from edge.config import Config


@dataclass(frozen=True)
class Result:
    """One row of the table.

    part: such as `camera`. ok: False where it has to be mended before the device works as configured. message: what was
    found, and the mend where there is one. warning: it works, and should be mended all the same.
    """

    part: str
    ok: bool
    message: str
    warning: bool = False

    def plain(self) -> dict[str, Any]:
        """As data, for JSON."""
        return {"part": self.part, "ok": self.ok, "warning": self.warning, "message": self.message}


@dataclass(frozen=True)
class Said:
    """What a part that works says; warning: something about it should be mended."""

    text: str
    warning: bool = False


# Tries a part: what it says, or None where there is none to try; raises where it doesn't work.
Try = Callable[[Config], Said | None]
