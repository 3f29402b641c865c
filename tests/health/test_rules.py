"""The health rules: which findings, when they begin and when they end."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.health.findings import Finding, Severity
from edge.health.readings import EARLIEST_UNIX_TIME_S, HealthReadings, MachineState
from edge.health.rules import apply_rules

WELL = HealthReadings(
    broker_age=0.0, machine=MachineState(55.0, 0, 110.0, 2000.0, 9000.0, "/var/lib/moodroom"), wall=1.8e9
)
PROBLEM, NOTICE = Severity.PROBLEM, Severity.NOTICE


def readings(**changes: Any) -> HealthReadings:
    """The readings of a healthy device, with these changes."""
    machine_fields = {name.name for name in fields(MachineState)}
    machine = {name: value for name, value in changes.items() if name in machine_fields}
    others = {name: value for name, value in changes.items() if name not in machine_fields}
    return replace(WELL, machine=replace(WELL.machine, **machine), **others)


def test_a_healthy_device_has_no_findings() -> None:
    assert apply_rules(WELL) == []
    assert apply_rules(HealthReadings()) == [], "nor if the machine reports nothing"


@pytest.mark.parametrize(
    ("changes", "part", "severity", "words"),
    [
        ({"frame_age": 10.5}, "camera", PROBLEM, "no frame for 10 s"),
        ({"look_age": 61.0}, "vision", PROBLEM, "none was looked at"),
        ({"mood_age": 1801.0}, "mood", NOTICE, "more light"),
        ({"picture_for": 120.0}, "pictures", NOTICE, "taken for a picture"),
        ({"broker_age": 121.0}, "mqtt", PROBLEM, "mqtt.host"),
        ({"player_age": 601.0}, "player", PROBLEM, "speaker's power"),
        ({"player_age": 601.0, "player_busy": 61.0}, "player", PROBLEM, "a request has hung for 60 s or longer"),
        ({"temperature": 75.0}, "temperature", NOTICE, "75 °C or more"),
        ({"temperature": 91.0}, "temperature", PROBLEM, "80 °C or more"),
        ({"throttled": 0x4}, "temperature", NOTICE, "slows the processor down"),
        ({"throttled": 0x50005}, "power", PROBLEM, "voltage is too low"),
        ({"throttled": 0x50000}, "power", NOTICE, "was too low"),
        ({"memory_mb": 300.0}, "memory", NOTICE, "this program uses 300 MiB"),
        ({"available_mb": 63.0}, "memory", PROBLEM, "less than 64 MiB"),
        ({"disk_free_mb": 99.0}, "disk", NOTICE, "less than 100 MiB"),
        ({"disk_free_mb": 3.0}, "disk", PROBLEM, "less than 20 MiB is left at /var/lib/moodroom"),
        ({"writable": False}, "disk", PROBLEM, "can't be written"),
        ({"wall": 0.0}, "clock", PROBLEM, "it says 1970"),
        ({"wall": EARLIEST_UNIX_TIME_S - 1}, "clock", PROBLEM, "it says 2025"),
        ({"step": 11000.0, "step_age": 9.0}, "clock", NOTICE, "forward by 3 h 3 min"),
        ({"step": -600.0, "step_age": 9.0}, "clock", NOTICE, "back by 10 min"),
        ({"step": 864000.0, "step_age": 9.0}, "clock", NOTICE, "forward by 10 days"),
        ({"login_expires": 1.8e9 + 20 * 86400}, "spotify", NOTICE, "expires on 4 February 2027; run `moodroom login`"),
        ({"login_expires": 1.8e9 - 1}, "spotify", PROBLEM, "`moodroom login`"),
        ({"running": "0.1.0", "installed": "0.2.0"}, "version", NOTICE, "0.2.0 is installed, but 0.1.0 still runs"),
        ({"faults": {"player": "player: no device"}}, "player", PROBLEM, "no device"),
    ],
)
def test_each_finding_is_one_sentence_with_its_fix(
    changes: dict[str, Any], part: str, severity: Severity, words: str
) -> None:
    (finding,) = apply_rules(readings(**changes))
    assert (finding.part, finding.severity) == (part, severity)
    assert words in finding.message
    assert "\n" not in finding.message and finding.message.startswith(f"{part}: ")
    assert "faults" in changes or "; " in finding.message, "the fix follows what is wrong"


@pytest.mark.parametrize(
    "changes",
    [
        {"frame_age": 10.0},
        {"frame_age": 40.0, "frame_late": 60.0},
        {"look_age": 61.0, "look_late": 90.0},
        {"broker_age": None},
        {"picture_for": 119.0},
        {"picture_for": 999.0, "paused": True},
        {"temperature": 74.9},
        {"step": 59.0, "step_age": 9.0},
        {"step": 7200.0, "step_age": 3601.0},
        {"login_expires": 1.8e9 + 22 * 86400},
    ],
)
def test_values_within_their_limits_are_no_findings(changes: dict[str, Any]) -> None:
    assert apply_rules(readings(**changes)) == []


def test_a_paused_camera_is_no_finding() -> None:
    late = {"frame_age": 9999.0, "look_age": 9999.0, "mood_age": 9999.0, "faults": {"camera": "camera: gone"}}
    assert apply_rules(readings(paused=True, **late)) == []
    assert [finding.message for finding in apply_rules(readings(**late))] == ["camera: gone"]
    (other,) = apply_rules(readings(paused=True, player_age=9999.0))
    assert other.part == "player", "only the camera is paused"


def test_a_missing_camera_is_the_only_finding_about_frames() -> None:
    (finding,) = apply_rules(readings(frame_age=100.0, look_age=100.0, mood_age=9999.0))
    assert finding.part == "camera"


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("temperature", [79.9, 80.1, 79.9, 77.5, 80.0, 78.0]),
        ("available_mb", [63.0, 66.0, 63.5, 70.0, 62.0]),
        ("disk_free_mb", [19.0, 21.0, 24.0, 19.9]),
    ],
)
def test_a_value_at_its_threshold_is_reported_once(name: str, values: list[float]) -> None:
    reported, standing = 0, list[Finding]()
    for value in values:
        now = apply_rules(readings(**{name: value}), standing)
        reported += len([finding for finding in now if finding not in standing and finding.severity is PROBLEM])
        standing = now
    assert reported == 1 and standing
    healthy = {"temperature": 60.0, "available_mb": 500.0, "disk_free_mb": 900.0}
    assert apply_rules(readings(**{name: healthy[name]}), standing) == []


ages = st.floats(0, 1e6)
ANY = st.builds(
    HealthReadings,
    frame_age=ages, look_age=ages, mood_age=ages, player_age=ages, broker_age=st.none() | ages, paused=st.booleans(),
    picture_for=ages,
    wall=st.floats(0, 4e9), step=st.floats(-1e9, 1e9), step_age=ages, login_expires=st.none() | st.floats(0, 4e9),
    faults=st.dictionaries(st.sampled_from(["camera", "vision", "player", "mqtt"]), st.text(min_size=1)),
    machine=st.builds(
        MachineState,
        temperature=st.none() | st.floats(-40, 130), throttled=st.integers(0, 0xFFFFF), memory_mb=st.floats(0, 8000),
        available_mb=st.none() | st.floats(0, 8000), disk_free_mb=st.none() | st.floats(0, 1e6),
        state=st.just("/s"), writable=st.booleans(),
    ),
)  # fmt: skip


@given(ANY)
def test_any_readings_give_findings_that_do_not_change(any_readings: HealthReadings) -> None:
    findings = apply_rules(any_readings)
    assert len(set(findings)) == len(findings)
    assert apply_rules(any_readings, findings) == findings, "the same readings give the same sentences"
    severities = [finding.severity for finding in findings]
    assert severities == sorted(severities, key=lambda severity: severity is NOTICE), "problems come first"


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [
        ("frame_age", 11.0, 300.0),
        ("look_age", 70.0, 900.0),
        ("player_age", 700.0, 7000.0),
        ("picture_for", 150.0, 7000.0),
        ("temperature", 80.5, 84.0),
        ("memory_mb", 310.0, 700.0),
        ("available_mb", 60.0, 9.0),
        ("disk_free_mb", 90.0, 30.0),
        ("wall", 1.0, 86_400.0),
        ("login_expires", 1.8e9 + 20 * 86400, 1.8e9 + 20 * 86400 + 60),
    ],
)
def test_a_sentence_contains_no_measured_value(name: str, one: float, other: float) -> None:
    """Otherwise each report would be a change in the log and on MQTT."""
    assert apply_rules(readings(**{name: one})) == apply_rules(readings(**{name: other})) != []
