"""The home's own presence over a real broker, in the whole device as a process that sees an empty room."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.broker import Broker, Listener, broker
from tests.conftest import Film
from tests.daemon.test_session import BASE, configured, start
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker", "start"]
SENSOR = "zigbee2mqtt/desk"
Start = Callable[..., "subprocess.Popen[str]"]


def decided(home: Listener) -> tuple[str | None, str, str]:
    """The presence, the mood and who says so."""
    mood = json.loads(home.last(f"{BASE}/mood") or "{}")
    return home.last(f"{BASE}/presence"), mood.get("mood", ""), mood.get("presence_source", "")


def empty_room(folder: Path, film: Film, port: int, **mqtt: Any) -> tuple[str | Path, ...]:
    """The arguments for a device in a dark room with this sensor."""
    sensor = {"presence_topic": SENSOR, "presence_key": "occupancy"} | mqtt
    config = configured(folder, mqtt={"host": "127.0.0.1", "port": port} | sensor)
    return "--config", config, "--publish", "--source", film("dark.webm", [30] * 100)


def test_the_home_decides_and_takes_it_back(start: Start, broker: Broker, film: Film, tmp_path: Path) -> None:
    with Listener(broker.port) as home:
        process = start(*empty_room(tmp_path, film, broker.port))
        wait_for(lambda: decided(home) == ("OFF", "absent", "camera"), "an empty room")
        home.publish(SENSOR, '{"occupancy": true, "battery": 80}')
        wait_for(lambda: decided(home) == ("ON", "unknown", "sensor"), "the sensor's word")
        home.publish(f"{BASE}/set/presence", " off ")
        wait_for(lambda: decided(home) == ("OFF", "absent", "override"), "what was set")
        assert home.last(f"{BASE}/presence_override") == "OFF"
        home.publish(f"{BASE}/set/presence", "perhaps")
        wait_for(lambda: "presence must be ON, OFF or auto" in (home.last(f"{BASE}/event") or ""), "the refusal")
        home.publish(f"{BASE}/set/presence", "auto")
        wait_for(lambda: decided(home) == ("ON", "unknown", "sensor"), "the sensor again")
        home.publish(SENSOR, '{"battery": 80}')
        wait_for(lambda: "presence_key" in (home.last(f"{BASE}/health") or ""), "a problem")
        assert decided(home) == ("ON", "unknown", "sensor")
        home.publish(SENSOR, '{"occupancy": null}')
        wait_for(lambda: decided(home) == ("OFF", "absent", "camera"), "the camera again")
        wait_for(lambda: "presence_key" not in (home.last(f"{BASE}/health") or ""), "no problem")
        process.terminate()
        assert process.wait(PATIENCE) == 0


def test_a_silent_sensor_gives_way_to_the_camera(start: Start, broker: Broker, film: Film, tmp_path: Path) -> None:
    with Listener(broker.port) as home:
        start(*empty_room(tmp_path, film, broker.port, presence_key=None, presence_expires="3s"))
        wait_for(lambda: decided(home) == ("OFF", "absent", "camera"), "an empty room")
        home.publish(SENSOR, "1")
        wait_for(lambda: (f"{BASE}/presence", "ON", False) in home.heard, "the sensor's word")
        wait_for(lambda: decided(home) == ("OFF", "absent", "camera"), "its end")


def test_after_a_reload_the_kept_value_counts_and_what_was_set_stays(
    start: Start, broker: Broker, film: Film, tmp_path: Path
) -> None:
    with Listener(broker.port) as home:
        home.publish(SENSOR, '{"occupancy": "ON"}', retain=True)
        process = start(*empty_room(tmp_path, film, broker.port))
        wait_for(lambda: decided(home)[::2] == ("ON", "sensor"), "the value that the broker had kept")
        home.heard.clear()
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: (f"{BASE}/status", "offline", False) in home.heard, "the reload")
        wait_for(lambda: decided(home)[::2] == ("ON", "sensor"), "the value again")
        home.publish(f"{BASE}/set/presence", "OFF")
        wait_for(lambda: decided(home)[::2] == ("OFF", "override"), "what was set")
        home.heard.clear()
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: decided(home)[::2] == ("OFF", "override"), "what was set, after the reload")
