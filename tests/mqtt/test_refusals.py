"""Brokers that refuse, limit or fall silent, each in its own way: what is said, and what is tried again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from edge.config import Config
from edge.mqtt import backoff, connection
from edge.mqtt.discovery import Discovery, discovery
from edge.mqtt.reasons import refused
from tests.mqtt.mqtt_device import Device, Make, device
from tests.scripted_broker import (
    MAXIMUM_PACKET_SIZE,
    MAXIMUM_QOS,
    REASON_STRING,
    RECEIVE_MAXIMUM,
    RETAIN_AVAILABLE,
    SERVER_KEEP_ALIVE,
    SERVER_REFERENCE,
    WILDCARDS_AVAILABLE,
    Message,
    Script,
    scripted,
)
from tests.waiting import PATIENCE, wait_for

__all__ = ["device"]
BASE = "moodroom/kitchen"


def home(**mqtt: Any) -> Discovery:
    return discovery(Config.model_validate({"device": {"id": "kitchen"}, "mqtt": mqtt}), version="1")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "FIRST_WAIT_S", 0.05)
    monkeypatch.setattr(backoff, "MAX_WAIT_S", 0.2)
    monkeypatch.setattr(connection, "TICK_INTERVAL_S", 0.05)


def well(one: Device) -> bool:
    return bool(one.problems) and one.problems[-1] is None


# --- the connection is refused ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words", "key"),
    [
        (0x85, "client id moodroom-kitchen", "mqtt.client_id"),
        (0x86, "password is wrong", "mqtt.username"),
        (0x87, "may not connect", "mqtt.username"),
        (0x89, "is busy", "trying again"),
        (0x8A, "banned", "mqtt.client_id"),
        (0x90, f"{BASE}/status", "mqtt.base_topic"),
        (0x97, "quota is used up", "limits"),
        (0x9D, "another server, other.home:1884", "mqtt.host"),
        (0x80, "Unspecified error", "log"),
    ],
)
def test_each_refusal_has_its_own_sentence(code: int, words: str, key: str, device: Make) -> None:
    told = {SERVER_REFERENCE: "other.home:1884", REASON_STRING: "as configured"}
    with scripted(Script(refuse=lambda _: code, refusal_properties=told)) as broker:
        one = device(broker.port)
        wait_for(lambda: one.reported(words), "the problem")
        assert one.reported(key) and one.reported("(it says: as configured)")
        assert code in (0x86, 0x87) or not one.reported("password")


@pytest.mark.parametrize(("code", "words"), [(2, "mqtt.client_id"), (3, "isn't available"), (4, "mqtt.username")])
def test_the_refusals_of_3_1_1_too(code: int, words: str, device: Make) -> None:
    with scripted(Script(refuse=lambda _: code)) as broker:
        one = device(broker.port, protocol="3.1.1")
        wait_for(lambda: one.reported(words), "the problem")


def test_every_refusal_is_one_sentence() -> None:
    for code in range(0x80, 0xA3):
        sentence = refused(code, "X\n" * 200, client_id="{a}", will="{b}", said="c" * 999, server="{d}")
        assert sentence.startswith("mqtt: ") and len(sentence) < 500 and "\n" not in sentence


@pytest.mark.parametrize("silent", [False, True])
def test_a_broker_without_version_5_is_used_with_3_1_1(silent: bool, device: Make) -> None:
    script = Script(versions=(4,), silent_versions=(5,) if silent else ())
    with scripted(script) as broker:
        one = device(broker.port)
        one.mqtt.publish_state("mood", {"mood": "sad"})
        assert one.listens()
        assert broker.connects[-1].version == 4
        assert well(one) and (silent or one.problems == [None])
        broker.deliver(Message(f"{BASE}/set/mood", "happy", 1, False))
        wait_for(lambda: bool(one.commands), "the command")
        wait_for(lambda: f"{BASE}/mood" in broker.retained, "the state")


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_broker_that_knows_neither_version_is_named(protocol: str, device: Make) -> None:
    with scripted(Script(versions=(3,))) as broker:
        one = device(broker.port, protocol=protocol)
        wait_for(lambda: one.reported("mqtt.protocol"), "the problem")
        assert [request.version for request in broker.connects] == ([5, 4] if protocol == "5" else [4])


def test_the_client_id_can_be_set(device: Make) -> None:
    with scripted() as broker:
        assert device(broker.port, client_id="given by the broker's owner").mqtt.wait_connected(PATIENCE)
        assert broker.connects[0].client_id == "given by the broker's owner"


# --- the broker's limits ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("maximum", [1, 10])
def test_no_more_messages_are_on_their_way_than_the_broker_takes(maximum: int, device: Make) -> None:
    messages = home(discovery="components")
    with scripted(Script(limits={RECEIVE_MAXIMUM: maximum})) as broker:
        one = device(broker.port, home=messages)
        wait_for(lambda: {*messages.topics} <= {*broker.retained}, "the components")
        assert broker.thrown_out == [] and one.problems == [None]


def test_what_is_too_large_is_left_out_and_said(device: Make) -> None:
    messages = home()
    with scripted(Script(limits={MAXIMUM_PACKET_SIZE: 3000})) as broker:
        one = device(broker.port, home=messages)
        wait_for(lambda: one.reported("up to 3000 bytes"), "the problem")
        assert one.reported(next(iter(messages.topics))) and one.reported("mqtt.discovery")
        one.mqtt.publish_state("health", {"x": "y" * 5000})
        wait_for(lambda: one.reported(f"{BASE}/health (5"), "the second one")
        one.mqtt.publish_state("mood", {"mood": "sad"})
        wait_for(lambda: f"{BASE}/mood" in broker.retained, "what fits")
        one.mqtt.publish_state("health", {"x": "y"})
        wait_for(lambda: f"{BASE}/health" in broker.retained, "what fits now")
        wait_for(lambda: f"{BASE}/health" not in str(one.problems[-1]), "the end of its problem")
        assert broker.thrown_out == [] and len(broker.connects) == 1


@pytest.mark.parametrize("limit", [60, 100, 200])
def test_subscriptions_keep_to_the_packet_size_too(limit: int, device: Make) -> None:
    with scripted(Script(limits={MAXIMUM_PACKET_SIZE: limit})) as broker:
        one = device(broker.port, home=home())
        one.mqtt.publish_state("camera", "ON")
        wait_for(lambda: f"{BASE}/set/#" in broker.subscribed, "the subscription")
        wait_for(lambda: [m for m in broker.messages if m.topic == f"{BASE}/camera"], "the state")
        wait_for(lambda: one.reported(f"packets of up to {limit} bytes"), "the sentence")
        assert broker.thrown_out == [] and len(broker.connects) == 1


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize(
    ("limit", "code", "words"),
    [({RETAIN_AVAILABLE: 0}, 0x9A, "no retained messages"), ({MAXIMUM_QOS: 0}, 0x9B, "QoS 0 only")],
)
def test_without_retain_or_qos_1_the_state_still_arrives(
    limit: dict[int, int], code: int, words: str, announced: bool, device: Make
) -> None:
    def kept(message: Message) -> int | None:
        return code if (message.retain if code == 0x9A else message.qos) else None

    with scripted(Script(limits=dict(limit)) if announced else Script(disconnect=kept)) as broker:
        one = device(broker.port)
        one.mqtt.publish_state("mood", {"mood": "sad"})
        wait_for(lambda: [m for m in broker.messages if m.topic == f"{BASE}/mood"], "the state")
        if announced:
            wait_for(lambda: words in str(one.problems[-1]), "the problem")
            assert broker.thrown_out == [] and not one.reported("password")


def test_the_brokers_keepalive_is_kept(device: Make) -> None:
    with scripted(Script(limits={SERVER_KEEP_ALIVE: 7})) as broker:
        one = device(broker.port)
        assert one.listens()
        assert one.mqtt._connection.delivery._client._keepalive == 7


@pytest.mark.parametrize(
    ("told", "protocol"),
    [("in CONNACK", "5"), ("in SUBACK", "5"), ("in SUBACK", "3.1.1"), ("by DISCONNECT", "5")],
)
def test_without_wildcards_each_command_is_subscribed_to(told: str, protocol: str, device: Make) -> None:
    code = 0xA2 if protocol == "5" else 0x80
    with scripted() as broker:
        if told == "in CONNACK":
            broker.script.limits = {WILDCARDS_AVAILABLE: 0}
        elif told == "in SUBACK":
            broker.script.suback = lambda topic: code if topic.endswith("#") else 1
        else:
            broker.script.throws_out_wildcards = True
        one = device(broker.port, protocol=protocol, home=home())
        wait_for(lambda: f"{BASE}/set/volume" in broker.subscribed, "the subscriptions")
        assert one.listens()
        broker.deliver(Message(f"{BASE}/set/volume", "30", 1, False))
        wait_for(lambda: bool(one.commands), "the command")
        assert [command.value for command in one.commands] == ["30"], "once"
        if told != "by DISCONNECT":
            wait_for(lambda: one.reported("takes no subscriptions with wildcards"), "the sentence")
            assert len(str(one.problems[-1]).split("; also: ")) == 1 and broker.thrown_out == []
        else:
            wait_for(lambda: one.reported("takes no subscription with a wildcard"), "the sentence")
            assert broker.thrown_out == [0xA2]


# --- the connection ends ----------------------------------------------------------------------------------------------


def test_the_stated_reason_stays(device: Make) -> None:
    def too_large(message: Message) -> int | None:
        return 0x95 if message.topic.endswith("/mood") else None

    with scripted(Script(disconnect=too_large)) as broker:
        one = device(broker.port)
        one.mqtt.publish_state("mood", {"mood": "sad"})
        wait_for(lambda: len(broker.thrown_out) > 6, "many short connections")
        assert one.problems[0] is None and None not in one.problems[1:], "it isn't well in between"
        assert one.reported("Packet too large") and one.reported("max_packet_size")
        assert not one.reported("device.id")


def test_the_problem_ends_when_a_connection_lasts(device: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "GOOD_CONNECTION_S", 0.5)
    with scripted() as broker:
        one = device(broker.port)
        assert one.listens()
        broker.disconnect(0x96, {REASON_STRING: "slow down"})
        wait_for(lambda: one.reported("slow down"), "the reason")
        wait_for(lambda: well(one), "the end of the problem")


def test_a_broker_that_shuts_down_is_well_again_at_once(device: Make) -> None:
    with scripted() as broker:
        one = device(broker.port)
        assert one.listens()
        broker.disconnect(0x8B)
        wait_for(lambda: one.reported("shuts down"), "the reason")
        wait_for(lambda: well(one), "the end of the problem", within=8)


# --- messages are refused ---------------------------------------------------------------------------------------------


def test_a_denied_message_is_published_once_it_is_allowed_and_all_are_named(device: Make) -> None:
    denied = {f"{BASE}/mood", f"{BASE}/presence"}
    script = Script(puback=lambda message: 0x87 if message.topic in denied else 0)
    with scripted(script) as broker:
        one = device(broker.port)
        one.mqtt.publish_state("mood", {"mood": "sad"})
        one.mqtt.publish_state("presence", "ON")
        wait_for(lambda: one.reported(f"publish to {BASE}/mood, {BASE}/presence; see its access list"), "both names")
        one.mqtt.publish_state("mood", {"mood": "happy"})
        denied.clear()
        wait_for(lambda: {f"{BASE}/mood", f"{BASE}/presence"} <= {*broker.retained}, "both messages")
        assert json.loads(broker.retained[f"{BASE}/mood"].payload) == {"mood": "happy"}
        wait_for(lambda: well(one), "the end of the problem")
        assert len(broker.connects) == 1


def test_a_used_up_quota_is_no_access_list_and_nothing_is_lost(device: Make) -> None:
    script = Script(puback=lambda _: 0x97)
    messages = home()
    with scripted(script) as broker:
        one = device(broker.port, home=messages)
        one.mqtt.publish_state("mood", {"mood": "sad"})
        one.mqtt.publish_event({"event": "one"})
        one.mqtt.publish_event({"event": "two"})
        wait_for(lambda: one.reported("quota is used up"), "the problem")
        assert not one.reported("ACL") and broker.messages == []
        script.puback = lambda _: 0
        wait_for(lambda: {*messages.topics, f"{BASE}/mood", f"{BASE}/status"} <= {*broker.retained}, "the state")

        def events() -> list[str]:
            return [json.loads(m.payload)["event"] for m in broker.messages if m.topic == f"{BASE}/event"]

        wait_for(lambda: len(events()) == 2, "the events")
        assert events() == ["one", "two"], "in their order, each once"
        wait_for(lambda: well(one), "the end of the problem")


def test_a_denied_subscription_is_named_and_made_once_it_is_allowed(device: Make) -> None:
    script = Script(suback=lambda topic: 0x87 if topic.startswith(f"{BASE}/set/") else 1)
    with scripted(script) as broker:
        one = device(broker.port)
        wait_for(lambda: one.reported(f"subscribe to {BASE}/set/#; see its access list"), "the problem")
        script.suback = lambda _: 1
        wait_for(lambda: well(one), "the end of the problem")
        broker.deliver(Message(f"{BASE}/set/mood", "sad", 1, False))
        wait_for(lambda: bool(one.commands), "the command")


# --- the broker falls silent ------------------------------------------------------------------------------------------


def test_a_broker_that_acknowledges_nothing_is_a_problem_until_it_does(
    device: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SILENT_MAX_S", 0.5)
    monkeypatch.setattr(connection, "GOOD_CONNECTION_S", 0.2)
    monkeypatch.setattr(connection, "ANSWERED_WITHIN_S", 0.1)
    script = Script()
    with scripted(script) as broker:
        one = device(broker.port)
        assert one.listens()
        script.acknowledges = False
        one.mqtt.publish_event({"event": "one"})
        one.mqtt.publish_state("mood", {"mood": "sad"})
        wait_for(lambda: one.reported("unanswered"), "the problem")
        wait_for(lambda: len(broker.connects) > 2, "new connections")
        assert one.problems[0] is None and None not in one.problems[1:], "it isn't well in between"
        script.acknowledges = True
        wait_for(lambda: well(one), "the end of the problem")
        assert f"{BASE}/mood" in broker.retained


def test_the_limit_for_a_silent_broker_is_20_seconds() -> None:
    assert connection.SILENT_MAX_S == 20.0
