"""The command `moodroom mqtt cleanup`: removes everything that this device has retained on the broker.

What others have retained stays, also below the same topics and node ids.
"""

from __future__ import annotations

import threading
import time
from typing import TextIO

from edge.config import Config
from edge.errors import BrokerError, ConfigError
from edge.mqtt.callbacks import Handlers
from edge.mqtt.connection import MqttConnection
from edge.mqtt.discovery import discovery, discovery_filters
from edge.mqtt.discovery_publisher import was_remembered
from edge.mqtt.memory import DiscoveryMemory, memory
from edge.mqtt.ownership import made_here
from edge.mqtt.topics import COMMANDS, RETAINED, STATUS, base_of, client_id_of
from edge.room import commands
from edge.system.secrets import secret

CONNECT_TIMEOUT_S = 15.0
# How long to collect retained messages, and how long Home Assistant gets to remove entities.
WAIT_FOR_BROKER_S = 1.0


def cleanup(config: Config, out: TextIO) -> int:
    """Remove what this device has retained, and print how many topics there were; returns the exit code.

    Raises ConfigError if no broker is configured, BrokerError if it can't be reached.
    """
    mqtt, device = config.mqtt, config.device.id
    if mqtt.host is None:
        raise ConfigError("mqtt.host: no broker is set, so there is nothing to remove")
    remembered, base = memory(), base_of(mqtt.base_topic, device)
    own_names = {
        f"{one}/{name}"
        for one in (base, remembered.base or base)
        for name in (*RETAINED, *(f"{COMMANDS}{command}" for command in commands.COMMANDS))
    }
    retained: dict[str, bytes] = {}
    connection = _connect(
        config,
        topics=[*sorted(own_names | {*remembered.discovery}), *discovery_filters(config)],
        retained=retained,
    )
    try:
        time.sleep(WAIT_FOR_BROKER_S)
        for topic, payload in list(retained.items()):
            known = topic in own_names or (topic in remembered.discovery and was_remembered(payload))
            if not (known or made_here(payload, device)):
                del retained[topic]
                remembered.discovery.pop(topic, None)
        discovered = ({*retained} - own_names) | {*remembered.discovery}
        # An access list may hide topics from this device; those it is known to use are removed in any case.
        _remove(connection, discovered or {*discovery(config, version="").topics})
        # Let Home Assistant remove the entities before their states: it warns of empty states.
        time.sleep(WAIT_FOR_BROKER_S)
        states = {topic for topic in own_names if f"/{COMMANDS}" not in topic}
        _remove(connection, ({*retained} - discovered) | states)
    finally:
        connection.stop(1.0)
    DiscoveryMemory(None, {}).save()
    print(f"removed what was retained of {base}: {len(retained)} topics", file=out)
    if retained.get(f"{base}/{STATUS}") == b"online":
        print("the device seems to run: stop it first, or it publishes everything again", file=out)
    return 0


def _connect(config: Config, *, topics: list[str], retained: dict[str, bytes]) -> MqttConnection:
    """Connect and subscribe; retained messages are collected in `retained`. Raises BrokerError."""
    mqtt = config.mqtt
    problems: list[str] = []
    finished, connected = threading.Event(), threading.Event()

    def on_message(topic: str, payload: bytes, is_retained: bool) -> None:
        if is_retained and payload:
            retained[topic] = payload

    def on_problem(text: str | None) -> None:
        if text is not None:
            problems.append(text)
            finished.set()

    def on_connected() -> None:
        for topic in topics:
            connection.subscribe(topic, retained=True, needed=False)
        connected.set()
        finished.set()

    connection = MqttConnection(
        mqtt,
        client_id=client_id_of(mqtt, config.device.id, "cleanup"),
        password=secret("mqtt_password", mqtt.password_file) if mqtt.username is not None else None,
        will=None,
        handlers=Handlers(
            connected=on_connected,
            disconnected=lambda: None,
            tick=lambda: None,
            message=on_message,
            acked=lambda _: None,
            problem=on_problem,
        ),
    )
    connection.start()
    finished.wait(CONNECT_TIMEOUT_S)
    if not connected.is_set():
        connection.stop(1.0)
        raise BrokerError(problems[0] if problems else f"mqtt.host: {mqtt.host}:{mqtt.port} doesn't answer")
    return connection


def _remove(connection: MqttConnection, topics: set[str]) -> None:
    """Publish an empty retained payload to each topic; raises BrokerError if the broker doesn't take it."""
    for topic in sorted(topics):
        while connection.publish(topic, None) is None:
            if not connection.flush(CONNECT_TIMEOUT_S):
                raise BrokerError("mqtt: the broker accepts no more messages; try again")
    if not connection.flush(CONNECT_TIMEOUT_S):
        raise BrokerError("mqtt: the broker didn't acknowledge all messages; try again")
    connection.delivery.retry(time.monotonic())
    if problems := connection.delivery.problems():
        raise BrokerError(problems[0])
