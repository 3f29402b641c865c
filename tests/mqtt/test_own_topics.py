"""What strangers publish on the device's own topics is put right, without a quarrel that never ends."""

from __future__ import annotations

import pytest

from edge.mqtt.own_topics import BURST, CONFLICT_OVER_S, OwnTopics
from tests.broker import Broker, Listener, broker
from tests.mqtt.mqtt_device import Make, device
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker", "device"]
BASE = "moodroom/kitchen"
STATES = {"status": "online", "camera": "ON", "control": "auto", "mood": '{"mood": "happy"}'}


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
@pytest.mark.parametrize(
    ("topic", "payload"),
    [("status", "offline"), ("camera", "OFF"), ("control", "off"), ("mood", ""), ("camera", "\xff")],
)
def test_a_strangers_state_is_put_right_at_once(
    broker: Broker, device: Make, protocol: str, topic: str, payload: str
) -> None:
    one = device(broker.port, protocol=protocol)
    for name, text in STATES.items():
        if name != "status":
            one.mqtt.publish_state(name, text)
    assert one.listens()
    with Listener(broker.port, f"{BASE}/{topic}") as stranger:
        stranger.publish(f"{BASE}/{topic}", payload, retain=True)
        wait_for(lambda: [text for _, text, _ in stranger.heard][-2:] == [payload, STATES[topic]], "the right value")
    with Listener(broker.port, f"{BASE}/#") as later:
        wait_for(lambda: later.last(f"{BASE}/{topic}") == STATES[topic], "the right value, retained")
    assert one.commands == []


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_topic_that_is_not_known_yet_is_emptied(broker: Broker, device: Make, protocol: str) -> None:
    one = device(broker.port, protocol=protocol)
    assert one.listens()
    with Listener(broker.port, f"{BASE}/presence") as stranger:
        stranger.publish(f"{BASE}/presence", "ON", retain=True)
        wait_for(lambda: [text for _, text, _ in stranger.heard] == ["ON", ""], "nothing")


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_own_changes_are_published_once(broker: Broker, device: Make, protocol: str) -> None:
    one = device(broker.port, protocol=protocol)
    assert one.listens()
    with Listener(broker.port, f"{BASE}/camera") as listener:
        for _ in range(20):
            one.mqtt.publish_state("camera", "OFF")
            one.mqtt.publish_state("camera", "ON")
        one.mqtt.publish_state("camera", "end")
        wait_for(lambda: listener.last(f"{BASE}/camera") == "end", "the last change")
        # All echoes have been looked at by the time that a stranger's message was answered.
        listener.publish(f"{BASE}/status", "offline", retain=True)
        with Listener(broker.port, f"{BASE}/status") as status:
            wait_for(lambda: status.last(f"{BASE}/status") == "online", "the right status")
        assert [text for _, text, _ in listener.heard] == ["OFF", "ON"] * 20 + ["end"]


def test_two_devices_of_one_name_on_two_clients_stop_correcting_and_are_told(broker: Broker, device: Make) -> None:
    one = device(broker.port)
    one.mqtt.publish_state("camera", "ON")
    assert one.listens()
    with Listener(broker.port, f"{BASE}/camera") as other:

        def told() -> bool:
            return one.reported("somebody else keeps publishing on moodroom/kitchen/...")

        for _ in range(3 * BURST):
            before = len(other.heard)
            other.publish(f"{BASE}/camera", "OFF", retain=True)
            wait_for(lambda: len(other.heard) > before, "the message")  # noqa: B023
            # Each is answered by itself, until the device gives up: several at once are one.
            wait_for(lambda: told() or other.last(f"{BASE}/camera") == "ON", "the correction")
        wait_for(told, "the problem")
        assert sum(text == "ON" for _, text, _ in other.heard) <= BURST + 1  # and the retained one
    assert one.mqtt.wait_connected(PATIENCE)


def test_a_conflict_ends_and_the_last_word_is_the_devices() -> None:
    own, states = OwnTopics("a/b", echoes=False), {"camera": "ON"}
    corrections = 0
    for second in range(10):
        own.see("a/b/camera", b"OFF", retained=True)
        corrections += len(own.wrong(float(second), states))
    assert corrections == BURST and own.conflict
    assert own.wrong(100.0, states) == ["camera"]
    assert own.wrong(101.0, states) == []
    assert own.conflict
    assert own.wrong(101.0 + CONFLICT_OVER_S, states) == [] and not own.conflict


def test_a_flood_is_bounded() -> None:
    own = OwnTopics("a/b", echoes=True)
    for _ in range(10_000):
        assert own.see("a/b/camera", b"x" * 1000, retained=False)
    assert own.wrong(0.0, {"camera": "ON", "status": "online"}) == ["camera", "status"]
    assert not own.see("a/b/event", b"{}", retained=False) and not own.see("a/b/set/camera", b"ON", retained=False)
