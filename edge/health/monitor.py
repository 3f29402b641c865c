"""How the device is: the age of its last results, what it costs, what is wrong with it."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from edge.health.machine import memory_mb
from edge.health.rules import Finding, HealthReadings, MachineState, Severity, findings, slowdown
from edge.health.wall_clock import WallClock
from edge.values import UNKNOWN, Reading

# Seconds that a rate is taken over at least.
SHORTEST = 2.0


# Seconds, at least, in which one of the frames that come must be examined; a single error is waited out for 30 at most.
EXAMINED_WITHIN = 60.0


@dataclass
class HealthMonitor:
    """Ages and problems, kept by the main thread.

    stuck_after: seconds after which a result is too old. frame, look, mood, player: when the last frame, look, known
    mood and word of the player came. examined: when the last frame came that was looked at or skipped without an error.
    broker: when the broker was last connected, None without one. resumed: when a declared pause ended last, None where
    there was none. paused: nothing is to be fed on frames now. problems: what the parts say is wrong, a sentence each.
    machine: as it was looked at last.
    """

    stuck_after: float
    started: float
    frame: float | None = None
    look: float | None = None
    mood: float | None = None
    player: float | None = None
    examined: float | None = None
    broker: float | None = None
    resumed: float | None = None
    paused: bool = False
    problems: dict[str, str] = field(default_factory=dict)
    machine: MachineState = field(default_factory=MachineState)
    standing: list[Finding] = field(default_factory=list)
    _flowing: float | None = None
    _since: tuple[float, float, int] | None = None
    _rates: tuple[float, float] | None = None

    def fresh(self, now: float) -> bool:
        """True while frames come and are examined, or a pause was declared: then the watchdog may be fed."""
        if self.paused:
            return True
        if now - self.counted_from(self.frame) > self.stuck_after:
            return False
        # Without frames there is nothing to examine.
        begun = self.counted_from(self._flowing)
        return now - max(begun, self.examined or begun) <= max(EXAMINED_WITHIN, 3 * self.stuck_after)

    def counted_from(self, then: float | None) -> float:
        """The later of this and the moment when looking began, or began again after a pause."""
        begun = max(self.started, self.resumed or self.started)
        return max(begun, then or begun)

    def framed(self, at: float) -> None:
        """A frame came; called by the capture thread."""
        if self.frame is None or at - self.frame > self.stuck_after:
            self._flowing = at
        self.frame = at

    def set_problem(self, part: str, message: str | None) -> bool:
        """Note a part's problem, or that it is over; True where that is news."""
        before = self.problems.get(part)
        if message is None:
            self.problems.pop(part, None)
        else:
            self.problems[part] = message
        return before != message

    def looked(self, reading: Reading) -> None:
        """A look at the room is done."""
        self.look = reading.at
        if reading.mood.mood != UNKNOWN:
            self.mood = reading.at

    def readings(
        self,
        now: float,
        clock: WallClock,
        *,
        off: bool = False,
        look_late: float = 60.0,
        login_expires: float | None = None,
    ) -> HealthReadings:
        """What verdicts are given on. off: a pause was declared.

        look_late: seconds after which a look is overdue. login_expires: Unix time.
        """
        return HealthReadings(
            frame_age=now - self.counted_from(self.frame),
            look_age=now - self.counted_from(self.look),
            mood_age=now - self.counted_from(self.mood),
            player_age=now - (self.player or self.started),
            broker_age=None if self.broker is None else now - self.broker,
            frame_late=self.stuck_after,
            look_late=look_late,
            paused=off,
            machine=self.machine,
            wall=now + clock.offset(),
            step=clock.step,
            step_age=0.0 if clock.stepped is None else now - clock.stepped,
            login_expires=login_expires,
            faults=dict(self.problems),
        )

    def judge(self, readings: HealthReadings) -> tuple[list[Finding], list[Finding]]:
        """Keep the verdicts on these readings as `standing`; gives those that are new, and those that are over."""
        before, self.standing = self.standing, findings(readings, self.standing)
        new = [verdict for verdict in self.standing if verdict not in before]
        return new, [verdict for verdict in before if verdict not in self.standing]

    def report(self, now: float, looks: int, *, login_expires: float | None = None) -> dict[str, Any]:
        """The payload of the topic `health`; ages in seconds. looks: how many there were since the start.

        Rates are over the time since the last report, and for a very short one as they were before; the start, which
        costs more than anything later, isn't in them. What is wrong is told as of the last `judge`.
        """
        spent = time.process_time()
        if self._since is None:
            self._since = (now, spent, looks)
        elif (wall := now - self._since[0]) >= SHORTEST:
            self._rates = ((spent - self._since[1]) / wall, 60 * (looks - self._since[2]) / wall)
            self._since = (now, spent, looks)
        cpu, rate = self._rates or (None, None)
        machine = self.machine
        return {
            "frame_age": _age(now, self.frame),
            "look_age": _age(now, self.look),
            "mood_age": _age(now, self.mood),
            "player_age": _age(now, self.player),
            "broker_age": _age(now, self.broker),
            "looks": looks,
            "looks_per_minute": None if rate is None else round(rate),
            "cpu_share": None if cpu is None else round(cpu, 3),
            "memory_mb": round(machine.memory_mb or memory_mb(), 1),
            "available_mb": _whole(machine.available_mb),
            "disk_free_mb": _whole(machine.disk_free_mb),
            "temperature": None if machine.temperature is None else round(machine.temperature, 1),
            "throttled": machine.throttled,
            "slower": slowdown(machine.temperature, machine.throttled),
            "problems": self._told(Severity.PROBLEM),
            "notices": self._told(Severity.NOTICE),
            "spotify_login_expires": None if login_expires is None else _day(login_expires),
        }

    def _told(self, severity: Severity) -> list[dict[str, str]]:
        return [{"part": v.part, "message": v.message} for v in self.standing if v.severity is severity]


def _age(now: float, then: float | None) -> float | None:
    return None if then is None else round(max(0.0, now - then), 1)


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _day(at: float) -> str:
    """Unix time as UTC, such as 2026-11-21T08:15:30Z."""
    return datetime.fromtimestamp(int(at), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
