"""systemd's watchdog: the whole device in a process that hangs, and a socket in place of systemd."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from edge.daemon.session import STOP_WITHIN_S
from edge.journal import writer
from tests.broker import Broker, Listener, broker
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]

ROOT = Path(__file__).parents[2]
UNIT = (ROOT / "systemd" / "moodroom.service").read_text()
# The unit's are longer (camera.stuck_after 10, WatchdogSec 15), which would make this test slow.
STUCK_AFTER_S, SILENT_FOR_S = 1.5, 3.0

# The device, with one fault that begins when a file appears and lasts.
PROGRAM = """
import os, sys, time
import edge.cli.main
from edge.camera import replay
from edge.health import monitor, watchdog
from edge.vision.pipeline import Pipeline

what, trigger = sys.argv.pop(1), sys.argv.pop(1)

def hang_here():
    open(trigger + ".hangs", "w").close()
    if what == "thread":
        raise SystemExit
    time.sleep(1000)

def spoil(owner, name):
    real = getattr(owner, name)
    def spoilt(self, *arguments):
        if os.path.exists(trigger):
            hang_here()
        return real(self, *arguments)
    setattr(owner, name, spoilt)

if what in ("vision", "thread"):
    spoil(Pipeline, "process")
if what == "camera":
    # The process would end by itself soon after the watchdog goes hungry.
    watchdog.Watchdog.camera_hangs = lambda self, now: False
    for name in dir(replay):
        if isinstance(getattr(replay, name), type) and "read" in vars(getattr(replay, name)):
            spoil(getattr(replay, name), "read")
if what == "wrong":
    def wrong(self, frame):
        raise RuntimeError("this OpenCV is broken")
    Pipeline.process = wrong
    monitor.EXAMINE_WITHIN_S = 4.0
if what == "away":
    watchdog.CAMERA_AWAY_MAX_S = 5.0
edge.cli.main.main()
"""


class Service:
    """The device as systemd would run it, and its messages to systemd with their times."""

    def __init__(self, folder: Path, what: str, source: str, camera: str | None, **sections: Any) -> None:
        """camera: the stored state of the camera's switch, or None. sections: more of the configuration."""
        (folder / "state").mkdir(parents=True)
        if camera is not None:
            (folder / "state" / "camera").write_text(f"{camera}\n")
        self.messages: list[tuple[float, str]] = []
        self.trigger = folder / "now"
        self.config = folder / "config.yaml"
        self.config.write_text(json.dumps({"camera": {"stuck_after": STUCK_AFTER_S, "source": source}} | sections))
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(folder / "notify"))
        environment = os.environ | {
            "NOTIFY_SOCKET": str(folder / "notify"),
            "PYTHONFAULTHANDLER": "1",
            "STATE_DIRECTORY": str(folder / "state"),
            "PYTHONPATH": str(ROOT),
        }
        command = [sys.executable, "-c", PROGRAM, what, str(self.trigger), "run", "--config", str(self.config)]
        self._log = (folder / "log").open("w+")
        self.process = subprocess.Popen(
            command, env=environment, cwd=folder, stdout=subprocess.DEVNULL, stderr=self._log
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while message := self._socket.recv(4096):
            self.messages.append((time.monotonic(), message.decode()))

    def times(self, message: str) -> list[float]:
        return [at for at, sent in list(self.messages) if sent == message]

    def words(self) -> list[str]:
        """The messages other than WATCHDOG and STATUS."""
        return [sent for _, sent in list(self.messages) if sent != "WATCHDOG=1" and not sent.startswith("STATUS=")]

    def wait_silent(self) -> float:
        """Wait until the watchdog isn't fed any more; return the time when it was fed last."""
        wait_for(lambda: time.monotonic() - self.times("WATCHDOG=1")[-1] > SILENT_FOR_S, "an unfed watchdog")
        return self.times("WATCHDOG=1")[-1]

    def log(self) -> str:
        self._log.flush()
        return Path(self._log.name).read_text()

    def stop(self, number: signal.Signals) -> tuple[float, int, str]:
        """Seconds until it ended, exit code, log."""
        begun = time.monotonic()
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        took = time.monotonic() - begun
        self._log.seek(0)
        return took, code, self._log.read()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self._socket.getsockname())
        self._thread.join(PATIENCE)
        self._socket.close()
        self._log.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    services: list[Service] = []

    def run(what: str = "nothing", source: str = "demo", camera: str | None = None, **sections: Any) -> Service:
        services.append(Service(tmp_path / f"{len(services)}-{what}", what, source, camera, **sections))
        return services[-1]

    yield run
    for service in services:
        service.close()


def is_fed(service: Service, times: float) -> bool:
    """Whether the watchdog was fed more often than this."""
    return len(service.times("WATCHDOG=1")) > times


def test_a_hung_look_a_dead_thread_or_a_hung_camera_stops_feeding_the_watchdog(start: Callable[..., Service]) -> None:
    services = {what: start(what) for what in ("vision", "thread", "camera")}
    for service in services.values():
        # Longer than STUCK_AFTER_S, so that the start isn't the reason.
        wait_for(partial(is_fed, service, STUCK_AFTER_S + 1), "a fed watchdog")
        assert service.words() == ["READY=1"]
    for service in services.values():
        service.trigger.touch()
    for what, service in services.items():
        wait_for(service.trigger.with_suffix(".hangs").exists, f"a hung {what}")
    hung_at = time.monotonic()
    for what, service in services.items():
        lasted = service.wait_silent() - hung_at
        print(f"{what}: fed for {lasted:.1f} s more")
        assert service.process.poll() is None, "the main thread is alive, so only systemd notices"
    # systemd sends SIGABRT, and the journal then shows where it hung.
    for what, service in services.items():
        _, code, log = service.stop(signal.SIGABRT)
        assert code == -signal.SIGABRT
        assert ("in hang_here" in log) == (what != "thread"), log


def test_looks_that_always_fail_stop_feeding_the_watchdog(start: Callable[..., Service]) -> None:
    service = start("wrong")
    wait_for(lambda: len(service.times("WATCHDOG=1")) > STUCK_AFTER_S + 1, "a fed watchdog")
    service.wait_silent()
    assert service.process.poll() is None
    assert any("this OpenCV is broken" in sent for _, sent in service.messages if sent.startswith("STATUS="))


def test_the_unit_s_watchdog_fires_within_30_seconds() -> None:
    from edge.config import CameraConfig

    watchdog = re.search(r"^WatchdogSec=(\d+)s$", UNIT, re.MULTILINE)
    assert watchdog is not None
    # The main loop feeds it once a second.
    assert CameraConfig().stuck_after + 1 + int(watchdog[1]) <= 30


def test_a_missing_camera_is_no_hang_until_a_fresh_process_may_help(start: Callable[..., Service]) -> None:
    service = start("away", "/dev/video97")
    wait_for(lambda: len(service.times("WATCHDOG=1")) > STUCK_AFTER_S + 1, "a fed watchdog without a camera")
    assert any("/dev/video97" in sent for _, sent in service.messages if sent.startswith("STATUS="))
    service.wait_silent()
    assert service.process.poll() is None


def test_a_service_waits_for_its_camera_and_never_replays_the_demo_clip(start: Callable[..., Service]) -> None:
    from edge.camera.opening import resolve_source
    from edge.camera.source import DEMO

    if resolve_source("auto") != DEMO:
        pytest.skip("this machine has a camera")
    service = start(source="auto")
    wait_for(lambda: any("none is found" in sent for _, sent in service.messages), "the camera's problem")
    wait_for(lambda: len(service.times("WATCHDOG=1")) > STUCK_AFTER_S + 1, "a fed watchdog without a camera")
    _, code, log = service.stop(signal.SIGTERM)
    assert code == 0
    assert "demo clip" not in log


def test_a_camera_that_fails_when_switched_on_has_its_time(start: Callable[..., Service], broker: Broker) -> None:
    """It was off for longer than CAMERA_AWAY_MAX_S; the time since it was switched on counts."""
    service = start("away", "/dev/video97", "OFF", mqtt={"host": "127.0.0.1", "port": broker.port})
    wait_for(lambda: len(service.times("WATCHDOG=1")) > 7, "a fed watchdog while it is off")
    with Listener(broker.port) as person:
        person.publish("moodroom/moodroom/set/camera", "ON")
        wait_for(lambda: any("/dev/video97" in sent for _, sent in service.messages), "the camera's problem")
        on = time.monotonic()
        wait_for(
            lambda: len([at for at in service.times("WATCHDOG=1") if at > on]) >= 2, "a fed watchdog while failing"
        )
    service.wait_silent()


@pytest.mark.parametrize(
    ("sections", "sentence"),
    [
        ({"camera": {"source": "/nowhere/film.mp4"}}, "/nowhere/film.mp4"),
        ({"vision": {"model": "/nowhere/model.tflite"}}, "/nowhere/model.tflite"),
        ({"mqtt": {"host": "127.0.0.1", "username": "me", "password_file": "/nowhere/word"}}, "/nowhere/word"),
    ],
)
def test_a_reload_that_fails_leaves_the_device_running(
    start: Callable[..., Service], sections: dict[str, Any], sentence: str
) -> None:
    service = start()
    wait_for(lambda: service.times("WATCHDOG=1"), "a fed watchdog")
    service.config.write_text(json.dumps(sections))
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "as it was" in service.log(), "the refusal")
    refused_at = time.monotonic()
    wait_for(lambda: service.times("WATCHDOG=1")[-1] > refused_at, "a fed watchdog after the refusal")
    assert service.words() == ["READY=1"], "nothing was stopped"
    _, code, log = service.stop(signal.SIGTERM)
    assert (code, "Traceback" in log) == (0, False)
    (line,) = [line for line in log.splitlines() if "as it was" in line]
    assert sentence in line and "ERROR" in line


def test_a_reload_is_no_stop_for_systemd_and_a_stop_is_quick(start: Callable[..., Service]) -> None:
    service, hung = start(), start("vision")
    wait_for(lambda: service.times("WATCHDOG=1") and hung.times("WATCHDOG=1"), "a fed watchdog")
    hung.trigger.touch()
    service.process.send_signal(signal.SIGHUP)
    wait_for(lambda: len(service.times("READY=1")) == 2, "ready again")
    assert service.words() == ["READY=1", "RELOADING=1", "READY=1"]
    wait_for(lambda: service.times("WATCHDOG=1")[-1] > service.times("READY=1")[-1], "a fed watchdog after the reload")
    took, code, log = service.stop(signal.SIGTERM)
    print(f"SIGTERM to exit: {took:.2f} s")
    assert (code, service.words()[-1]) == (0, "STOPPING=1")
    assert "Traceback" not in log
    # A hung thread doesn't delay the stop.
    took, code, log = hung.stop(signal.SIGTERM)
    print(f"SIGTERM to exit while a look hangs: {took:.2f} s")
    assert code == 0
    assert "vision: didn't stop in time" in log
    limit = re.search(r"^TimeoutStopSec=(\d+)s$", UNIT, re.MULTILINE)
    assert limit is not None
    assert int(limit[1]) > STOP_WITHIN_S + writer.STOP_WITHIN_S + 1, (
        "systemd allows that time for the threads, and some for the rest"
    )
