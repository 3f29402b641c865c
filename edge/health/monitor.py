"""Keeps the age of each part's last result and the faults that parts report, and makes the health payload of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from edge.health.findings import Finding, Severity
from edge.health.load import LoadMeter
from edge.health.machine import memory_mb
from edge.health.machine_rules import slowdown
from edge.health.readings import LOOK_OVERDUE_S, HealthReadings, MachineState
from edge.health.rules import apply_rules
from edge.health.wall_clock import WallClock
from edge.times import utc_text
from edge.values import UNKNOWN, Reading

# While frames arrive, at least one in this time must be examined without an error. A worker waits 30 s at most after an
# error, so a single one doesn't reach this limit.
EXAMINE_WITHIN_S = 60.0
# Somebody may stand before a picture, or its face isn't found for a while: it hasn't gone before this time.
PICTURE_GONE_AFTER_S = 300.0


@dataclass
class HealthMonitor:
    """Ages, faults and findings; kept by the main thread. All times are on the monotonic clock.

    stuck_after: seconds after which a result is too old. started: when the device started.
    last_frame, last_look, last_mood, last_playback: when the last frame, look, known mood and word from the player
    came. last_examined: when the last frame came that was looked at or skipped without an error.
    last_broker: when the broker was last connected, None without a broker. resumed_at: when the last pause ended.
    picture_since, last_picture: when a face that is taken for a picture was seen first and last.
    paused: no frames are expected now. problems: what the parts report as wrong, a sentence each.
    machine: the last state of the machine. findings: the result of the last `update_findings`.
    """

    stuck_after: float
    started: float
    last_frame: float | None = None
    last_look: float | None = None
    last_mood: float | None = None
    last_playback: float | None = None
    last_examined: float | None = None
    last_broker: float | None = None
    resumed_at: float | None = None
    picture_since: float | None = None
    last_picture: float | None = None
    paused: bool = False
    problems: dict[str, str] = field(default_factory=dict)
    machine: MachineState = field(default_factory=MachineState)
    findings: list[Finding] = field(default_factory=list)
    _frames_since: float | None = None
    _load: LoadMeter = field(default_factory=LoadMeter)

    def record_frame(self, timestamp: float) -> None:
        """A frame came; called by the capture thread."""
        if self.last_frame is None or timestamp - self.last_frame > self.stuck_after:
            self._frames_since = timestamp
        self.last_frame = timestamp

    def record_look(self, reading: Reading) -> None:
        """A look at the room is done."""
        self.last_look = reading.at
        if reading.mood.mood != UNKNOWN:
            self.last_mood = reading.at
        if reading.pictures:
            if not self._has_picture(reading.at):
                self.picture_since = reading.at
            self.last_picture = reading.at

    def _has_picture(self, now: float) -> bool:
        return self.last_picture is not None and 0 <= now - self.last_picture < PICTURE_GONE_AFTER_S

    def set_problem(self, part: str, message: str | None) -> bool:
        """Note a part's problem, or with None that it is over; return True if that is a change."""
        before = self.problems.get(part)
        if message is None:
            self.problems.pop(part, None)
        else:
            self.problems[part] = message
        return before != message

    def is_fresh(self, now: float) -> bool:
        """True while frames come and are examined, or while paused: then the watchdog may be fed."""
        if self.paused:
            return True
        if now - self.counted_from(self.last_frame) > self.stuck_after:
            return False
        # Without frames there is nothing to examine.
        begun = self.counted_from(self._frames_since)
        return now - max(begun, self.last_examined or begun) <= max(EXAMINE_WITHIN_S, 3 * self.stuck_after)

    def counted_from(self, timestamp: float | None) -> float:
        """The time from which an age counts: this one, or the start or end of a pause if that is later."""
        begun = max(self.started, self.resumed_at or self.started)
        return max(begun, timestamp or begun)

    def readings(
        self,
        now: float,
        clock: WallClock,
        *,
        paused: bool = False,
        look_late: float = LOOK_OVERDUE_S,
        login_expires: float | None = None,
        player_busy: float = 0.0,
    ) -> HealthReadings:
        """What the rules judge.

        paused: the camera is switched off or in quiet hours. look_late: seconds after which a look is overdue.
        login_expires: Unix time. player_busy: seconds for which the player's thread has been in one turn.
        """
        return HealthReadings(
            frame_age=now - self.counted_from(self.last_frame),
            look_age=now - self.counted_from(self.last_look),
            mood_age=now - self.counted_from(self.last_mood),
            player_age=now - (self.last_playback or self.started),
            player_busy=player_busy,
            broker_age=None if self.last_broker is None else now - self.last_broker,
            frame_late=self.stuck_after,
            look_late=look_late,
            paused=paused,
            machine=self.machine,
            wall=now + clock.offset(),
            step=clock.step,
            step_age=0.0 if clock.stepped_at is None else now - clock.stepped_at,
            login_expires=login_expires,
            picture_for=now - self.counted_from(self.picture_since) if self._has_picture(now) else 0.0,
            faults=dict(self.problems),
        )

    def update_findings(self, readings: HealthReadings) -> tuple[list[Finding], list[Finding]]:
        """Apply the rules to these readings; return the findings that are new, and those that are over."""
        before, self.findings = self.findings, apply_rules(readings, self.findings)
        new = [finding for finding in self.findings if finding not in before]
        return new, [finding for finding in before if finding not in self.findings]

    def report(self, now: float, looks: int, *, login_expires: float | None = None) -> dict[str, Any]:
        """The payload of the topic `health`, with the findings of the last `update_findings`; ages in seconds.

        looks: their number since the start. login_expires: Unix time.
        """
        cpu_share, looks_per_minute = self._load.measure(now, looks) or (None, None)
        machine = self.machine
        return {
            "frame_age": _age(now, self.last_frame),
            "look_age": _age(now, self.last_look),
            "mood_age": _age(now, self.last_mood),
            "player_age": _age(now, self.last_playback),
            "broker_age": _age(now, self.last_broker),
            "looks": looks,
            "looks_per_minute": None if looks_per_minute is None else round(looks_per_minute),
            "cpu_share": None if cpu_share is None else round(cpu_share, 3),
            "memory_mb": round(machine.memory_mb or memory_mb(), 1),
            "available_mb": _rounded(machine.available_mb),
            "disk_free_mb": _rounded(machine.disk_free_mb),
            "temperature": None if machine.temperature is None else round(machine.temperature, 1),
            "throttled": machine.throttled,
            "slower": slowdown(machine.temperature, machine.throttled),
            "version": machine.running or None,
            "version_on_disk": machine.installed or None,
            "problems": self._payloads(Severity.PROBLEM),
            "notices": self._payloads(Severity.NOTICE),
            "spotify_login_expires": None if login_expires is None else utc_text(login_expires),
        }

    def _payloads(self, severity: Severity) -> list[dict[str, str]]:
        return [{"part": f.part, "message": f.message} for f in self.findings if f.severity is severity]


def _age(now: float, timestamp: float | None) -> float | None:
    return None if timestamp is None else round(max(0.0, now - timestamp), 1)


def _rounded(value: float | None) -> int | None:
    return None if value is None else round(value)
