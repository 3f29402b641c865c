"""Tells a home that a replay isn't the device: `offline` on the topic `status`, unless a device has been there."""

from __future__ import annotations

import threading
import time

from edge.config import MqttConfig
from edge.mqtt.callbacks import Handlers
from edge.mqtt.connection import MqttConnection
from edge.mqtt.topics import STATUS, base_of, client_id_of

# How long what is retained on the topic may take to arrive.
RETAINED_WITHIN_S = 1.0
CONNECT_WITHIN_S = 3.0


class Absence:
    """Publishes `offline` once, under a client name of its own, and disconnects.

    What is retained there is left alone: it is the device's own, which may run at the same time. A broker that can't be
    reached isn't tried again.
    """

    def __init__(self, config: MqttConfig, *, device: str, password: str | None) -> None:
        """device: the id that names the topics. password: of `config.username`."""
        self._topic = f"{base_of(config.base_topic, device)}/{STATUS}"
        self._connected_at: float | None = None
        self._known = False
        self._done = threading.Event()
        self._connection = MqttConnection(
            config,
            client_id=client_id_of(config, device, "replay"),
            password=password,
            will=None,
            handlers=Handlers(
                connected=self._on_connected,
                disconnected=lambda: None,
                tick=self._on_tick,
                message=self._on_message,
                acked=lambda _: None,
                problem=self._on_problem,
            ),
        )

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._connection.start()

    def stop(self) -> None:
        """Finish, which takes a few seconds at most, and disconnect."""
        self._done.wait(CONNECT_WITHIN_S)
        self._connection.flush(RETAINED_WITHIN_S)
        self._connection.stop(RETAINED_WITHIN_S)

    # In the connection's thread.

    def _on_connected(self) -> None:
        self._connected_at = time.monotonic()
        self._connection.subscribe(self._topic, retained=True)

    def _on_tick(self) -> None:
        if self._done.is_set():
            self._connection.stop(0.0)
        elif self._known:
            self._done.set()
        elif self._connected_at is not None and time.monotonic() - self._connected_at >= RETAINED_WITHIN_S:
            self._connection.publish(self._topic, "offline")
            self._done.set()

    def _on_problem(self, problem: str | None) -> None:
        if problem is not None:
            self._done.set()
            self._connection.stop(0.0)

    # In paho's thread.

    def _on_message(self, _topic: str, _payload: bytes, _retained: bool) -> None:
        self._known = True
