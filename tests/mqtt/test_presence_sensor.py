"""The home's own presence sensor, read from its messages and over a real broker."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import Config
from edge.config import file as config_file
from edge.config.mqtt import MqttConfig
from edge.errors import ConfigError
from edge.mqtt.device import MqttDevice
from edge.mqtt.presence_sensor import PresenceSensor, read_sensor
from tests.broker import Broker, Listener, broker
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]
TOPIC = "zigbee2mqtt/desk"


@pytest.mark.parametrize(
    ("payload", "key", "value"),
    [
        (b"ON", None, True),
        (b" off\n", None, False),
        (b"1", None, True),
        (b"false", None, False),
        (b'"On"', None, True),
        (b'{"occupancy": true, "battery": 90}', "occupancy", True),
        (b'{"occupancy": "OFF"}', "occupancy", False),
        (b'{"a": {"b": {"presence": 0}}}', "a.b.presence", False),
        (b'{"a.b": 1}', "a.b", True),
        (b'{"a.b": {"c": 1}}', "a.b.c", True),
        (b'{"occupancy": null}', "occupancy", None),
        (b"", None, None),
        (b"unavailable", None, None),
        (b"unavailable", "occupancy", None),
    ],
)
def test_a_message_is_read(payload: bytes, key: str | None, value: bool | None) -> None:
    assert read_sensor(payload, key) is value


@pytest.mark.parametrize(
    ("payload", "key", "words"),
    [
        (b"maybe", None, "must be ON or OFF, not 'maybe'"),
        (b'{"occupancy": true}', None, "name the value's key in mqtt.presence_key"),
        (b'{"occupancy": true}', "presence", "no value at mqtt.presence_key, presence"),
        (b"ON", "occupancy", "no value at mqtt.presence_key"),
        (b'{"occupancy": 2.5}', "occupancy", "must be ON or OFF, not '2.5'"),
        (b'{"occupancy": {}}', "occupancy", "must be ON or OFF"),
        (b"\xff\xfe", None, "isn't UTF-8"),
        (b"x" * 70000, None, "longer than 65536 bytes"),
        (b"[" * 5000, "a", "no value"),
    ],
)
def test_a_wrong_message_is_one_sentence(payload: bytes, key: str | None, words: str) -> None:
    with pytest.raises(ValueError, match=r"^its (value|message) ") as error:
        read_sensor(payload, key)
    assert words in str(error.value) and "\n" not in str(error.value) and len(str(error.value)) < 150


@given(st.binary(max_size=60), st.none() | st.just("a") | st.just("a.b"))
def test_every_message_is_a_value_or_a_sentence(payload: bytes, key: str | None) -> None:
    try:
        assert read_sensor(payload, key) in (True, False, None)
    except ValueError as error:
        assert str(error).startswith("its ")


def test_what_the_broker_repeats_after_a_reconnect_does_not_renew_the_value() -> None:
    values: list[bool | None] = []
    sensor = PresenceSensor(TOPIC, None, report=values.append, problem=lambda _: None)
    sensor.message(b"ON", retained=True)
    sensor.message(b"ON", retained=True)
    assert values == [True]
    sensor.message(b"ON", retained=False)
    sensor.message(b"OFF", retained=True)
    assert values == [True, True, False]


def test_a_wrong_message_is_reported_until_the_next_right_one() -> None:
    values: list[bool | None] = []
    problems: list[str | None] = []
    sensor = PresenceSensor(TOPIC, None, report=values.append, problem=problems.append)
    for payload in (b"ON", b"?", b"OFF", b"OFF"):
        sensor.message(payload, retained=False)
    assert values == [True, False, False]
    assert problems == [f"mqtt.presence_topic: {TOPIC} can't be used: its value must be ON or OFF, not '?'", None]


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_values_arrive_from_the_sensors_topic(broker: Broker, protocol: str) -> None:
    values: list[bool | None] = []
    commands: list[Any] = []
    sensor = PresenceSensor(TOPIC, "occupancy", report=values.append, problem=lambda _: None)
    config = MqttConfig.model_validate({"host": "127.0.0.1", "port": broker.port, "protocol": protocol})
    with Listener(broker.port) as home:
        home.publish(TOPIC, '{"occupancy": true}', retain=True)
        mqtt = MqttDevice(
            config,
            device="kitchen",
            password=None,
            on_command=commands.append,
            on_problem=lambda _: None,
            sensor=sensor,
        )
        mqtt.start()
        try:
            assert mqtt.wait_connected(PATIENCE)
            wait_for(lambda: values == [True], "what the broker had kept")
            home.publish(TOPIC, '{"occupancy": true}', retain=True)
            wait_for(lambda: values == [True, True], "a new message that is to be kept")
            home.publish(TOPIC, '{"occupancy": false}')
            wait_for(lambda: values == [True, True, False])
            home.publish("moodroom/kitchen/set/presence", "auto")
            wait_for(lambda: bool(commands))
            assert [(command.name, command.value) for command in commands] == [("presence", "auto")]
        finally:
            mqtt.stop()


@pytest.mark.parametrize("topic", ["a/+/b", "#", ""])
def test_a_topic_with_wildcards_is_refused(topic: str) -> None:
    with pytest.raises(ValueError, match="without wildcards"):
        MqttConfig.model_validate({"presence_topic": topic})


@pytest.mark.parametrize("topic", ["/sensors/desk", "moodroom/bedroom/presence"])
def test_any_other_topic_will_do(topic: str) -> None:
    assert Config.model_validate({"mqtt": {"presence_topic": topic}}).mqtt.presence_topic == topic


def test_the_devices_own_presence_is_no_sensor() -> None:
    with pytest.raises(ConfigError) as error:
        config_file.parse("device: {id: kitchen}\nmqtt: {presence_topic: moodroom/kitchen/presence}")
    sentence = "mqtt.presence_topic: moodroom/kitchen/presence is this device's own topic; name the sensor's"
    assert str(error.value).endswith(sentence)
