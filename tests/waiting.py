"""How long tests wait for what must come: long enough for a very slow machine, since what came ends the wait."""

from __future__ import annotations

import time
from collections.abc import Callable

# Seconds. A limit, not a measure: how quick the device is, scripts measure.
PATIENCE = 120.0


def wait_for(true: Callable[[], object], what: str = "it", *, within: float = PATIENCE) -> None:
    """Wait until something is true; fail where it doesn't become so. within: seconds."""
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, f"{what} did not come within {within:.0f} s"
        time.sleep(0.02)
