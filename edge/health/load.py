"""The load of this process: its CPU share and the rate of looks, from one report to the next."""

from __future__ import annotations

import time

# A rate over a shorter time than this says little.
RATE_WINDOW_MIN_S = 2.0


class LoadMeter:
    """Measures between two calls; the first interval, which holds the costly start, is left out."""

    def __init__(self) -> None:
        self._since: tuple[float, float, int] | None = None
        self._rates: tuple[float, float] | None = None

    def measure(self, now: float, looks: int) -> tuple[float, float] | None:
        """Return (share of one core, looks a minute) since the last call, or None before the second call.

        After less than RATE_WINDOW_MIN_S the last rates are returned again. looks: their number since the start.
        """
        cpu = time.process_time()
        if self._since is None:
            self._since = (now, cpu, looks)
        elif (elapsed := now - self._since[0]) >= RATE_WINDOW_MIN_S:
            self._rates = ((cpu - self._since[1]) / elapsed, 60 * (looks - self._since[2]) / elapsed)
            self._since = (now, cpu, looks)
        return self._rates
