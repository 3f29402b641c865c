"""What the machine says about itself, read from a drawn /sys, and the two clocks."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.health import machine
from edge.health.machine import available_mb, clocks, disk, read_machine, temperature, throttled
from edge.health.wall_clock import JUMP, WallClock
from edge.messages import instant


def zone(folder: Path, number: int, kind: str, text: str) -> None:
    place = folder / f"thermal_zone{number}"
    place.mkdir(parents=True)
    (place / "type").write_text(kind + "\n")
    (place / "temp").write_text(text)


def test_the_processor_s_zone_is_read_wherever_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "THERMAL", tmp_path)
    assert temperature() is None
    zone(tmp_path, 0, "iwlwifi_1", "31000\n")
    assert temperature() == 31.0
    zone(tmp_path, 3, "CPU-therm", "52500\n")
    assert temperature() == 52.5
    (tmp_path / "thermal_zone3" / "temp").write_text("")
    assert temperature() == 31.0, "a zone that gives nothing is passed over"


def test_the_kernel_tells_a_low_voltage_where_vcgencmd_is_not_to_be_had(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(machine, "HWMON", tmp_path)
    sensor = tmp_path / "hwmon1"
    sensor.mkdir()
    (sensor / "name").write_text("rpi_volt\n")
    (sensor / "in0_lcrit_alarm").write_text("0\n")
    assert throttled() == 0
    (sensor / "in0_lcrit_alarm").write_text("1\n")
    assert throttled() == 1


def test_memory_and_disk_are_those_of_this_machine(tmp_path: Path) -> None:
    found = read_machine(tmp_path / "not" / "there" / "yet")
    assert found.writable and found.state.endswith("yet")
    there = os.statvfs(tmp_path)
    assert found.disk_free_mb == pytest.approx(there.f_bavail * there.f_frsize / 2**20, rel=0.05)
    left = available_mb()
    assert left is not None and left < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_a_folder_that_can_t_be_written_is_noticed() -> None:
    assert not disk(Path("/proc/1"))[1]


def test_both_clocks_are_read_at_once() -> None:
    told = clocks()
    assert told is not None
    assert time.monotonic() - told[0] < 60 and abs(time.time() - told[1]) < 60


def test_what_began_before_the_clock_was_set_is_told_right_afterwards() -> None:
    """A Pi without a battery: it starts with the time of its last stop, and is set 3 hours forward by the network."""
    clock = WallClock(100.0, 1_800_000_000.0)
    began = 130.0
    assert instant(began, clock.offset()) == "2027-01-15T08:00:30Z"
    assert not clock.look(140.0, 1_800_000_040.0)
    assert clock.look(150.0, 1_800_010_850.0)
    assert (clock.step, clock.stepped) == (10_800.0, 150.0)
    assert instant(began, clock.offset()) == "2027-01-15T11:00:30Z"
    assert not clock.look(160.0, 1_800_010_860.0)


@given(st.lists(st.floats(-0.9, 0.9), min_size=1, max_size=30))
def test_what_trembles_within_a_second_is_no_step(tremble: list[float]) -> None:
    clock = WallClock(0.0, 1.8e9)
    for at, wrong in enumerate(tremble):
        assert not clock.look(at, 1.8e9 + at + wrong)
    assert clock.offset() == 1.8e9


@given(st.lists(st.floats(-1e8, 1e8), min_size=1, max_size=20))
def test_the_offset_is_never_wrong_by_more_than_a_second(steps: list[float]) -> None:
    clock, wall = WallClock(0.0, 1.8e9), 1.8e9
    for at, step in enumerate(steps, 1):
        wall += 1 + step
        clock.look(float(at), wall)
        assert abs(at + clock.offset() - wall) <= JUMP
