"""The callbacks of one paho client. They run in paho's thread, take no lock and let no exception out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho


@dataclass(frozen=True)
class Handlers:
    """What the owner of a connection is called with.

    connected: the broker accepted the connection; called in the connection's thread. disconnected: it ended; likewise.
    tick: twice a second while connected, in the same thread. message: (topic, payload, retained), in paho's thread,
    where it must not wait for a lock. acked: the broker acknowledged this message id; in paho's thread, which holds
    paho's lock meanwhile. problem: a sentence, or None once connected.
    """

    connected: Callable[[], None]
    disconnected: Callable[[], None]
    tick: Callable[[], None]
    message: Callable[[str, bytes, bool], None]
    acked: Callable[[int], None]
    problem: Callable[[str | None], None]


class ClientState:
    """What the callbacks of one client have noted.

    answered: the broker answered the request to connect. refusal: why it refused, if it did. lost: the connection
    ended. reason: the broker's reason for that. denied: something that its access list forbids.
    """

    def __init__(self, handlers: Handlers, *, acked: Callable[[int], str | None], wake: Callable[[], None]) -> None:
        """acked: takes a message id, and returns its topic. wake: called when the connection ended."""
        self.answered, self.lost = threading.Event(), threading.Event()
        self.refusal: Any = None
        self.reason: Any = None
        self.denied: str | None = None
        self._handlers, self._acked, self._wake = handlers, acked, wake

    def attach(self, client: paho.Client) -> None:
        """Make paho call this object."""
        client.on_connect, client.on_disconnect = self._on_connect, self._on_disconnect
        client.on_subscribe, client.on_publish, client.on_message = (
            self._on_subscribe,
            self._on_publish,
            self._on_message,
        )

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self.refusal = reason if reason.is_failure else None
        self.answered.set()

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        # Only the first reason comes from the broker; later ones are paho's.
        if not self.lost.is_set():
            self.reason = reason
        self.lost.set()
        self._wake()

    def _on_subscribe(self, _client: Any, _data: Any, _mid: int, reasons: Any, _properties: Any) -> None:
        # Only the own topics are subscribed to together; seeing them is useful, but not needed.
        if len(reasons) == 1 and reasons[0].is_failure:
            self.denied = "subscribe to commands"

    def _on_publish(self, _client: Any, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
        topic = self._acked(mid)
        if reason.is_failure and topic is not None:
            self.denied = f"publish to {topic}"
        self._handlers.acked(mid)

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        # paho raises for a topic that isn't UTF-8; such a message isn't for this device.
        with suppress(Exception):
            self._handlers.message(message.topic, bytes(message.payload), bool(message.retain))
