"""How long tests wait for what must come: long enough for a very slow machine, since what came ends the wait."""

from __future__ import annotations

import time
from collections.abc import Callable

# Seconds. A limit, not a measure: how quick the device is, scripts measure.
PATIENCE = 120.0


def wait_for(true: Callable[[], object], what: str = "it") -> None:
    """Wait until something is true; fail where it doesn't become so."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until, f"{what} did not come within {PATIENCE:.0f} s"
        time.sleep(0.02)
