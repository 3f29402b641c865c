"""Reports the device's health, slows the looks down when the machine is too hot, and follows the wall clock."""

from __future__ import annotations

import logging
from collections.abc import Callable

from edge.events import ClockStepped, HealthReported
from edge.health.findings import Finding, Severity
from edge.health.machine import read_clocks, read_machine
from edge.health.machine_rules import slowdown
from edge.health.monitor import HealthMonitor
from edge.health.readings import LOOK_OVERDUE_S
from edge.health.wall_clock import WallClock
from edge.mqtt.device import MqttDevice
from edge.players.player import Player
from edge.system import state
from edge.vision.pipeline import Pipeline

log = logging.getLogger(__name__)


class HealthReporter:
    """Used by the main thread: `tick` once a second, `report` every half minute and when a problem changes."""

    def __init__(
        self,
        health: HealthMonitor,
        clock: WallClock,
        *,
        pipeline: Pipeline,
        player: Player,
        mqtt: MqttDevice | None,
        longest_look_interval: float,
        clocks: Callable[[], tuple[float, float] | None] = read_clocks,
    ) -> None:
        """longest_look_interval: the most seconds between two looks, as configured.

        clocks: returns (monotonic seconds, Unix time), see `read_clocks`.
        """
        self._health, self._clock, self._pipeline, self._player, self._mqtt = health, clock, pipeline, player, mqtt
        self._longest_look_interval, self._clocks = longest_look_interval, clocks
        self._paused = False
        # Seconds for which the player's thread has been in one turn; set once there is a thread.
        self.player_busy: Callable[[float], float] = lambda _: 0.0
        if mqtt is not None:
            health.last_broker = health.started

    def tick(self, now: float, *, paused: bool) -> list[ClockStepped]:
        """Check the broker and the clock; return an event if the clock was set.

        paused: the camera is switched off or in quiet hours.
        """
        if self._paused and not paused:
            self._health.resumed_at = now
        self._paused = paused
        if self._mqtt is not None and self._mqtt.wait_connected(0.0):
            self._health.last_broker = now
        times = self._clocks()
        if times is None or not self._clock.update(*times):
            return []
        log.info("clock: was set by %+.0f s; times that were published before are corrected", self._clock.step)
        return [ClockStepped(now, self._clock.offset())]

    def report(self, now: float) -> HealthReported:
        """Read the machine, apply the rules, log what is new or over, and return the payload of `health`."""
        health = self._health
        health.machine = machine = read_machine(state.directory())
        # Fewer looks let a machine that is too hot cool down.
        self._pipeline.scheduler.slowdown = slower = slowdown(machine.temperature, machine.throttled)
        expires = self._player.login_expires
        readings = health.readings(
            now,
            self._clock,
            paused=self._paused,
            look_late=max(LOOK_OVERDUE_S, 5 * slower * self._longest_look_interval),
            login_expires=expires,
            player_busy=self.player_busy(now),
        )
        log_changes(*health.update_findings(readings))
        report = health.report(now, self._pipeline.looks, login_expires=expires)
        report |= {"reasons": dict(self._pipeline.scheduler.counts)}
        report |= self._player.report()
        if self._mqtt is not None:
            report |= {"messages_sent": self._mqtt.sent, "events_dropped": self._mqtt.dropped}
        return HealthReported(now, report)


def log_changes(new: list[Finding], over: list[Finding]) -> None:
    """Log one line for each new finding, and one for each part that has no finding any more."""
    for finding in new:
        log.log(logging.WARNING if finding.severity is Severity.PROBLEM else logging.INFO, "%s", finding.message)
    for part in sorted({finding.part for finding in over} - {finding.part for finding in new}):
        log.info("%s: back to normal", part)
