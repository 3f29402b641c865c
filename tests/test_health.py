"""Health: ages, heat and the watchdog."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from edge.health import Health, SystemdNotifier, memory_mb, slowdown, throttled


@pytest.mark.parametrize(
    ("warm", "bits", "slower"),
    [
        (None, 0, 1),
        (60, 0, 1),
        (76, 0, 2),
        (81, 0, 4),
        (86, 0, 8),
        (50, 0x50000, 1),
        (50, 0x4, 4),
        (50, 0x2, 2),
        (90, 0x4, 8),
    ],
)
def test_a_hot_or_starved_machine_looks_less(warm: float | None, bits: int, slower: float) -> None:
    assert slowdown(warm, bits) == slower


def test_what_a_pi_says_about_its_speed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert throttled() == 0
    program = tmp_path / "vcgencmd"
    program.write_text("#!/bin/sh\necho throttled=0x50005\n")
    program.chmod(0o755)
    assert throttled() == 0x50005
    program.write_text("#!/bin/sh\necho what\n")
    assert throttled() == 0


def test_the_watchdog_is_fed_while_frames_come_or_a_pause_is_declared() -> None:
    health = Health(10.0, 100.0)
    assert health.fresh(105.0)
    assert not health.fresh(111.0)
    health.frame = 110.0
    assert health.fresh(119.0)
    assert not health.fresh(121.0)
    health.paused = True
    assert health.fresh(1000.0)


def test_a_problem_is_news_once() -> None:
    health = Health(10.0, 0.0)
    assert health.set_problem("camera", "gone")
    assert not health.set_problem("camera", "gone")
    assert health.report(1.0, 0)["problems"] == [{"part": "camera", "message": "gone"}]
    assert health.set_problem("camera", None)
    assert health.report(2.0, 0)["problems"] == []


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(tmp_path: Path, abstract: bool) -> None:
    address = f"\0moodroom-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(2)
        SystemdNotifier(address.replace("\0", "@")).tell("READY=1")
        assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nobody_is_told(tmp_path: Path) -> None:
    SystemdNotifier("").tell("READY=1")
    SystemdNotifier(str(tmp_path / "nobody")).tell("READY=1")


def test_memory_is_some_megabytes() -> None:
    assert 5 < memory_mb() < 5000
