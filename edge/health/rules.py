"""The health rules: from readings to findings. Pure.

A sentence contains its threshold and no measured value, so that it stays the same, word for word, while it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime, timezone

from edge.errors import HOME_AWAY
from edge.health.findings import Finding, Severity
from edge.health.machine_rules import check_disk, check_heat, check_memory, check_power
from edge.health.readings import EARLIEST_UNIX_TIME_S, HealthReadings
from edge.sentences import Sentence, TechnicalText

DAY_S = 86400.0
# A part that has given no result for this long is overdue. A player may be polled as rarely as every two minutes.
MOOD_OVERDUE_S, BROKER_OVERDUE_S, PLAYER_OVERDUE_S = 1800.0, 120.0, 600.0
# The smallest step of the wall clock that is reported, and for how long it is reported.
CLOCK_STEP_S, CLOCK_STEP_REPORTED_FOR_S = 60.0, 3600.0
# How long before the login expires it becomes a notice, and how long before it becomes a problem.
LOGIN_NOTICE_S, LOGIN_PROBLEM_S = 21 * DAY_S, 3 * DAY_S
# A face that has been taken for a picture for so long is reported.
PICTURE_REPORTED_AFTER_S = 120.0
# A turn of the player's thread may send several requests, each with a deadline of seconds.
PLAYER_HANGS_S = 60.0

Rule = Callable[[HealthReadings, Collection[Finding]], Iterator[Finding]]


def apply_rules(readings: HealthReadings, previous: Collection[Finding] = ()) -> list[Finding]:
    """All findings for these readings, problems first.

    previous: the findings of the last call. A finding needs a little more to end than to begin (hysteresis), so that a
    value at its threshold isn't reported again and again.
    """
    faults = [Finding(part, text) for part, text in readings.faults.items() if not _excused(part, readings)]
    faulty = {finding.part for finding in faults}
    # What a part reports about itself is more precise than a finding about its age.
    others = [finding for rule in RULES for finding in rule(readings, previous) if finding.part not in faulty]
    return sorted([*faults, *others], key=lambda found: (found.severity is Severity.NOTICE, found.part, found.message))


def _excused(part: str, readings: HealthReadings) -> bool:
    return readings.paused and part in ("camera", "vision")


def _check_frames(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    if readings.paused:
        return
    if readings.frame_age > readings.frame_late:
        yield Finding(
            "camera",
            Sentence(
                "camera: no frame for {seconds} s or longer; check the camera's plug and cable",
                seconds=f"{readings.frame_late:.0f}",
            ),
        )
    elif readings.look_age > readings.look_late:
        yield Finding(
            "vision",
            Sentence(
                "vision: frames arrive, but none was looked at for {seconds} s or longer; if this persists, restart "
                "the device",
                seconds=f"{readings.look_late:.0f}",
            ),
        )


def _check_mood(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    if not readings.paused and readings.frame_age <= readings.frame_late and readings.mood_age > MOOD_OVERDUE_S:
        yield Finding(
            "mood",
            Sentence(
                "mood: no face could be read for half an hour or longer; give the room more light, or move the camera "
                "closer to people"
            ),
            Severity.NOTICE,
        )


def _check_pictures(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    if not readings.paused and readings.picture_for >= PICTURE_REPORTED_AFTER_S:
        yield Finding(
            "pictures",
            TechnicalText(
                "pictures: a face in view never moves and is taken for a picture, so it doesn't count; if it is a "
                "picture, name its place in vision.ignore, and if it is a person, set vision.liveness to false",
                Sentence(
                    "A face in view never moves, and is taken for a picture. If it is one, draw over its place in the "
                    "settings, under Camera; if it is a person, the settings say how to have it counted."
                ),
            ),
            Severity.NOTICE,
        )


def _check_broker(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    if readings.broker_age is not None and readings.broker_age > BROKER_OVERDUE_S:
        yield Finding(
            "mqtt",
            TechnicalText("mqtt: no broker for 2 minutes or longer; check mqtt.host and the network", HOME_AWAY),
        )


def _check_player(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    if readings.player_busy > PLAYER_HANGS_S:
        yield Finding(
            "player",
            Sentence(
                "player: a request has hung for {seconds} s or longer; check the network, and restart the device if "
                "this persists",
                seconds=f"{PLAYER_HANGS_S:.0f}",
            ),
        )
    elif readings.player_age > PLAYER_OVERDUE_S:
        yield Finding("player", Sentence("player: no answer for 10 minutes or longer; check the speaker's power"))


def _check_clock(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    if readings.wall < EARLIEST_UNIX_TIME_S:
        year = datetime.fromtimestamp(max(0.0, readings.wall), timezone.utc).year
        yield Finding(
            "clock",
            Sentence(
                "clock: it says {year}, so times and quiet hours are wrong; check the network, which sets the clock "
                "(NTP)",
                year=year,
            ),
        )
    elif abs(readings.step) >= CLOCK_STEP_S and readings.step_age < CLOCK_STEP_REPORTED_FOR_S:
        yield Finding(
            "clock",
            Sentence(
                "clock: it was set forward by {time}; times are right from now on, but not in older log lines"
                if readings.step > 0
                else "clock: it was set back by {time}; times are right from now on, but not in older log lines",
                time=_duration(abs(readings.step)),
            ),
            Severity.NOTICE,
        )


def _check_login(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    if readings.login_expires is None or (left := readings.login_expires - readings.wall) > LOGIN_NOTICE_S:
        return
    day = datetime.fromtimestamp(readings.login_expires, timezone.utc).strftime("%d %B %Y").lstrip("0")
    severity = Severity.PROBLEM if left <= LOGIN_PROBLEM_S else Severity.NOTICE
    yield Finding(
        "spotify",
        TechnicalText(
            f"spotify: the login expires on {day}; run `moodroom login` before then",
            Sentence("Spotify's sign-in ends on {day}; sign in again in the settings before then.", day=day),
        ),
        severity,
    )


def _check_version(readings: HealthReadings, _: Collection[Finding]) -> Iterator[Finding]:
    running, installed = readings.machine.running, readings.machine.installed
    if running != installed:
        yield Finding(
            "version",
            Sentence(
                "version: {installed} is installed, but {running} still runs; restart the device",
                installed=installed,
                running=running,
            ),
            Severity.NOTICE,
        )


RULES: tuple[Rule, ...] = (
    _check_frames,
    _check_mood,
    _check_pictures,
    _check_broker,
    _check_player,
    check_heat,
    check_power,
    check_memory,
    check_disk,
    _check_clock,
    _check_login,
    _check_version,
)


def _duration(seconds: float) -> str:
    """Such as `3 h 2 min` or `2 days`."""
    if seconds >= 2 * DAY_S:
        return Sentence("{count} days", count=f"{seconds / DAY_S:.0f}")
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
