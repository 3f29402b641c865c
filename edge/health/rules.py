"""What is wrong with the device, or soon will be, and the mend: readings in, sentences out. Pure.

A sentence names its threshold and no figure that moves, so that it stays word by word the same while it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from enum import Enum

DAY = 86400.0
# Seconds after which a part counts as silent; a player may be asked as seldom as every two minutes.
LOOK_LATE, MOOD_LATE, BROKER_LATE, PLAYER_LATE = 60.0, 1800.0, 120.0, 600.0
# Degrees Celsius from which looks are made rarer, and how far it must cool down again.
WARM, HOT, COOLER = 75.0, 80.0, 3.0
# MiB: of this process, and left on the machine and the disk.
GROWN, SHORT, DISK_LOW, DISK_FULL = 300.0, 64.0, 100.0, 20.0
# Seconds: a step of the wall clock worth telling, and for how long it is told.
STEP, STEP_TOLD = 60.0, 3600.0
# Unix time, 2026: this program is no older, so a clock that says so is wrong.
EARLIEST = 1_767_225_600.0
# Before the login's end: when it is told, and when it is a problem.
LOGIN_SOON, LOGIN_NOW = 21 * DAY, 3 * DAY
# `vcgencmd get_throttled`: what holds now, and what has held since the start.
LOW_VOLTAGE, CAPPED, THROTTLED, SOFT_LIMIT, HAD_LOW_VOLTAGE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 16


class Severity(str, Enum):
    """A problem keeps the device from its work, or soon will; a notice is good to know."""

    PROBLEM = "problem"
    NOTICE = "notice"


@dataclass(frozen=True)
class Finding:
    """One sentence with its mend. part: such as `camera` or `disk`."""

    part: str
    message: str
    severity: Severity = Severity.PROBLEM


@dataclass(frozen=True)
class MachineState:
    """What the machine says about itself; None where it doesn't tell.

    temperature: degrees Celsius. throttled: the bits of `vcgencmd get_throttled`. *_mb: MiB that this process holds,
    that programs can still have, and that are free where state is kept. state: that folder. writable: by this user.
    """

    temperature: float | None = None
    throttled: int = 0
    memory_mb: float = 0.0
    available_mb: float | None = None
    disk_free_mb: float | None = None
    state: str = ""
    writable: bool = True


@dataclass(frozen=True)
class HealthReadings:
    """How the device is at one moment.

    Ages in seconds since a part gave its last result, or since the start where it gave none; None for a part that
    isn't there. frame_late, look_late: from which age on. paused: somebody declared that nothing is to be seen.
    wall: Unix time as the clock says. step, step_age: seconds, how far it was set last and how long ago.
    login_expires: Unix time. faults: what the parts themselves say, a sentence for each.
    """

    frame_age: float = 0.0
    look_age: float = 0.0
    mood_age: float = 0.0
    player_age: float = 0.0
    broker_age: float | None = None
    frame_late: float = 10.0
    look_late: float = LOOK_LATE
    paused: bool = False
    machine: MachineState = field(default_factory=MachineState)
    wall: float = EARLIEST
    step: float = 0.0
    step_age: float = 0.0
    login_expires: float | None = None
    faults: Mapping[str, str] = field(default_factory=dict)


Standing = Collection[Finding]
Rule = Callable[[HealthReadings, Standing], Iterator[Finding]]


def findings(readings: HealthReadings, standing: Standing = ()) -> list[Finding]:
    """What is to be said, problems first.

    standing: what was said the last time; it takes a little more to end than it took to begin, so that a reading at
    its threshold isn't told again and again.
    """
    found = [Finding(part, text) for part, text in readings.faults.items() if not _excused(part, readings)]
    faulty = {verdict.part for verdict in found}
    for rule in (_sight, _mood, _partners, _heat, _power, _memory, _disk, _clock, _login):
        # A part's own sentence knows more than its age does.
        found += [verdict for verdict in rule(readings, standing) if verdict.part not in faulty]
    return sorted(found, key=lambda verdict: (verdict.severity is Severity.NOTICE, verdict.part, verdict.message))


def slowdown(warm: float | None, throttled: int) -> float:
    """How many times slower to look while the machine is too hot: 1, 2, 4 or 8.

    warm: degrees Celsius. throttled: the bits of `vcgencmd get_throttled`; 0 to 3 tell of now.
    """
    steps = sum(warm is not None and warm >= limit for limit in (WARM, HOT, 85.0))
    now = 2 if throttled & (LOW_VOLTAGE | THROTTLED) else 1 if throttled & (CAPPED | SOFT_LIMIT) else 0
    return float(2 ** max(steps, now))


def _excused(part: str, readings: HealthReadings) -> bool:
    return readings.paused and part in ("camera", "vision")


def _sight(now: HealthReadings, _: Standing) -> Iterator[Finding]:
    if now.paused:
        return
    if now.frame_age > now.frame_late:
        yield Finding(
            "camera", f"camera: no frame has come for {now.frame_late:.0f} s or longer; check its plug and cable"
        )
    elif now.look_age > now.look_late:
        yield Finding(
            "vision",
            f"vision: frames come, but none was looked at for {now.look_late:.0f} s or longer; "
            "if this stays, restart the device",
        )


def _mood(now: HealthReadings, _: Standing) -> Iterator[Finding]:
    if not now.paused and now.frame_age <= now.frame_late and now.mood_age > MOOD_LATE:
        yield Finding(
            "mood",
            "mood: no face could be read for half an hour or longer; give the room more light, or bring the camera "
            "nearer to people",
            Severity.NOTICE,
        )


def _partners(now: HealthReadings, _: Standing) -> Iterator[Finding]:
    if now.broker_age is not None and now.broker_age > BROKER_LATE:
        yield Finding("mqtt", "mqtt: there has been no broker for 2 minutes or longer; see mqtt.host and the network")
    if now.player_age > PLAYER_LATE:
        yield Finding("player", "player: it hasn't answered for 10 minutes or longer; check the speaker's power")


def _heat(now: HealthReadings, standing: Standing) -> Iterator[Finding]:
    told = [
        (
            limit,
            Finding("temperature", f"temperature: {limit:.0f} °C or more, so it looks less often; {_AIR}", severity),
        )
        for limit, severity in ((HOT, Severity.PROBLEM), (WARM, Severity.NOTICE))
    ]
    for limit, verdict in told:
        if now.machine.temperature is not None and now.machine.temperature >= limit - COOLER * (verdict in standing):
            yield verdict
            return
    held_back = now.machine.throttled & (CAPPED | THROTTLED | SOFT_LIMIT)
    if held_back and not now.machine.throttled & LOW_VOLTAGE:
        yield Finding("temperature", f"temperature: the system slows the processor down; {_AIR}", Severity.NOTICE)


def _power(now: HealthReadings, _: Standing) -> Iterator[Finding]:
    mend = "use the power supply that was made for this board, and a short cable"
    if now.machine.throttled & LOW_VOLTAGE:
        yield Finding("power", f"power: the voltage is too low, so it looks less often; {mend}")
    elif now.machine.throttled & HAD_LOW_VOLTAGE:
        yield Finding(
            "power", f"power: the voltage was too low since the board was switched on; {mend}", Severity.NOTICE
        )


def _memory(now: HealthReadings, standing: Standing) -> Iterator[Finding]:
    short = Finding("memory", f"memory: less than {SHORT:.0f} MiB are left on this machine; stop other programs on it")
    grown = Finding(
        "memory",
        f"memory: this program holds {GROWN:.0f} MiB or more; restart it, and tell its maintainers",
        Severity.NOTICE,
    )
    if _below(now.machine.available_mb, SHORT, short in standing):
        yield short
    if now.machine.memory_mb >= GROWN * (0.9 if grown in standing else 1.0):
        yield grown


def _disk(now: HealthReadings, standing: Standing) -> Iterator[Finding]:
    if not now.machine.writable:
        yield Finding(
            "disk",
            f"disk: {now.machine.state} can't be written, so what people choose is lost on a restart; see who "
            "owns it, and whether the card is write-protected",
        )
    for limit, severity in ((DISK_FULL, Severity.PROBLEM), (DISK_LOW, Severity.NOTICE)):
        verdict = Finding(
            "disk", f"disk: less than {limit:.0f} MiB are left at {now.machine.state}; make room there", severity
        )
        if _below(now.machine.disk_free_mb, limit, verdict in standing):
            yield verdict
            return


def _clock(now: HealthReadings, _: Standing) -> Iterator[Finding]:
    if now.wall < EARLIEST:
        year = datetime.fromtimestamp(max(0.0, now.wall), timezone.utc).year
        yield Finding(
            "clock",
            f"clock: it says {year}, so times and quiet hours are wrong; check the network, which sets it (NTP)",
        )
    elif abs(now.step) >= STEP and now.step_age < STEP_TOLD:
        way = "forward" if now.step > 0 else "back"
        yield Finding(
            "clock",
            f"clock: it was set {way} by {_span(abs(now.step))}; what is told now is right, older log lines aren't",
            Severity.NOTICE,
        )


def _login(now: HealthReadings, _: Standing) -> Iterator[Finding]:
    left = None if now.login_expires is None else now.login_expires - now.wall
    if now.login_expires is None or left is None or left > LOGIN_SOON:
        return
    day = datetime.fromtimestamp(now.login_expires, timezone.utc).strftime("%d %B %Y").lstrip("0")
    severity = Severity.PROBLEM if left <= LOGIN_NOW else Severity.NOTICE
    yield Finding("spotify", f"spotify: the login ends on {day}; run `moodroom login` before", severity)


_AIR = "give the device air or a heat sink"


def _below(value: float | None, limit: float, stands: bool) -> bool:
    return value is not None and value < limit * (1.25 if stands else 1.0)


def _span(seconds: float) -> str:
    """Such as `3 h 2 min` or `2 days`."""
    if seconds >= 2 * DAY:
        return f"{seconds / DAY:.0f} days"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
