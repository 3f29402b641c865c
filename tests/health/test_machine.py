"""Reading the machine: a simulated /sys, memory, disk and clocks."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from edge import __version__
from edge.health import machine
from edge.health.machine import (
    available_mb,
    disk,
    installed_version,
    memory_mb,
    read_clocks,
    read_machine,
    temperature,
    throttled,
)


def zone(folder: Path, number: int, kind: str, text: str) -> None:
    place = folder / f"thermal_zone{number}"
    place.mkdir(parents=True)
    (place / "type").write_text(kind + "\n")
    (place / "temp").write_text(text)


def test_the_thermal_zone_of_the_processor_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "THERMAL", tmp_path)
    assert temperature() is None
    zone(tmp_path, 0, "iwlwifi_1", "31000\n")
    assert temperature() == 31.0
    zone(tmp_path, 3, "CPU-therm", "52500\n")
    assert temperature() == 52.5
    (tmp_path / "thermal_zone3" / "temp").write_text("")
    assert temperature() == 31.0, "a zone that can't be read is skipped"


def test_the_kernel_reports_a_low_voltage_without_vcgencmd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    machine_state = read_machine(tmp_path / "not" / "there" / "yet")
    assert machine_state.writable and machine_state.state.endswith("yet")
    filesystem = os.statvfs(tmp_path)
    assert machine_state.disk_free_mb == pytest.approx(filesystem.f_bavail * filesystem.f_frsize / 2**20, rel=0.05)
    left = available_mb()
    assert left is not None and left < os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_a_folder_that_cannot_be_written_is_reported() -> None:
    assert not disk(Path("/proc/1"))[1]


def test_both_clocks_are_read_at_the_same_moment() -> None:
    times = read_clocks()
    assert times is not None
    assert time.monotonic() - times[0] < 60 and abs(time.time() - times[1]) < 60


def test_the_throttled_bits_of_a_pi_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(machine, "HWMON", tmp_path / "hwmon")
    assert throttled() == 0
    program = tmp_path / "vcgencmd"
    program.write_text("#!/bin/sh\necho throttled=0x50005\n")
    program.chmod(0o755)
    assert throttled() == 0x50005
    program.write_text("#!/bin/sh\necho what\n")
    assert throttled() == 0


def test_this_process_uses_some_megabytes() -> None:
    assert 5 < memory_mb() < 5000


def test_an_update_is_seen_while_the_old_version_runs(tmp_path: Path) -> None:
    for name, version in (("old", "0.1.0"), ("new", "0.2.0")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f'"""Words."""\n\n__version__ = "{version}"\n')
    (tmp_path / "current").symlink_to("old")
    file = tmp_path / "current" / "__init__.py"
    assert installed_version(file) == "0.1.0"
    (tmp_path / "current").unlink()
    (tmp_path / "current").symlink_to("new")
    assert installed_version(file) == "0.2.0"
    file.write_bytes(b"\xff" * 100)
    assert installed_version(file) is None
    file.unlink()
    assert installed_version(file) is None


def test_nothing_newer_is_installed_here(tmp_path: Path) -> None:
    machine = read_machine(tmp_path)
    assert machine.running == machine.installed == __version__
