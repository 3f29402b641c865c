"""MqttDevice against a real Mosquitto."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.config import MqttConfig
from edge.mqtt.device import MqttDevice
from tests.broker import Broker, Listener, broker, free_port, running
from tests.mqtt.mqtt_device import Device, device
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker", "device"]
BASE = "moodroom/kitchen"


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_state_is_retained_and_stopping_publishes_offline(
    broker: Broker, device: Callable[..., Device], protocol: str
) -> None:
    one = device(broker.port, protocol=protocol)
    one.mqtt.publish_state("mood", {"mood": "happy"})
    assert one.mqtt.wait_connected(PATIENCE)
    one.mqtt.publish_state("presence", "ON")
    assert one.listens()
    with Listener(broker.port) as listener:
        wait_for(lambda: len(listener.heard) == 3)
        assert set(listener.heard) == {
            (f"{BASE}/status", "online", True),
            (f"{BASE}/mood", '{"mood": "happy"}', True),
            (f"{BASE}/presence", "ON", True),
        }
        one.mqtt.stop()
        wait_for(lambda: listener.last(f"{BASE}/status") == "offline")


def test_a_device_that_stops_looks_no_more(broker: Broker, device: Callable[..., Device]) -> None:
    one = device(broker.port)
    assert one.mqtt.wait_connected(PATIENCE)
    with Listener(broker.port) as listener:
        one.mqtt.publish_state("looking", "ON")
        wait_for(lambda: listener.last(f"{BASE}/looking") == "ON")
        one.mqtt.stop()
        wait_for(lambda: listener.last(f"{BASE}/status") == "offline")
        assert listener.last(f"{BASE}/looking") == "OFF"


def test_an_unchanged_value_is_sent_once(broker: Broker, device: Callable[..., Device]) -> None:
    one = device(broker.port)
    assert one.mqtt.wait_connected(PATIENCE)
    with Listener(broker.port, f"{BASE}/presence") as listener:
        for text in ("ON", "ON", "ON", "OFF"):
            one.mqtt.publish_state("presence", text)
        wait_for(lambda: listener.last(f"{BASE}/presence") == "OFF")
        assert [text for _, text, _ in listener.heard] == ["ON", "OFF"]


def test_commands_arrive_and_retained_ones_do_not(broker: Broker, device: Callable[..., Device]) -> None:
    with Listener(broker.port) as person:
        person.publish(f"{BASE}/set/camera", "OFF", retain=True)
        one = device(broker.port)
        assert one.listens()
        person.publish(f"{BASE}/set/mood", "happy")
        person.publish(f"{BASE}/set/control", " off \n")
        wait_for(lambda: len(one.commands) == 2)
    assert [(c.name, c.value) for c in one.commands] == [("mood", "happy"), ("control", "off")]


def test_invalid_payloads_do_not_disturb(broker: Broker, device: Callable[..., Device]) -> None:
    one = device(broker.port)
    assert one.listens()
    with Listener(broker.port) as person:
        for payload in (b"\xff\xfe\x00", b"x" * 5000, b"", b"{}"):
            person.publish(f"{BASE}/set/mood", payload)
        person.publish(f"{BASE}/set/nonsense", "x")
        person.publish(f"{BASE}/set/mood", "sad")
        wait_for(lambda: bool(one.commands) and one.commands[-1].value == "sad")
    assert [(c.name, c.value, bool(c.fault)) for c in one.commands] == [
        ("mood", "", True),
        ("mood", "", True),
        ("mood", "", False),
        ("mood", "{}", False),
        ("nonsense", "x", False),
        ("mood", "sad", False),
    ]


def test_events_are_not_retained(broker: Broker, device: Callable[..., Device]) -> None:
    one = device(broker.port)
    assert one.mqtt.wait_connected(PATIENCE)
    with Listener(broker.port, f"{BASE}/event") as listener:
        one.mqtt.publish_event({"event": "mood_changed", "mood": "sad"})
        wait_for(lambda: bool(listener.heard))
        assert json.loads(listener.heard[0][1])["mood"] == "sad"
        assert listener.heard[0][2] is False
    with Listener(broker.port, f"{BASE}/event") as late:
        time.sleep(0.2)
        assert late.heard == []


def test_a_broker_that_starts_later_gets_the_newest_state(tmp_path: Path, device: Callable[..., Device]) -> None:
    server = Broker(tmp_path)
    one = device(server.port)
    for mood in ("sad", "neutral", "happy"):
        one.mqtt.publish_state("mood", {"mood": mood})
    wait_for(lambda: bool(one.problems), "a problem")
    assert "no broker answers" in str(one.problems[0])
    server.start()
    try:
        assert one.mqtt.wait_connected(PATIENCE)
        with Listener(server.port) as listener:
            wait_for(lambda: len(listener.heard) == 2)
            assert listener.last(f"{BASE}/mood") == '{"mood": "happy"}'
        assert one.problems[-1] is None
    finally:
        server.stop()


def test_after_a_restart_of_the_broker_all_state_is_published(broker: Broker, device: Callable[..., Device]) -> None:
    one = device(broker.port)
    assert one.mqtt.wait_connected(PATIENCE)
    one.mqtt.publish_state("presence", "ON")
    broker.stop()
    wait_for(lambda: not one.mqtt.wait_connected(0))
    one.mqtt.publish_state("presence", "OFF")
    broker.start()
    assert one.mqtt.wait_connected(PATIENCE)
    with Listener(broker.port) as listener:

        def settled() -> bool:
            one.mqtt.repeat_states()
            return listener.last(f"{BASE}/presence") == "OFF"

        wait_for(settled, "the newest state")
        time.sleep(0.3)
        assert listener.last(f"{BASE}/presence") == "OFF"


def test_a_thousand_changes_during_restarts_end_with_the_newest(broker: Broker, device: Callable[..., Device]) -> None:
    one = device(broker.port)
    assert one.mqtt.wait_connected(PATIENCE)
    for index in range(1000):
        one.mqtt.publish_state("mood", {"mood": str(index)})
        if index in (300, 600):
            broker.stop()
            broker.start()
    wait_for(lambda: one.mqtt.wait_connected(0), "a connection")
    with Listener(broker.port) as listener:

        def settled() -> bool:
            one.mqtt.repeat_states()
            return listener.last(f"{BASE}/mood") == '{"mood": "999"}'

        wait_for(settled, "the newest state")
        time.sleep(0.5)
        assert listener.last(f"{BASE}/mood") == '{"mood": "999"}'


def test_a_wrong_password_is_reported_once(tmp_path: Path, device: Callable[..., Device]) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "room", "right"], check=True)
    with running(tmp_path, extra=f"password_file {passwords}", anonymous=False) as server:
        wrong = device(server.port, username="room", password="wrong")
        wait_for(lambda: bool(wrong.problems), "a problem")
        time.sleep(2.5)
        assert len(wrong.problems) == 1
        assert "mqtt.username" in str(wrong.problems[0])
        right = device(server.port, username="room", password="right")
        assert right.mqtt.wait_connected(PATIENCE)


def test_a_frozen_broker_does_not_block_the_device(broker: Broker, device: Callable[..., Device]) -> None:
    one = device(broker.port)
    assert one.mqtt.wait_connected(PATIENCE)
    broker.send(signal.SIGSTOP)
    started = time.monotonic()
    for index in range(500):
        one.mqtt.publish_state("mood", {"mood": str(index)})
    one.mqtt.stop()
    assert time.monotonic() - started < 30, "takes about a second on an idle machine"
    broker.send(signal.SIGCONT)


def test_an_unknown_host_is_a_problem_and_not_an_error() -> None:
    problems: list[str | None] = []
    mqtt = MqttDevice(
        MqttConfig(host="no-such-host.invalid", port=free_port()),
        device="x",
        password=None,
        on_command=lambda _: None,
        on_problem=problems.append,
    )
    mqtt.start()
    wait_for(lambda: bool(problems), "a problem")
    mqtt.stop()
    assert "mqtt.host" in str(problems[0])


def test_stopping_leaves_no_thread(broker: Broker) -> None:
    before = threading.active_count()
    one = Device(broker.port)
    one.mqtt.start()
    assert one.mqtt.wait_connected(PATIENCE)
    one.mqtt.stop()
    assert threading.active_count() == before
