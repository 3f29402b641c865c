"""Health: ages, heat and the watchdog."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path

import pytest

from edge.health import machine
from edge.health.machine import memory_mb, throttled
from edge.health.monitor import HealthMonitor
from edge.health.rules import Finding, slowdown
from edge.health.wall_clock import WallClock
from edge.system.systemd import SystemdNotifier
from edge.values import UNKNOWN, Mood, Reading
from tests.waiting import PATIENCE


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
    monkeypatch.setattr(machine, "HWMON", tmp_path / "hwmon")
    assert throttled() == 0
    program = tmp_path / "vcgencmd"
    program.write_text("#!/bin/sh\necho throttled=0x50005\n")
    program.chmod(0o755)
    assert throttled() == 0x50005
    program.write_text("#!/bin/sh\necho what\n")
    assert throttled() == 0


def test_the_watchdog_is_fed_while_frames_come_or_a_pause_is_declared() -> None:
    health = HealthMonitor(10.0, 100.0)
    assert health.fresh(105.0)
    assert not health.fresh(111.0)
    health.frame = 110.0
    assert health.fresh(119.0)
    assert not health.fresh(121.0)
    health.paused = True
    assert health.fresh(1000.0)


def test_after_a_pause_the_camera_has_as_long_as_at_the_start() -> None:
    health = HealthMonitor(10.0, 100.0, frame=200.0)
    health.resumed = 5000.0
    assert health.counted_from(health.frame) == 5000.0
    assert health.fresh(5009.0)
    assert not health.fresh(5011.0)


def test_frames_that_are_never_examined_starve_the_watchdog() -> None:
    health = HealthMonitor(10.0, 0.0)

    def frames(*, until: float) -> None:
        while (health.frame or 0.0) < until:
            health.framed((health.frame or 0.0) + 1.0)

    frames(until=61.0)
    assert health.fresh(61.0), "the first frame came at 1.0"
    frames(until=62.0)
    assert not health.fresh(62.0), "no look was ever finished"
    health.examined = 60.0
    assert health.fresh(62.0)
    frames(until=120.0)
    assert health.fresh(120.0)
    frames(until=121.0)
    assert not health.fresh(121.0)
    # A camera that was away left nothing to examine.
    health.framed(500.0)
    assert health.fresh(505.0)
    assert HealthMonitor(30.0, 0.0, frame=89.0, _flowing=0.0).fresh(89.0), (
        "who has patience with the camera has it here"
    )


def test_a_problem_is_news_once() -> None:
    health, clock = HealthMonitor(10.0, 0.0), WallClock(0.0, 1.8e9)
    assert health.set_problem("camera", "gone")
    assert not health.set_problem("camera", "gone")
    told = Finding("camera", "gone")
    assert health.judge(health.readings(1.0, clock)) == ([told], [])
    assert health.judge(health.readings(2.0, clock)) == ([], [])
    assert health.report(2.0, 0)["problems"] == [{"part": "camera", "message": "gone"}]
    assert health.set_problem("camera", None)
    assert health.judge(health.readings(3.0, clock)) == ([], [told])
    assert health.report(3.0, 0)["problems"] == []


def test_ages_are_told_and_what_never_came_has_none() -> None:
    health = HealthMonitor(10.0, 100.0)
    first = health.report(101.0, 0)
    assert [first[key] for key in ("frame_age", "look_age", "mood_age", "player_age", "broker_age")] == [None] * 5
    health.frame, health.player, health.broker = 104.5, 104.0, 103.0
    health.looked(Reading(104.6, Mood(UNKNOWN, 0, 0, 0, 1, 100.0), True))
    told = health.report(105.0, 1)
    assert (told["frame_age"], told["look_age"], told["mood_age"]) == (0.5, 0.4, None)
    assert (told["player_age"], told["broker_age"]) == (1.0, 2.0)
    health.looked(Reading(105.0, Mood("happy", 0.9, 0, 0, 1, 105.0), True))
    assert health.report(106.0, 2)["mood_age"] == 1.0


def test_a_pause_isn_t_counted_into_ages() -> None:
    health, clock = HealthMonitor(10.0, 0.0), WallClock(0.0, 1.8e9)
    health.frame = health.look = health.mood = 50.0
    health.resumed = 3999.0
    assert health.readings(4000.0, clock).frame_age == 1.0
    assert health.readings(4000.0, clock, off=True).paused


def test_the_login_s_end_is_a_time() -> None:
    assert HealthMonitor(10.0, 0.0).report(1.0, 0)["spotify_login_expires"] is None
    assert (
        HealthMonitor(10.0, 0.0).report(1.0, 0, login_expires=1.8e9)["spotify_login_expires"] == "2027-01-15T08:00:00Z"
    )


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(tmp_path: Path, abstract: bool) -> None:
    address = f"\0moodroom-test-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(address)
        systemd.settimeout(PATIENCE)
        SystemdNotifier(address.replace("\0", "@")).tell("READY=1")
        assert systemd.recv(100) == b"READY=1"


def test_a_reader_that_doesn_t_read_holds_nothing_up(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        notifier = SystemdNotifier(str(tmp_path / "notify"))
        queue = int(Path("/proc/sys/net/unix/max_dgram_qlen").read_text())
        for _ in range(queue + 2):
            notifier.tell("WATCHDOG=1")
        assert systemd.recv(100) == b"WATCHDOG=1"
        notifier.tell("STOPPING=1")
        systemd.setblocking(False)
        heard = []
        with contextlib.suppress(BlockingIOError):
            while True:
                heard.append(systemd.recv(100))
        assert heard[-1] == b"STOPPING=1", "it is still told later"


def test_without_systemd_nobody_is_told(tmp_path: Path) -> None:
    assert not SystemdNotifier("").listened_to
    assert SystemdNotifier(str(tmp_path / "nobody")).listened_to
    SystemdNotifier("").tell("READY=1")
    SystemdNotifier(str(tmp_path / "nobody")).tell("READY=1")


def test_memory_is_some_megabytes() -> None:
    assert 5 < memory_mb() < 5000
