"""The device on MQTT: retained state, a last will, and commands on `set/...`.

A broker is never a condition for anything: the newest value of each topic waits here, and all of them are published on
each connect.
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.config import MqttConfig
from edge.errors import BrokerError, ConfigError
from edge.values import Command

log = logging.getLogger(__name__)
COMMANDS = ("mood", "camera", "control")
LONGEST = 1024
EVENT_LIFE = 60.0
_PROTOCOLS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}


class Mqtt:
    """One connection, kept up by paho's own thread."""

    def __init__(
        self,
        config: MqttConfig,
        *,
        device: str,
        password: str | None,
        on_command: Callable[[Command], None],
        on_problem: Callable[[str | None], None],
        silent: bool = False,
    ) -> None:
        """device: the id that names the topics and the client.

        password: of `config.username`. on_command: takes what comes in on `set/...`; called in paho's thread.
        on_problem: takes a sentence when the broker is away or refuses, None when all is well again.
        silent: only connect: no last will, no status, no commands; for a try.
        """
        self.base = f"{config.base_topic}/{device}"
        self._config, self._on_command, self._on_problem = config, on_command, on_problem
        self._kept: dict[str, str] = {}
        self._sent: dict[int, str] = {}
        self._stale: dict[int, str] = {}
        self._again: deque[str] = deque()
        self._lock = threading.Lock()
        self._connected = threading.Event()
        self._complaint = 0.0
        five = config.protocol == "5"
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"moodroom-{device}",
            protocol=_PROTOCOLS[config.protocol],
            clean_session=None if five else True,
        )
        if config.username is not None:
            self._client.username_pw_set(config.username, password)
        if config.tls:
            self._encrypt(config)
        self._silent = silent
        if not silent:
            self._client.will_set(self._topic("status"), "offline", qos=1, retain=True)
        self._client.reconnect_delay_set(1, 60)
        self._client.max_queued_messages_set(100)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_connect_fail = self._on_connect_fail
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    def start(self) -> None:
        """Begin to connect, and go on trying; returns at once."""
        assert self._config.host is not None
        try:
            self._client.connect_async(self._config.host, self._config.port, self._config.keepalive)
            self._client.loop_start()
        except (ValueError, OSError) as error:
            raise BrokerError(f"mqtt.host: {self._config.host} can't be used: {error}") from None

    def wait_connected(self, wait: float) -> bool:
        """True once the broker has accepted us, waiting for it at most `wait` seconds."""
        return self._connected.wait(wait)

    def keep(self, topic: str, payload: str | dict[str, Any]) -> None:
        """Set a retained topic below the base; published now or on the next connect, and only if it changed."""
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        with self._lock:
            if self._kept.get(topic) == text:
                return
            self._kept[topic] = text
            # Under the lock, so that a value can't overtake a newer one of the same topic.
            if self._connected.is_set():
                self._send(topic)

    def tend(self) -> None:
        """To be called every second or so: sends again what an old message may have covered after a reconnect."""
        with self._lock:
            while self._again and self._connected.is_set():
                self._send(self._again.popleft())

    def tell(self, payload: dict[str, Any]) -> None:
        """Publish an event, not retained; one that can't be sent now is dropped, since it would come too late."""
        if not self._connected.is_set():
            return
        properties = None
        if self._config.protocol == "5":
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = int(EVENT_LIFE)
        text = json.dumps(payload, ensure_ascii=False)
        self._client.publish(self._topic("event"), text, qos=0, properties=properties)

    def stop(self, wait: float = 1.0) -> None:
        """Say `offline`, then go; a clean goodbye keeps the broker from sending the last will."""
        if self._connected.is_set() and not self._silent:
            try:
                told = self._client.publish(self._topic("status"), "offline", qos=1, retain=True)
                told.wait_for_publish(wait)
            except (RuntimeError, ValueError):
                log.debug("mqtt: the goodbye was not sent")
        self._client.disconnect()
        self._client.loop_stop()

    def _send(self, topic: str) -> None:
        """Publish the newest value of a retained topic; the lock is held."""
        told = self._client.publish(self._topic(topic), self._kept[topic], qos=1, retain=True)
        self._sent[told.mid] = topic

    def _topic(self, name: str) -> str:
        return f"{self.base}/{name}"

    def _encrypt(self, config: MqttConfig) -> None:
        try:
            self._client.tls_set(ca_certs=config.ca_file, tls_version=ssl.PROTOCOL_TLS_CLIENT)
        except (OSError, ssl.SSLError):
            raise ConfigError(f"mqtt.ca_file: {config.ca_file} isn't a readable PEM certificate") from None

    # What follows runs in paho's thread. An exception there would end it for good, so nothing gets out.

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        try:
            if reason.is_failure:
                self._complain(f"mqtt: the broker refuses the connection: {reason}; see mqtt.username and its password")
                return
            log.info("mqtt: connected to %s:%s as %s", self._config.host, self._config.port, self.base)
            if self._silent:
                self._connected.set()
                self._on_problem(None)
                return
            self._on_problem(None)
            options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
            if self._config.protocol == "5":
                client.subscribe(self._topic("set/#"), options=options)
            else:
                client.subscribe(self._topic("set/#"), qos=1)
            with self._lock:
                # What the last connection left unanswered, paho sends again now, after newer values.
                self._stale |= self._sent
                self._sent.clear()
                self._kept["status"] = "online"
                for topic in self._kept:
                    self._send(topic)
                self._connected.set()
        except Exception as error:
            self._complain(f"mqtt: {type(error).__name__}: {error}")

    def _on_publish(self, _client: paho.Client, _data: Any, mid: int, _reason: Any, _properties: Any) -> None:
        # paho holds its own lock here: waiting for ours would be a deadlock, so `tend` does the rest.
        self._sent.pop(mid, None)
        topic = self._stale.pop(mid, None)
        if topic is not None:
            self._again.append(topic)

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        try:
            self._connected.clear()
            if reason.is_failure:
                self._complain(f"mqtt: the connection to {self._config.host} was lost ({reason}); trying again")
        except Exception:
            log.debug("mqtt", exc_info=True)

    def _on_connect_fail(self, _client: paho.Client, _data: Any) -> None:
        try:
            self._complain(
                f"mqtt: no broker answers at {self._config.host}:{self._config.port}; trying again, see mqtt.host"
            )
        except Exception:
            log.debug("mqtt", exc_info=True)

    def _on_message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            name = message.topic.removeprefix(self._topic("set/"))
            # A command that was left lying on the broker says nothing about now.
            if message.retain or name not in COMMANDS:
                return
            if len(message.payload) > LONGEST:
                text = "(too long)"
            else:
                text = message.payload.decode("utf-8", errors="replace").strip()
            self._on_command(Command(name, text, origin="mqtt"))
        except Exception:
            log.debug("mqtt", exc_info=True)

    def _complain(self, sentence: str) -> None:
        """Tell a problem once a minute at most: a broker can be away for days."""
        now = time.monotonic()
        if not self._complaint or now - self._complaint >= EVENT_LIFE:
            self._complaint = now
            self._on_problem(sentence)
