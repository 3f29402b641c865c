"""The callbacks of one paho client. They run in paho's thread, take no lock and let no exception out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho

from edge.mqtt.bounded_client import BoundedMqttClient
from edge.mqtt.broker.limits import Limits
from edge.mqtt.delivery import Delivery


@dataclass(frozen=True)
class Handlers:
    """What the owner of a connection is called with.

    connected: the broker accepted the connection; called in the connection's thread. disconnected: it ended; likewise.
    tick: twice a second while connected, in the same thread. message: (topic, payload, retained), in paho's thread,
    where it must not wait for a lock. acked, refused: the broker took or refused the message with this id; in paho's
    thread, which holds paho's lock meanwhile. problem: a sentence, or None once all is well.
    """

    connected: Callable[[], None]
    disconnected: Callable[[], None]
    tick: Callable[[], None]
    message: Callable[[str, bytes, bool], None]
    acked: Callable[[int], None]
    problem: Callable[[str | None], None]
    refused: Callable[[int], None] = lambda _: None


class ClientState:
    """What the callbacks of one client have noted.

    answered: the broker answered the request to connect. refusal: why it refused, if it did. limits: what it takes.
    lost: the connection ended. reason: why. stated: whether the broker itself said so. properties: what came with the
    refusal or the reason.
    """

    def __init__(self, handlers: Handlers, delivery: Delivery, *, limits: Limits, wake: Callable[[], None]) -> None:
        """limits: those that hold whatever the broker says. wake: called when the connection ended."""
        self.answered, self.lost = threading.Event(), threading.Event()
        self.refusal: Any = None
        self.reason: Any = None
        self.properties: Any = None
        self.stated = False
        self.limits = limits
        self._handlers, self._delivery, self._wake = handlers, delivery, wake

    def told(self, name: str) -> str:
        """A property of the refusal or the reason, such as ReasonString; empty if there is none."""
        return str(getattr(self.properties, name, ""))

    def attach(self, client: paho.Client) -> None:
        """Make paho call this object."""
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe, client.on_publish, client.on_message = (
            self._on_subscribe,
            self._on_publish,
            self._on_message,
        )

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, properties: Any) -> None:
        self.refusal = reason if reason.is_failure else None
        self.properties = properties
        self.limits = self.limits.told(properties)
        if isinstance(client, BoundedMqttClient):
            client.limit_in_flight(self.limits.in_flight)
        self.answered.set()

    def _on_disconnect(self, _client: Any, _data: Any, flags: Any, reason: Any, properties: Any) -> None:
        # Only the first reason comes from the broker; later ones are paho's.
        if not self.lost.is_set():
            self.reason = reason
            self.stated = bool(flags.is_disconnect_packet_from_server) and reason.is_failure
            if self.stated:
                self.properties = properties
        self.lost.set()
        self._wake()

    def _on_subscribe(self, _client: Any, _data: Any, mid: int, answers: Any, _properties: Any) -> None:
        self._delivery.subscriptions.answered(mid, list(answers))

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        self._delivery.acked(mid, reason)

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        # paho raises for a topic that isn't UTF-8; such a message isn't for this device.
        with suppress(Exception):
            self._handlers.message(message.topic, bytes(message.payload), bool(message.retain))
