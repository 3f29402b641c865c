"""The connection to the broker, kept up by a thread of its own with a fresh client for each attempt.

paho's own reconnecting isn't used: its thread can die while it still counts as connected, and a client that reconnects
resends old messages after newer ones. A new client has neither problem.
"""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from contextlib import suppress

import paho.mqtt.client as paho
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from edge.config import MqttConfig
from edge.mqtt.backoff import Backoff
from edge.mqtt.callbacks import ClientState, Handlers
from edge.mqtt.client import create_client, end_client, socket_of, thread_alive, tls_context
from edge.mqtt.topics import QOS

log = logging.getLogger(__name__)
ANSWER_TIMEOUT_S = 10.0
# The same problem is reported at most this often: a broker can be away for days.
REPEAT_PROBLEM_S = 60.0
TICK_INTERVAL_S = 0.5
# MQTT 5's reason code for another client with the same id.
SESSION_TAKEN_OVER = 142


class MqttConnection:
    """Connects to a broker, and reconnects until it is stopped."""

    def __init__(
        self,
        config: MqttConfig,
        *,
        client_id: str,
        password: str | None,
        will: tuple[str, str] | None,
        handlers: Handlers,
    ) -> None:
        """will: the topic and retained payload that the broker publishes when the device vanishes.

        Raises ConfigError if a certificate can't be read.
        """
        self._config, self._client_id, self._password, self._will = config, client_id, password, will
        self._handlers = handlers
        self._tls = tls_context(config) if config.tls else None
        self._client: paho.Client | None = None
        self._stopping, self._wake, self._idle = threading.Event(), threading.Event(), threading.Event()
        self._idle.set()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        # The topics of messages that the broker hasn't acknowledged, by message id.
        self._unacked: dict[int, str] = {}
        self._backoff = Backoff()
        self._last_problem: tuple[str, float] = ("", 0.0)

    def start(self) -> None:
        """Begin to connect, and keep trying; returns at once."""
        self._thread.start()

    def publish(
        self, topic: str, payload: str | None, *, retain: bool = True, expires_s: float | None = None
    ) -> int | None:
        """Hand a message to the client; returns its id, or None if it can't be taken now.

        expires_s: seconds after which the broker need not deliver it any more (MQTT 5 only).
        """
        client = self._client
        if client is None:
            return None
        properties = None
        if expires_s is not None and self._config.protocol == "5":
            properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
            properties.MessageExpiryInterval = max(1, int(expires_s))
        message = client.publish(topic, payload, qos=QOS, retain=retain, properties=properties)
        if message.rc != paho.MQTT_ERR_SUCCESS:
            return None
        self._unacked[message.mid] = topic
        self._idle.clear()
        if message.is_published():
            self._acked(message.mid)
        return message.mid

    def unacked(self, mid: int) -> bool:
        """Whether the broker hasn't acknowledged this message yet."""
        return mid in self._unacked

    def subscribe(self, topic: str, *, retained: bool = False) -> None:
        """Subscribe. retained: also receive what is retained there; version 3.1.1 sends it in any case.

        With it, a message counts as retained only if the broker had kept it; otherwise also if it is to be kept, except
        with version 3.1.1.
        """
        if self._client is None:
            return
        if self._config.protocol == "5":
            handling = SubscribeOptions.RETAIN_SEND_ON_SUBSCRIBE if retained else SubscribeOptions.RETAIN_DO_NOT_SEND
            options = SubscribeOptions(qos=QOS, retainAsPublished=not retained, retainHandling=handling)
            self._client.subscribe(topic, options=options)
        else:
            self._client.subscribe(topic, qos=QOS)

    def unsubscribe(self, topic: str) -> None:
        """Take a subscription back."""
        if self._client is not None:
            self._client.unsubscribe(topic)

    def subscribe_own(self, topics: list[str]) -> None:
        """Subscribe to several topics on which this client publishes; version 5 doesn't send its own messages back."""
        if self._client is None:
            return
        if self._config.protocol == "5":
            options = SubscribeOptions(
                qos=QOS, noLocal=True, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND
            )
            self._client.subscribe([(topic, options) for topic in topics])
        else:
            self._client.subscribe([(topic, QOS) for topic in topics])

    def wake(self) -> None:
        """Call the handler `tick` at once."""
        self._wake.set()

    def flush(self, timeout: float) -> bool:
        """Wait until everything published is acknowledged; returns False after `timeout` seconds."""
        return self._idle.wait(timeout)

    def stop(self, timeout: float) -> None:
        """Disconnect and end the thread; takes little more than `timeout` seconds."""
        self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

    def _acked(self, mid: int) -> str | None:
        topic = self._unacked.pop(mid, None)
        if not self._unacked:
            self._idle.set()
        return topic

    def _forget_unacked(self) -> None:
        self._unacked.clear()
        self._idle.set()

    # In the connection's thread.

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                wait = self._connect()
            except Exception as error:  # whatever paho raises must not end this thread
                log.debug("mqtt", exc_info=True)
                self._report(f"mqtt: {type(error).__name__}: {error}")
                wait = self._backoff.next_wait()
            self._stopping.wait(wait)

    def _connect(self) -> float:
        """Make one connection and keep it up until it ends; returns the seconds to wait before the next."""
        broker = f"{self._config.host}:{self._config.port}"
        state = ClientState(self._handlers, acked=self._acked, wake=self._wake.set)
        client = create_client(self._config, self._client_id, self._password, self._tls)
        if self._will is not None:
            client.will_set(*self._will, qos=QOS, retain=True)
        state.attach(client)
        try:
            client.connect(str(self._config.host), self._config.port, self._config.keepalive)
        except ssl.SSLCertVerificationError as error:
            self._report(
                f"mqtt: the certificate of {broker} isn't trusted: {error.verify_message}; "
                "see mqtt.ca_file and mqtt.host"
            )
            return self._backoff.refused_wait()
        except (OSError, ValueError) as error:
            if self._tls is not None and isinstance(error, (ssl.SSLError, ConnectionResetError, BrokenPipeError)):
                reason = getattr(error, "reason", None) or error
                self._report(f"mqtt: TLS with {broker} failed ({reason}); see mqtt.tls and mqtt.port")
            else:
                self._report(f"mqtt: no broker answers at {broker} ({error}); trying again, see mqtt.host")
            return self._backoff.next_wait()
        with suppress(OSError), socket_of(client) as twin:
            # Otherwise an acknowledgement and the message after it wait for each other, 40 ms each time.
            twin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.loop_start()
        try:
            return self._keep_up(client, state, broker)
        finally:
            self._client = None
            self._handlers.disconnected()
            end_client(client)
            self._forget_unacked()

    def _keep_up(self, client: paho.Client, state: ClientState, broker: str) -> float:
        """Wait for the broker's answer, then serve the connection; returns the seconds to wait before the next."""
        deadline = time.monotonic() + ANSWER_TIMEOUT_S
        while not state.answered.wait(0.05):
            if self._stopping.is_set():
                return 0.0
            if time.monotonic() > deadline or state.lost.is_set() or not thread_alive(client):
                hint = "mqtt.client_cert, if it asks for one" if self._tls else "mqtt.port and mqtt.tls"
                self._report(f"mqtt: {broker} accepts the connection but doesn't answer; see {hint}")
                return self._backoff.next_wait()
        if state.refusal is not None:
            self._report(
                f"mqtt: the broker refuses the connection: {state.refusal}; see mqtt.username and its password"
            )
            return self._backoff.refused_wait()
        log.info("mqtt: connected to %s as %s", broker, self._client_id)
        connected_at = time.monotonic()
        self._forget_unacked()
        self._client = client
        self._last_problem = ("", 0.0)
        self._handlers.problem(None)
        self._handlers.connected()
        while not self._stopping.is_set():
            # paho's thread can die without calling on_disconnect.
            if state.lost.is_set() or not thread_alive(client):
                return self._lost(state, broker, time.monotonic() - connected_at)
            if state.denied is not None:
                self._report(f"mqtt: the broker doesn't allow this device to {state.denied}; see its access list (ACL)")
                state.denied = None
            self._handlers.tick()
            self._wake.wait(TICK_INTERVAL_S)
            self._wake.clear()
        return 0.0

    def _lost(self, state: ClientState, broker: str, lasted_s: float) -> float:
        too_many = self._backoff.lost(lasted_s)
        taken_over = getattr(state.reason, "value", None) == SESSION_TAKEN_OVER
        # Version 3.1.1 sends no reason.
        if taken_over or too_many:
            perhaps = "" if taken_over else "perhaps "
            self._report(
                f"mqtt: {broker} keeps disconnecting this device: {perhaps}another device has the same name, "
                f"{self._client_id}; give each a device.id of its own"
            )
            return self._backoff.refused_wait()
        self._report(f"mqtt: the connection to {broker} was lost ({state.reason or 'no answer'}); trying again")
        return self._backoff.next_wait()

    def _report(self, sentence: str) -> None:
        now = time.monotonic()
        last, reported_at = self._last_problem
        if self._stopping.is_set() or (sentence == last and now - reported_at < REPEAT_PROBLEM_S):
            return
        self._last_problem = (sentence, now)
        self._handlers.problem(sentence)
