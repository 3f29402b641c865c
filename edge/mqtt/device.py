"""The device on MQTT: its state, its events, and commands on `set/...`; `topics.py` lists the topics.

The device works without a broker: the newest value of each topic is kept here, and all are published on each connect.
Only the callers' threads and the connection's own take the lock. paho's thread never does, since paho holds its own
lock while it calls, and the two would deadlock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from edge.config import MqttConfig
from edge.errors import ConfigError
from edge.mqtt import reasons
from edge.mqtt.callbacks import Handlers
from edge.mqtt.connection import MqttConnection
from edge.mqtt.discovery import Discovery
from edge.mqtt.discovery_publisher import DiscoveryPublisher
from edge.mqtt.entities import EXPIRE_AFTER_S
from edge.mqtt.event_queue import EventQueue
from edge.mqtt.presence_sensor import PresenceSensor
from edge.mqtt.rooms.payload import REPORT_EXPIRES_S
from edge.mqtt.rooms.reports import RoomReports
from edge.mqtt.states import RetainedStates
from edge.mqtt.topics import (
    COMMANDS,
    EVENT,
    FOLLOW,
    LOOKING,
    MAX_COMMAND_BYTES,
    MAX_COMMAND_NAME_CHARS,
    STATUS,
    base_of,
    client_id_of,
    read_command,
)
from edge.room.commands import COMMANDS as COMMAND_NAMES
from edge.text import clean, to_json
from edge.values import Command

# An unchanged state is published again after this time, so that it doesn't expire in Home Assistant.
REPEAT_AFTER_S = EXPIRE_AFTER_S / 3


class MqttDevice:
    """One device's topics. base: the topic above them."""

    def __init__(
        self,
        config: MqttConfig,
        *,
        device: str,
        password: str | Callable[[], str | None] | None,
        on_command: Callable[[Command], None],
        on_problem: Callable[[str | None], None],
        silent: bool = False,
        home: Discovery | None = None,
        sensor: PresenceSensor | None = None,
        rooms: RoomReports | None = None,
    ) -> None:
        """device: the id that names the topics and the client.

        password: of `config.username`, or what reads it before each connection. on_command: called with each command,
        in paho's thread. on_problem: called with a sentence when something doesn't work, and with None once all does.
        silent: only connect: no last will, no status, no commands. home: the discovery messages for Home Assistant; if
        given, those that this device published under other names before are removed. sensor: the home's own presence
        sensor. rooms: the other devices that music follows people to.
        """
        if config.host is None:
            raise ConfigError("mqtt.host: must be set")
        self.base = base_of(config.base_topic, device)
        self._on_command, self._silent, self._sensor, self._rooms = on_command, silent, sensor, rooms
        self._sent_states = 0
        self._lock = threading.Lock()
        self._connected = threading.Event()
        self._connection = MqttConnection(
            config,
            client_id=client_id_of(config, device),
            password=password,
            will=None if silent else (self._topic(STATUS), "offline"),
            handlers=Handlers(
                connected=self._on_connected,
                disconnected=self._connected.clear,
                tick=self._on_tick,
                message=self._on_message,
                acked=lambda mid: self._events.acked(mid),
                problem=lambda sentence: self._tell("connection", sentence),
                refused=lambda mid: self._events.refused(mid),
            ),
        )
        self._states = RetainedStates(self.base, self._publish, lambda sentence: self._tell("conflict", sentence))
        self._on_problem = on_problem
        self._problems: dict[str, str] = {}
        self._events = EventQueue(self._connection, self._topic(EVENT))
        self._discovery = None
        if home is not None:
            self._discovery = DiscoveryPublisher(
                home,
                self.base,
                self._publish,
                subscribe=lambda topic: self._connection.subscribe(topic, retained=True, needed=False),
                unsubscribe=self._connection.delivery.subscriptions.unsubscribe,
            )

    @property
    def sent(self) -> int:
        """How many messages were published."""
        return self._sent_states + self._events.sent

    @property
    def dropped(self) -> int:
        """How many events were given up."""
        return self._events.dropped

    def start(self) -> None:
        """Begin to connect, and keep trying; returns at once."""
        self._connection.start()

    def wait_connected(self, timeout: float) -> bool:
        """Whether the broker has accepted the connection, waiting for it up to `timeout` seconds."""
        return self._connected.wait(timeout)

    def publish_state(self, topic: str, payload: str | dict[str, Any]) -> None:
        """Set a retained topic; published now or on the next connect, and only if it changed."""
        text = payload if isinstance(payload, str) else to_json(payload)
        with self._lock:
            # Within the lock, so that an older value can't be published after a newer one.
            if self._states.set(topic, text) and self._connected.is_set():
                self._states.publish(topic)

    def repeat_states(self) -> None:
        """Publish again what would expire.

        Called about once a second by the daemon's main loop, so that the state does expire if that hangs.
        """
        with self._lock:
            if self._connected.is_set():
                self._states.repeat(time.monotonic(), after=REPEAT_AFTER_S)

    def publish_event(self, payload: dict[str, Any]) -> None:
        """Publish an event; while the broker is away it waits for a minute, then it is dropped."""
        with self._lock:
            self._events.add(to_json(payload))
            if self._connected.is_set():
                self._events.publish()

    def publish_report(self, payload: dict[str, Any]) -> None:
        """Publish a report for the other devices now; without a connection it is dropped, since another one follows."""
        with self._lock:
            if self._connected.is_set() and not self._silent:
                text, topic = to_json(payload), self._topic(FOLLOW)
                self._connection.publish(topic, text, retain=False, expires_s=REPORT_EXPIRES_S)

    def stop(self, timeout: float = 1.0) -> None:
        """Publish `offline` and disconnect; after a proper disconnect the broker doesn't send the last will."""
        with self._lock:
            if self._connected.is_set() and not self._silent:
                if LOOKING in self._states:
                    self._publish(self._topic(LOOKING), "OFF")
                self._publish(self._topic(STATUS), "offline")
            self._connected.clear()
        self._connection.flush(timeout)
        self._connection.stop(timeout)

    def _topic(self, name: str) -> str:
        return f"{self.base}/{name}"

    # With the lock held.

    def _publish(self, topic: str, payload: str | None) -> bool:
        taken = self._connection.publish(topic, payload) is not None
        self._sent_states += taken
        return taken

    # In the connection's thread.

    def _on_connected(self) -> None:
        with self._lock:
            if not self._silent:
                commands = [self._topic(f"{COMMANDS}{name}") for name in COMMAND_NAMES]
                self._connection.delivery.subscriptions.subscribe_all(self._topic(f"{COMMANDS}#"), commands)
                self._states.connected(echoes=self._connection.protocol != "5")
                self._connection.delivery.subscriptions.subscribe_own(self._states.own.names())
                if self._sensor is not None:
                    self._connection.subscribe(self._sensor.topic, retained=True)
                for topic in self._rooms.topics if self._rooms is not None else ():
                    self._connection.subscribe(topic)
                if self._discovery is not None and self._discovery.birth_topic is not None:
                    self._connection.subscribe(self._discovery.birth_topic)
                self._states.set(STATUS, "online")
                if self._discovery is not None:
                    self._discovery.begin()
                self._states.publish_all()
                self._events.requeue()
                self._events.publish()
            self._connected.set()

    def _on_tick(self) -> None:
        with self._lock:
            self._connection.delivery.retry(time.monotonic())
            self._states.publish_waiting()
            if self._connected.is_set():
                # Not at a stop: `offline` is right then.
                self._states.put_right(time.monotonic())
            self._events.publish()
            if self._discovery is not None:
                if self._discovery.begin_if_due():
                    self._states.publish_all()
                delivery = self._connection.delivery
                self._discovery.proceed(lambda: delivery.flush(0.0) and not delivery.refused)

    def _tell(self, source: str, sentence: str | None) -> None:
        """Report the problems of all sources: a new one of this source, or None for its end."""
        self._problems.pop(source, None)
        if sentence is not None:
            self._problems[source] = sentence
        self._on_problem(reasons.joined(self._problems.values()))

    # In paho's thread, without the lock.

    def _on_message(self, topic: str, payload: bytes, retained: bool) -> None:
        if self._discovery is not None and topic == self._discovery.birth_topic:
            if payload[:MAX_COMMAND_BYTES].strip().lower() == b"online":
                self._discovery.home_assistant_started()
        elif self._sensor is not None and topic == self._sensor.topic:
            self._sensor.message(payload, retained=retained)
        elif self._rooms is not None and topic in self._rooms.topics:
            self._rooms.message(topic, payload, retained=retained)
        elif self._states.own.see(topic, payload, retained=retained):
            self._connection.wake()
        elif self._discovery is not None and self._discovery.see(topic, payload):
            pass
        elif not retained and topic.startswith(self._topic(COMMANDS)):
            # A retained command could be of any age.
            name = clean(topic.removeprefix(self._topic(COMMANDS)), MAX_COMMAND_NAME_CHARS)
            self._on_command(read_command(name, payload))
