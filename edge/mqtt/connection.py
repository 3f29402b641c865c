"""The connection to the broker: kept up by a thread of its own, each time with a fresh client.

paho's own reconnecting is not used: its thread may die while it still counts as connected, and a client that connects
again repeats old messages after newer ones. A client that is made anew has neither.
"""

from __future__ import annotations

import logging
import random
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.config import MqttConfig
from edge.mqtt.client import alive, context, end, make, socket_of

log = logging.getLogger(__name__)
# Seconds: between two tries at first and at most, after a refusal that time won't mend, and until a try has failed.
FIRST_WAIT, MOST_WAIT, REFUSED_WAIT, ANSWER_WITHIN = 1.0, 60.0, 30.0, 10.0
# A connection that lasted so long, in seconds, was a good one.
GOOD = 10.0
# So many short ones in a row are nobody's restart.
SHORT_LOSSES = 4
SESSION_TAKEN_OVER = 142


@dataclass(frozen=True)
class Handlers:
    """What the link tells.

    up: the broker has accepted us; called in the link's thread, publishes what is to be known. down: that is over.
    tick: twice a second while connected, in the same thread. message: (topic, payload, retained), in paho's thread,
    where it must not wait for a lock. acked: a message id has arrived; in paho's thread, which holds paho's lock
    meanwhile. problem: a sentence, or None when all is well.
    """

    up: Callable[[], None]
    down: Callable[[], None]
    tick: Callable[[], None]
    message: Callable[[str, bytes, bool], None]
    acked: Callable[[int], None]
    problem: Callable[[str | None], None]


class _Connection:
    """What one client's callbacks note; they take no lock, and let no exception into paho's thread."""

    def __init__(self) -> None:
        self.answered, self.lost = threading.Event(), threading.Event()
        self.refusal: Any = None
        self.reason: Any = None
        self.denied: str | None = None


class MqttConnection:
    """One connection at a time, for ever."""

    def __init__(
        self,
        config: MqttConfig,
        *,
        client_id: str,
        password: str | None,
        will: tuple[str, str] | None,
        handlers: Handlers,
    ) -> None:
        """will: the topic and the retained payload that the broker publishes when we vanish.

        Raises ConfigError where a certificate can't be read.
        """
        self._config, self._client_id, self._password, self._will = config, client_id, password, will
        self._tell = handlers
        self._tls = context(config) if config.tls else None
        self._client: paho.Client | None = None
        self._stopping, self._wake, self._idle = threading.Event(), threading.Event(), threading.Event()
        self._idle.set()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._topics: dict[int, str] = {}
        self._wait, self._losses = 2 * FIRST_WAIT, 0
        self._told: tuple[str, float] = ("", 0.0)

    def start(self) -> None:
        """Begin to connect, and go on trying; returns at once."""
        self._thread.start()

    def publish(self, topic: str, payload: str | None, *, retain: bool = True, life: float | None = None) -> int | None:
        """Hand a message to the broker, QoS 1; gives its id, None where it can't be taken now.

        life: seconds after which the broker need not deliver it any more.
        """
        client = self._client
        if client is None:
            return None
        properties = None
        if life is not None and self._config.protocol == "5":
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = max(1, int(life))
        told = client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if told.rc != paho.MQTT_ERR_SUCCESS:
            return None
        self._topics[told.mid] = topic
        self._idle.clear()
        if told.is_published():
            self._arrived(told.mid)
        return told.mid

    def unacked(self, mid: int) -> bool:
        """Whether a message is still on its way."""
        return mid in self._topics

    def subscribe(self, topic: str, *, retained: bool = False) -> None:
        """Ask for a topic. retained: also for what is retained there; it is marked as such where it comes anyway."""
        if self._client is None:
            return
        if self._config.protocol == "5":
            handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if retained else SubscribeOptions.RETAIN_DO_NOT_SEND
            options = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=handling)
            self._client.subscribe(topic, options=options)
        else:
            self._client.subscribe(topic, qos=1)

    def flush(self, wait: float) -> bool:
        """True once all that was published has arrived, waiting for it at most `wait` seconds."""
        return self._idle.wait(wait)

    def stop(self, wait: float) -> None:
        """Say goodbye, and end; takes `wait` seconds at most, and a little."""
        self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(wait)

    def _arrived(self, mid: int) -> str | None:
        topic = self._topics.pop(mid, None)
        if not self._topics:
            self._idle.set()
        return topic

    # The link's thread.

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                pause = self._connect()
            except Exception as error:  # foreign code: this thread outlives whatever it raises
                log.debug("mqtt", exc_info=True)
                self._complain(f"mqtt: {type(error).__name__}: {error}")
                pause = self._grow()
            self._stopping.wait(pause)

    def _connect(self) -> float:
        """One connection from its beginning to its end; gives the seconds to wait before the next."""
        where, note = f"{self._config.host}:{self._config.port}", _Connection()
        client = self._make(note)
        try:
            client.connect(str(self._config.host), self._config.port, self._config.keepalive)
        except ssl.SSLCertVerificationError as error:
            self._complain(
                f"mqtt: the certificate of {where} isn't trusted: {error.verify_message}; "
                "see mqtt.ca_file and mqtt.host"
            )
            return self._slowly()
        except (OSError, ValueError) as error:
            if self._tls is not None and isinstance(error, (ssl.SSLError, ConnectionResetError, BrokenPipeError)):
                reason = getattr(error, "reason", None) or error
                self._complain(f"mqtt: {where} doesn't speak TLS with us ({reason}); see mqtt.tls and mqtt.port")
                return self._grow()
            self._complain(f"mqtt: no broker answers at {where} ({error}); trying again, see mqtt.host")
            return self._grow()
        with suppress(OSError), socket_of(client) as twin:
            # Else an acknowledgement and the message after it wait for one another, 40 ms each time.
            twin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.loop_start()
        try:
            return self._keep_up(client, note, where)
        finally:
            self._client = None
            self._tell.down()
            end(client)
            self._topics.clear()
            self._idle.set()

    def _keep_up(self, client: paho.Client, note: _Connection, where: str) -> float:
        patience = time.monotonic() + ANSWER_WITHIN
        while not note.answered.wait(0.05):
            if self._stopping.is_set():
                return 0.0
            if time.monotonic() > patience or note.lost.is_set() or not alive(client):
                hint = "mqtt.client_cert, if it asks for one" if self._tls else "mqtt.port and mqtt.tls"
                self._complain(f"mqtt: {where} takes the connection and doesn't answer; see {hint}")
                return self._grow()
        if note.refusal is not None:
            self._complain(
                f"mqtt: the broker refuses the connection: {note.refusal}; see mqtt.username and its password"
            )
            return self._slowly()
        log.info("mqtt: connected to %s as %s", where, self._client_id)
        began = time.monotonic()
        self._topics.clear()
        self._idle.set()
        self._client = client
        self._told = ("", 0.0)
        self._tell.problem(None)
        self._tell.up()
        while not self._stopping.is_set():
            # Noticed by its own thread's end too: it may die without a word.
            if note.lost.is_set() or not alive(client):
                return self._lost(note, where, time.monotonic() - began)
            if note.denied is not None:
                self._complain(f"mqtt: the broker doesn't let us {note.denied}; see its access list (ACL)")
                note.denied = None
            self._tell.tick()
            self._wake.wait(0.5)
            self._wake.clear()
        return 0.0

    def _lost(self, note: _Connection, where: str, lasted: float) -> float:
        self._losses += 1
        if lasted >= GOOD:
            self._losses, self._wait = 1, 2 * FIRST_WAIT
        taken_over = getattr(note.reason, "value", None) == SESSION_TAKEN_OVER
        # Version 3.1.1 gives no reason.
        if taken_over or self._losses >= SHORT_LOSSES:
            perhaps = "" if taken_over else "perhaps "
            self._complain(
                f"mqtt: {where} throws us out: {perhaps}another device has the same name, {self._client_id}; "
                "give each a device.id of its own"
            )
            return self._slowly()
        self._complain(f"mqtt: the connection to {where} was lost ({note.reason or 'no answer'}); trying again")
        return self._grow()

    def _make(self, note: _Connection) -> paho.Client:
        client = make(self._config, self._client_id, self._password, self._tls)
        if self._will is not None:
            client.will_set(*self._will, qos=1, retain=True)

        def connected(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
            note.refusal = reason if reason.is_failure else None
            note.answered.set()

        def disconnected(_client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
            # Only the first is the broker's own word.
            if not note.lost.is_set():
                note.reason = reason
            note.lost.set()
            self._wake.set()

        def subscribed(_client: Any, _data: Any, _mid: int, reasons: Any, _properties: Any) -> None:
            if any(reason.is_failure for reason in reasons):
                note.denied = "hear commands"

        def published(_client: Any, _data: Any, mid: int, reason: Any, _properties: Any) -> None:
            topic = self._arrived(mid)
            if reason.is_failure and topic is not None:
                note.denied = f"publish on {topic}"
            self._tell.acked(mid)

        def message(_client: Any, _data: Any, what: paho.MQTTMessage) -> None:
            # What isn't UTF-8 has no topic, and is nothing for us.
            with suppress(Exception):
                self._tell.message(what.topic, bytes(what.payload), bool(what.retain))

        client.on_connect, client.on_disconnect = connected, disconnected
        client.on_subscribe, client.on_publish, client.on_message = subscribed, published, message
        return client

    def _grow(self) -> float:
        """Longer each time, and never the same for all devices of a house whose broker comes back."""
        wait, self._wait = self._wait, min(MOST_WAIT, self._wait * 2)
        return wait * random.uniform(0.5, 1.0)  # noqa: S311

    def _slowly(self) -> float:
        return REFUSED_WAIT * random.uniform(1.0, 2.0)  # noqa: S311

    def _complain(self, sentence: str) -> None:
        """The same problem once a minute at most: a broker can be away for days."""
        now = time.monotonic()
        if self._stopping.is_set() or (sentence == self._told[0] and now - self._told[1] < 60.0):
            return
        self._told = (sentence, now)
        self._tell.problem(sentence)
