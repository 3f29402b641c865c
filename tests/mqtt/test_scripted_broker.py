"""The tests' own broker, used by plain paho: it must be a broker before it can be a bad one."""

from __future__ import annotations

import threading
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.scripted_broker import MAXIMUM_PACKET_SIZE, RECEIVE_MAXIMUM, Script, scripted
from tests.waiting import PATIENCE, wait_for

VERSIONS = {4: MQTTProtocolVersion.MQTTv311, 5: MQTTProtocolVersion.MQTTv5}


class Client:
    """A paho client that notes what it is told."""

    def __init__(self, port: int, version: int) -> None:
        self.heard: list[tuple[str, str, bool]] = []
        self.connected: list[Any] = []
        self.acked: list[tuple[int, int]] = []
        self.subscribed = threading.Event()
        self.lost: list[str] = []
        self.paho = paho.Client(
            CallbackAPIVersion.VERSION2, "someone", protocol=VERSIONS[version], reconnect_on_failure=False
        )
        self.paho.on_connect = lambda _c, _d, _f, reason, properties: self.connected.append((reason, properties))
        self.paho.on_message = lambda _c, _d, m: self.heard.append((m.topic, m.payload.decode(), m.retain))
        self.paho.on_publish = lambda _c, _d, mid, reason, _p: self.acked.append((mid, reason.value))
        self.paho.on_subscribe = lambda *_: self.subscribed.set()
        self.paho.on_disconnect = lambda _c, _d, _f, reason, _p: self.lost.append(str(reason))
        self.paho.will_set("gone", "bye", qos=1, retain=True)
        self.paho.username_pw_set("name", "word")
        self.paho.connect("127.0.0.1", port)
        self.paho.loop_start()
        wait_for(lambda: bool(self.connected), "CONNACK")

    def end(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()


@pytest.mark.parametrize("version", [4, 5])
def test_it_connects_publishes_retains_and_delivers(version: int) -> None:
    with scripted() as broker:
        one = Client(broker.port, version)
        assert one.connected[0][0].value == 0
        request = broker.connects[0]
        assert (request.version, request.client_id, request.username, request.password) == (
            version, "someone", "name", "word",
        )  # fmt: skip
        assert request.will == ("gone", "bye", 1, True)
        one.paho.publish("a/b", "kept", qos=1, retain=True).wait_for_publish(PATIENCE)
        one.paho.subscribe("a/#", qos=1)
        assert one.subscribed.wait(PATIENCE)
        wait_for(lambda: one.heard == [("a/b", "kept", True)], "the retained message")
        one.paho.publish("a/c", "live", qos=0)
        wait_for(lambda: one.heard[1:] == [("a/c", "live", False)], "the live message")
        one.paho.publish("a/b", None, qos=1, retain=True).wait_for_publish(PATIENCE)
        assert broker.retained == {}
        one.end()


def test_it_tells_its_limits_and_throws_out_whoever_exceeds_them() -> None:
    with scripted(Script(limits={MAXIMUM_PACKET_SIZE: 100, RECEIVE_MAXIMUM: 5})) as broker:
        one = Client(broker.port, 5)
        properties = one.connected[0][1]
        assert (properties.MaximumPacketSize, properties.ReceiveMaximum) == (100, 5)
        one.paho.publish("a", "x" * 200, qos=1)
        wait_for(lambda: bool(one.lost), "the end")
        assert one.lost[0] == "Packet too large"
        one.end()
        two = Client(broker.port, 5)
        for _ in range(20):
            two.paho.publish("a", "x", qos=1)
        wait_for(lambda: bool(two.lost), "the end")
        assert two.lost[0] == "Receive maximum exceeded"
        two.end()


def test_it_refuses_as_it_is_told() -> None:
    with scripted(Script(versions=(4,))) as broker:
        one = Client(broker.port, 5)
        assert "protocol version" in str(one.connected[0][0])
        one.end()
    with scripted(Script(refuse=lambda _: 0x89, puback=lambda _: 0x97)) as broker:
        one = Client(broker.port, 5)
        assert str(one.connected[0][0]) == "Server busy"
        one.end()
        broker.script.refuse = lambda _: 0
        two = Client(broker.port, 5)
        two.paho.publish("a", "x", qos=1)
        wait_for(lambda: bool(two.acked), "PUBACK")
        assert two.acked[0][1] == 0x97 and broker.messages == []
        broker.disconnect(0x98)
        wait_for(lambda: bool(two.lost), "the end")
        assert two.lost[0] == "Administrative action"
        two.end()
