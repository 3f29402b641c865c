"""The rates in the report of how the device is."""

from __future__ import annotations

import time

from edge.health.monitor import SHORTEST, HealthMonitor


def test_rates_are_over_the_time_since_the_last_report() -> None:
    health = HealthMonitor(stuck_after=10, started=100.0)
    first = health.report(100.0, 0)
    assert (first["looks_per_minute"], first["cpu_share"]) == (None, None)
    assert health.report(110.0, 20)["looks_per_minute"] == 120
    # A report that follows at once says the same rate again; it would be over too short a time.
    assert health.report(110.0 + SHORTEST / 2, 21)["looks_per_minute"] == 120
    assert health.report(140.0, 50)["looks_per_minute"] == 60


def test_the_share_of_the_processor_is_that_of_this_process() -> None:
    started = time.monotonic()
    health = HealthMonitor(stuck_after=10, started=started)
    health.report(started, 0)
    spent = time.process_time()
    while time.process_time() - spent < 0.2:
        pass
    assert 0.01 < health.report(started + 10.0, 0)["cpu_share"] < 0.5
