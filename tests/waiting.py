"""Waiting for results in tests, with a limit that is long enough for a very slow machine."""

from __future__ import annotations

import time
from collections.abc import Callable

# Seconds. A limit, not a measurement: scripts/measure measures speed.
PATIENCE = 120.0


def wait_for(true: Callable[[], object], what: str = "it", *, within: float = PATIENCE) -> None:
    """Wait until `true` returns something true; fail after `within` seconds."""
    until = time.monotonic() + within
    while not true():
        assert time.monotonic() < until, f"{what} did not come within {within:.0f} s"
        time.sleep(0.02)
