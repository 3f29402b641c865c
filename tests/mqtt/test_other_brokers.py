"""amqtt, which speaks MQTT 3.1.1 only: state, commands, discovery, `moodroom check` and `mqtt cleanup`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edge.config import Config
from edge.health.check.broker import broker
from edge.mqtt.discovery import discovery
from tests.broker import Listener
from tests.conftest import Moodroom
from tests.mqtt.mqtt_device import Make, device
from tests.mqtt_brokers import running_amqtt
from tests.waiting import wait_for

__all__ = ["device"]
BASE = "moodroom/kitchen"


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_state_commands_and_discovery_work_with_a_broker_of_3_1_1(tmp_path: Path, device: Make, protocol: str) -> None:
    home = discovery(Config.model_validate({"device": {"id": "kitchen"}}), version="1")
    (topic,) = home.topics
    with running_amqtt(tmp_path) as port:
        one = device(port, protocol=protocol, home=home)
        one.mqtt.publish_state("mood", {"mood": "sad"})
        assert one.listens()
        with Listener(port) as person:
            wait_for(lambda: person.last(f"{BASE}/mood") == '{"mood": "sad"}', "the retained mood")
            wait_for(lambda: person.last(topic) is not None, "the discovery message")
            person.publish(f"{BASE}/set/camera", "off")
            wait_for(lambda: bool(one.commands), "the command")
            one.mqtt.publish_state("mood", {"mood": "happy"})
            wait_for(lambda: person.last(f"{BASE}/mood") == '{"mood": "happy"}', "the next mood")
        assert [problem for problem in one.problems if problem] == []


def test_the_check_and_the_cleanup_work_with_it(tmp_path: Path, moodroom: Moodroom) -> None:
    with running_amqtt(tmp_path) as port:
        tree = {"device": {"id": "kitchen"}, "mqtt": {"host": "127.0.0.1", "port": port}}
        said = broker(Config.model_validate(tree)).text
        assert said == f"connected to 127.0.0.1:{port}, which speaks MQTT 3.1.1; see mqtt.protocol"
        (tmp_path / "config.yaml").write_text(json.dumps(tree))
        with Listener(port) as person:
            person.publish(f"{BASE}/mood", "x", retain=True)
        done = moodroom("mqtt", "cleanup", "--config", tmp_path / "config.yaml")
        assert (done.returncode, done.stderr) == (0, "") and "1 topics" in done.stdout
