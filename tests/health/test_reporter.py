"""Health reports: one reading of the machine each, changes in the log, and a clock that is followed."""

from __future__ import annotations

import logging
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from edge.events import ClockStepped, HealthReported
from edge.health import reporter as module
from edge.health.monitor import HealthMonitor
from edge.health.readings import MachineState
from edge.health.reporter import HealthReporter
from edge.health.wall_clock import WallClock

WALL = 1.8e9


class Clocks:
    """Both clocks, set by a test."""

    def __init__(self) -> None:
        self.times: tuple[float, float] | None = (0.0, WALL)

    def __call__(self) -> tuple[float, float] | None:
        return self.times


class Broker:
    sent, dropped, connected = 3, 0, True

    def wait_connected(self, _: float) -> bool:
        return self.connected


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> list[MachineState]:
    """The states that the machine will have, one for each report; the last one repeats."""
    states = [MachineState(temperature=50.0, memory_mb=100.0)]
    monkeypatch.setattr(module, "read_machine", lambda _: states[0] if len(states) == 1 else states.pop(0))
    return states


def make_reporter(clocks: Clocks | None = None, **parts: Any) -> HealthReporter:
    pipeline = SimpleNamespace(looks=7, scheduler=SimpleNamespace(slowdown=1.0, counts=Counter({"skip:still": 3})))
    arguments: dict[str, Any] = {
        "pipeline": pipeline,
        "player": SimpleNamespace(login_expires=None, report=dict),
        "mqtt": None,
        "longest_look_interval": 2.0,
    } | parts
    return HealthReporter(HealthMonitor(10.0, 0.0), WallClock(0.0, WALL), clocks=clocks or Clocks(), **arguments)


def test_a_report_covers_all_parts(machine: list[MachineState]) -> None:
    player = SimpleNamespace(login_expires=WALL + 86_400.0, report=lambda: {"player_calls_today": 9})
    event = make_reporter(player=player, mqtt=Broker()).report(5.0)
    assert isinstance(event, HealthReported)
    report = event.report
    assert (report["looks"], report["reasons"], report["messages_sent"]) == (7, {"skip:still": 3}, 3)
    assert report["spotify_login_expires"] == "2027-01-16T08:00:00Z"
    assert [problem["part"] for problem in report["problems"]] == ["spotify"]
    assert (report["notices"], report["player_calls_today"]) == ([], 9)


def test_heat_makes_looks_rarer_and_is_logged_once(
    machine: list[MachineState], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "edge")
    machine[:] = [MachineState(temperature=t) for t in (82.0, 84.0, 79.0, 60.0)]
    pipeline = SimpleNamespace(looks=0, scheduler=SimpleNamespace(slowdown=1.0, counts=Counter()))
    reporter = make_reporter(pipeline=pipeline)
    slower = []
    for at in range(4):
        reporter.report(float(at))
        slower.append(pipeline.scheduler.slowdown)
    assert slower == [4.0, 4.0, 2.0, 1.0]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "80 °C" in caplog.messages[0] and caplog.messages[1] == "temperature: back to normal"


def test_the_machine_is_read_once_for_each_report(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()

    def counted(name: str, value: Any) -> None:
        monkeypatch.setattr(f"edge.health.machine.{name}", lambda: calls.update([name]) or value)

    counted("temperature", 50.0)
    counted("throttled", 0)
    counted("available_mb", 900.0)
    make_reporter().report(1.0)
    assert calls == {"temperature": 1, "throttled": 1, "available_mb": 1}


def test_a_clock_that_is_set_is_an_event(machine: list[MachineState]) -> None:
    clocks = Clocks()
    reporter = make_reporter(clocks)
    clocks.times = (1.0, WALL + 1.0)
    assert reporter.tick(1.0, paused=False) == []
    clocks.times = None
    assert reporter.tick(2.0, paused=False) == [], "an interrupted reading of the clocks is ignored"
    clocks.times = (3.0, WALL + 7203.0)
    assert reporter.tick(3.0, paused=False) == [ClockStepped(3.0, WALL + 7200.0)]
    (notice,) = reporter.report(4.0).report["notices"]
    assert notice["part"] == "clock" and "forward by 2 h 0 min" in notice["message"]


def test_after_a_pause_the_camera_has_time_to_come_back(machine: list[MachineState]) -> None:
    reporter = make_reporter()
    assert reporter.report(20.0).report["problems"] != [], "no frame since the start"
    reporter.tick(21.0, paused=True)
    assert reporter.report(500.0).report["problems"] == []
    reporter.tick(501.0, paused=False)
    assert reporter.report(505.0).report["problems"] == []
    assert [problem["part"] for problem in reporter.report(512.0).report["problems"]] == ["camera"]


def test_a_broker_that_stays_away_becomes_a_problem(machine: list[MachineState]) -> None:
    broker = Broker()
    reporter = make_reporter(mqtt=broker)
    reporter.tick(100.0, paused=True)
    broker.connected = False
    reporter.tick(219.0, paused=True)
    assert reporter.report(219.0).report["problems"] == []
    assert [problem["part"] for problem in reporter.report(221.0).report["problems"]] == ["mqtt"]
