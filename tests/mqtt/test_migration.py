"""Discovery messages under the node id of earlier versions, on a real Mosquitto: ours move, others' stay."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge.config import Config
from edge.mqtt import discovery_publisher
from edge.mqtt.discovery import MIGRATE, Discovery, changes, components, discovery
from edge.mqtt.memory import DiscoveryMemory, memory
from edge.mqtt.ownership import made_here
from tests.broker import Broker, Listener, broker
from tests.mqtt.mqtt_device import Make, device
from tests.waiting import wait_for

__all__ = ["broker", "device"]
OLD_DEVICE, NEW_DEVICE = "homeassistant/device/kitchen/config", "homeassistant/device/moodroom_kitchen/config"
ESPHOME = {"name": "Temperature", "uniq_id": "ESPsensor-kitchen", "dev": {"ids": "a1b2c3"}}
# The node of another device's, whose topics match ours.
OTHERS = {
    "homeassistant/sensor/kitchen/temperature/config": json.dumps(ESPHOME),
    "homeassistant/sensor/kitchen/cpu/config": json.dumps(ESPHOME | {"uniq_id": "ESPcpu-kitchen"}),
}


def home(**mqtt: Any) -> Discovery:
    return discovery(Config.model_validate({"device": {"id": "kitchen"}, "mqtt": mqtt}), version="1")


def old_topics(kind: str) -> dict[str, Any]:
    """What an earlier version had published: the same messages, with the bare id as their node id."""
    now = home(discovery=kind)
    return {topic.replace("/moodroom_kitchen/", "/kitchen/"): payload for topic, payload in now.topics.items()}


def retained(port: int) -> dict[str, str]:
    with Listener(port) as listener:
        listener.publish("test/marker", "x")
        wait_for(lambda: listener.last("test/marker") is not None)
        return {topic: text for topic, text, kept in listener.heard if kept and topic.startswith("homeassistant/")}


@pytest.mark.parametrize("now_kind", ["device", "components"])
@pytest.mark.parametrize("kind", ["device", "components"])
@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "memory-lost"])
def test_the_old_node_id_is_left_without_a_trace_and_another_devices_messages_stay(
    broker: Broker, device: Make, monkeypatch: pytest.MonkeyPatch, remembered: bool, kind: str, now_kind: str
) -> None:
    monkeypatch.setattr(discovery_publisher, "STAGE_INTERVAL_S", 0.1)
    monkeypatch.setattr(discovery_publisher, "READING_S", 0.3)
    old, now = old_topics(kind), home(discovery=now_kind)
    if remembered:
        # Its place for the CPU was overwritten by the other device since.
        DiscoveryMemory("moodroom/kitchen", Discovery(old).remembered()).save()
    with Listener(broker.port, "homeassistant/#") as listener:
        for topic, payload in ({topic: json.dumps(payload) for topic, payload in old.items()} | OTHERS).items():
            listener.publish(topic, payload, retain=True)
        device(broker.port, home=now)
        wait_for(lambda: set(retained(broker.port)) == {*now.topics, *OTHERS}, "the move")
        wait_for(lambda: memory() == DiscoveryMemory("moodroom/kitchen", now.remembered()), "the memory")
        found = retained(broker.port)
        assert {topic: text for topic, text in found.items() if topic in OTHERS} == OTHERS
        said = [(topic, text) for topic, text, _ in listener.heard if topic in old and topic not in OTHERS]
    moved = [topic for topic, text in said if text == json.dumps(MIGRATE)]
    assert set(moved) == set(old) - set(OTHERS), "Home Assistant is told, so that the entities keep their settings"
    assert {topic for topic, text in said if not text} == set(moved)


def test_old_topics_are_emptied_before_the_new_ones_are_published() -> None:
    old, now = old_topics("device"), home()
    assert changes(Discovery(old).remembered(), now) == [
        [(OLD_DEVICE, MIGRATE)],
        [(OLD_DEVICE, None)],
        [(NEW_DEVICE, now.topics[NEW_DEVICE])],
    ]


def test_no_topic_of_a_node_called_like_the_device_is_written() -> None:
    for kind in ("device", "components"):
        assert not [topic for topic in home(discovery=kind).topics if "/kitchen/" in topic]


@pytest.mark.parametrize(
    ("message", "ours"),
    [
        ({"unique_id": "moodroom_kitchen_mood"}, True),
        ({"uniq_id": "moodroom_kitchen_mood"}, True),
        ({"cmps": {"mood": {"uniq_id": "moodroom_kitchen_mood"}}}, True),
        ({"device": {"identifiers": ["moodroom_kitchen"]}}, True),
        ({"dev": {"ids": "moodroom_kitchen"}}, True),
        ({"origin": {"name": "Moodroom"}}, True),
        ({"o": {"name": "Moodroom"}}, True),
        ({"origin": {"name": "Moodroom"}, "unique_id": "moodroom_attic_mood"}, False),
        ({"unique_id": "moodroom_kitchen-2_mood"}, False),
        ({"unique_id": "kitchen_mood"}, False),
        ({"origin": {"name": "esphome"}}, False),
        ({"components": ["x"], "device": "x", "origin": "Moodroom", "unique_id": 7}, False),
        (["moodroom_kitchen"], False),
        ("Moodroom", False),
        (None, False),
    ],
)
def test_a_message_is_known_by_its_unique_ids_and_its_origin(message: Any, ours: bool) -> None:
    assert made_here(json.dumps(message).encode(), "kitchen") is ours


def test_every_own_message_is_known() -> None:
    for kind in ("device", "components"):
        for payload in home(discovery=kind).topics.values():
            assert made_here(json.dumps(payload).encode(), "kitchen")
    assert components(Config(), temperature=True)
    for odd in (b"", b"\xff", b"{", b"[" * 100_000):
        assert not made_here(odd)
