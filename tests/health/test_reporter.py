"""What looks after the device: one look at the machine for each report, news in the log, a clock that stays right."""

from __future__ import annotations

import logging
from collections import Counter
from types import SimpleNamespace
from typing import Any

import pytest

from edge.events import ClockStepped, HealthReported
from edge.health import reporter as upkeep
from edge.health.monitor import HealthMonitor
from edge.health.reporter import HealthReporter
from edge.health.rules import MachineState
from edge.health.wall_clock import WallClock

WALL = 1.8e9


class Clocks:
    """Both clocks, to be set by hand."""

    def __init__(self) -> None:
        self.both: tuple[float, float] | None = (0.0, WALL)

    def __call__(self) -> tuple[float, float] | None:
        return self.both


class Broker:
    sent, dropped, connected = 3, 0, True

    def wait_connected(self, _: float) -> bool:
        return self.connected


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[MachineState]:
    """The machine as it will be found, the last one again and again."""
    found = [MachineState(temperature=50.0, memory_mb=100.0)]
    monkeypatch.setattr(upkeep, "read_machine", lambda _: found[0] if len(found) == 1 else found.pop(0))
    return found


def made(clocks: Clocks | None = None, **parts: Any) -> HealthReporter:
    watch = SimpleNamespace(looks=7, schedule=SimpleNamespace(slower=1.0, counts=Counter({"skip:still": 3})))
    given: dict[str, Any] = {
        "watch": watch,
        "player": SimpleNamespace(login_expires=None, report=dict),
        "mqtt": None,
        "calmest": 2.0,
    } | parts
    return HealthReporter(HealthMonitor(10.0, 0.0), WallClock(0.0, WALL), look_at_clocks=clocks or Clocks(), **given)


def test_a_report_holds_what_is_known_of_all_parts(looked: list[MachineState]) -> None:
    player = SimpleNamespace(login_expires=WALL + 86_400.0, report=lambda: {"player_calls_today": 9})
    event = made(player=player, mqtt=Broker()).report(5.0)
    assert isinstance(event, HealthReported)
    told = event.report
    assert (told["looks"], told["reasons"], told["messages_sent"]) == (7, {"skip:still": 3}, 3)
    assert told["spotify_login_expires"] == "2027-01-16T08:00:00Z"
    assert [problem["part"] for problem in told["problems"]] == ["spotify"]
    assert (told["notices"], told["player_calls_today"]) == ([], 9)


def test_heat_makes_looks_rarer_and_is_said_once(looked: list[MachineState], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "edge")
    looked[:] = [MachineState(temperature=t) for t in (82.0, 84.0, 79.0, 60.0)]
    watch = SimpleNamespace(looks=0, schedule=SimpleNamespace(slower=1.0, counts=Counter()))
    keeper = made(watch=watch)
    slower = []
    for at in range(4):
        keeper.report(float(at))
        slower.append(watch.schedule.slower)
    assert slower == [4.0, 4.0, 2.0, 1.0]
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "80 °C" in caplog.messages[0] and caplog.messages[1] == "temperature: is well again"


def test_the_machine_is_looked_at_once_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: Counter[str] = Counter()

    def counted(name: str, value: Any) -> None:
        monkeypatch.setattr(f"edge.health.machine.{name}", lambda: calls.update([name]) or value)

    counted("temperature", 50.0)
    counted("throttled", 0)
    counted("available_mb", 900.0)
    made().report(1.0)
    assert calls == {"temperature": 1, "throttled": 1, "available_mb": 1}


def test_a_clock_that_is_set_is_told_to_all(looked: list[MachineState]) -> None:
    clocks = Clocks()
    keeper = made(clocks)
    clocks.both = (1.0, WALL + 1.0)
    assert keeper.second(1.0, off=False) == []
    clocks.both = None
    assert keeper.second(2.0, off=False) == [], "a look that was held up says nothing"
    clocks.both = (3.0, WALL + 7203.0)
    assert keeper.second(3.0, off=False) == [ClockStepped(3.0, WALL + 7200.0)]
    (notice,) = keeper.report(4.0).report["notices"]
    assert notice["part"] == "clock" and "forward by 2 h 0 min" in notice["message"]


def test_after_a_pause_the_camera_has_its_time_to_come_back(looked: list[MachineState]) -> None:
    keeper = made()
    assert keeper.report(20.0).report["problems"] != [], "no frame since the start"
    keeper.second(21.0, off=True)
    assert keeper.report(500.0).report["problems"] == []
    keeper.second(501.0, off=False)
    assert keeper.report(505.0).report["problems"] == []
    assert [problem["part"] for problem in keeper.report(512.0).report["problems"]] == ["camera"]


def test_a_broker_that_stays_away_is_a_problem_by_its_age(looked: list[MachineState]) -> None:
    broker = Broker()
    keeper = made(mqtt=broker)
    keeper.second(100.0, off=True)
    broker.connected = False
    keeper.second(219.0, off=True)
    assert keeper.report(219.0).report["problems"] == []
    assert [problem["part"] for problem in keeper.report(221.0).report["problems"]] == ["mqtt"]
