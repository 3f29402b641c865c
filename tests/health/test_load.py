"""The CPU share and the rate of looks."""

from __future__ import annotations

import time

from edge.health.load import RATE_WINDOW_MIN_S, LoadMeter
from edge.health.monitor import HealthMonitor


def test_rates_cover_the_time_since_the_last_report() -> None:
    health = HealthMonitor(stuck_after=10, started=100.0)
    first = health.report(100.0, 0)
    assert (first["looks_per_minute"], first["cpu_share"]) == (None, None)
    assert health.report(110.0, 20)["looks_per_minute"] == 120
    # A report that follows at once repeats the last rate: its own would cover too short a time.
    assert health.report(110.0 + RATE_WINDOW_MIN_S / 2, 21)["looks_per_minute"] == 120
    assert health.report(140.0, 50)["looks_per_minute"] == 60


def test_the_cpu_share_is_that_of_this_process() -> None:
    started = time.monotonic()
    meter = LoadMeter()
    assert meter.measure(started, 0) is None
    spent = time.process_time()
    while time.process_time() - spent < 0.2:
        pass
    rates = meter.measure(started + 10.0, 0)
    assert rates is not None and 0.01 < rates[0] < 0.5
