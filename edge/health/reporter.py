"""Looks after the device itself: what it tells about its health, and that its wall clock stays right."""

from __future__ import annotations

import logging
from collections.abc import Callable

from edge.events import ClockStepped, HealthReported
from edge.health.machine import clocks, read_machine
from edge.health.monitor import HealthMonitor
from edge.health.rules import Finding, Severity, slowdown
from edge.health.wall_clock import WallClock
from edge.mqtt.device import MqttDevice
from edge.players.player import Player
from edge.system import state
from edge.vision.pipeline import Pipeline

log = logging.getLogger(__name__)
Clocks = Callable[[], tuple[float, float] | None]


class HealthReporter:
    """Used by the main thread: `second` once a second, `report` every half minute and whenever a part has news."""

    def __init__(
        self,
        health: HealthMonitor,
        clock: WallClock,
        *,
        watch: Pipeline,
        player: Player,
        mqtt: MqttDevice | None,
        calmest: float,
        look_at_clocks: Clocks = clocks,
    ) -> None:
        """calmest: seconds between two looks at most, as configured. look_at_clocks: (monotonic, Unix time)."""
        self._health, self._clock, self._watch, self._player, self._mqtt = health, clock, watch, player, mqtt
        self._calmest, self._look_at_clocks = calmest, look_at_clocks
        self._off = False
        if mqtt is not None:
            health.broker = health.started

    def second(self, now: float, *, off: bool) -> list[ClockStepped]:
        """What the clock has to tell. off: somebody declared a pause, so that nothing is to be seen."""
        if self._off and not off:
            self._health.resumed = now
        self._off = off
        if self._mqtt is not None and self._mqtt.wait_connected(0.0):
            self._health.broker = now
        both = self._look_at_clocks()
        if both is None or not self._clock.look(*both):
            return []
        log.info("clock: was set by %+.0f s; times that were told before are corrected", self._clock.step)
        return [ClockStepped(now, self._clock.offset())]

    def report(self, now: float) -> HealthReported:
        """Look at the machine, judge, say in the log what is new or over, and give the payload of `health`."""
        health = self._health
        health.machine = machine = read_machine(state.directory())
        # A machine that is too hot is helped at once, by looking less.
        self._watch.schedule.slower = slower = slowdown(machine.temperature, machine.throttled)
        expires = self._player.login_expires
        readings = health.readings(
            now,
            self._clock,
            off=self._off,
            look_late=max(60.0, 5 * slower * self._calmest),
            login_expires=expires,
        )
        say(*health.judge(readings))
        report = health.report(now, self._watch.looks, login_expires=expires)
        report |= {"reasons": dict(self._watch.schedule.counts)}
        report |= self._player.report()
        if self._mqtt is not None:
            report |= {"messages_sent": self._mqtt.sent, "events_dropped": self._mqtt.dropped}
        return HealthReported(now, report)


def say(new: list[Finding], over: list[Finding]) -> None:
    """One line for each verdict that came, and one for each part that is well again."""
    for verdict in new:
        log.log(logging.WARNING if verdict.severity is Severity.PROBLEM else logging.INFO, "%s", verdict.message)
    for part in sorted({verdict.part for verdict in over} - {verdict.part for verdict in new}):
        log.info("%s: is well again", part)
