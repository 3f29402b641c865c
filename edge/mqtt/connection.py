"""The connection to the broker, kept up by a thread of its own with a fresh client for each attempt.

paho's own reconnecting isn't used: its thread can die while it still counts as connected, and a client that reconnects
resends old messages after newer ones. A new client has neither problem.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from edge.config import MqttConfig
from edge.errors import HOME_AWAY, ConfigError, reported
from edge.mqtt import reasons
from edge.mqtt.backoff import GOOD_CONNECTION_S, Backoff
from edge.mqtt.bounded_client import BoundedMqttClient
from edge.mqtt.broker.handshake import NEWEST, Failure, Handshake
from edge.mqtt.broker.limits import Limits
from edge.mqtt.callbacks import ClientState, Handlers
from edge.mqtt.client import create_client, end_client, socket_of, thread_alive, tls_context
from edge.mqtt.delivery import Delivery
from edge.mqtt.topics import QOS
from edge.sentences import TechnicalText

log = logging.getLogger(__name__)
# The same problem is reported at most this often: a broker can be away for days.
REPEAT_PROBLEM_S = 60.0
TICK_INTERVAL_S = 0.5
# A broker that leaves a message unanswered for so long is given up.
SILENT_MAX_S = 20.0
# After a connection that the broker ended, one is well once messages are answered within this time.
ANSWERED_WITHIN_S = 5.0


class MqttConnection:
    """Connects to a broker, and reconnects until it is stopped.

    delivery: publishes and subscribes.
    """

    def __init__(
        self,
        config: MqttConfig,
        *,
        client_id: str,
        password: str | Callable[[], str | None] | None,
        will: tuple[str, str] | None,
        handlers: Handlers,
    ) -> None:
        """will: the topic and retained payload that the broker publishes when the device vanishes.

        password: the password, or what reads it; called before each connection. Raises ConfigError if a certificate
        can't be read.
        """
        self._config, self._client_id, self._will = config, client_id, will
        self._password: Callable[[], str | None] = password if callable(password) else lambda: password
        self._handlers = handlers
        if config.tls:
            tls_context(config)
        self.delivery = Delivery(acked=handlers.acked, refused=handlers.refused)
        self._stopping, self._wake = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)
        self._backoff = Backoff()
        self._handshake = Handshake(
            config, client_id=client_id, will="" if will is None else will[0], stopping=self._stopping.is_set
        )
        # Whether the broker should be doubted although it accepts connections.
        self._doubted = False
        self._last_problem: tuple[str, float] = ("", 0.0)

    @property
    def protocol(self) -> str:
        """The version that is spoken now: the configured one, or 3.1.1 where the broker knows no other."""
        return self._handshake.protocol

    def start(self) -> None:
        """Begin to connect, and keep trying; returns at once."""
        self._thread.start()

    def publish(
        self, topic: str, payload: str | None, *, retain: bool = True, expires_s: float | None = None
    ) -> int | None:
        """Hand a message to the client; returns its id, or None if it can't be taken now.

        expires_s: seconds after which the broker need not deliver it any more (MQTT 5 only).
        """
        return self.delivery.publish(topic, payload, retain=retain, expires_s=expires_s)

    def unacked(self, mid: int) -> bool:
        """Whether the broker hasn't acknowledged this message yet."""
        return self.delivery.unacked(mid)

    def subscribe(self, topic: str, *, retained: bool = False, needed: bool = True) -> None:
        """Subscribe. retained: also receive what is retained there; version 3.1.1 sends it in any case.

        With it, a message counts as retained only if the broker had kept it; otherwise also if it is to be kept, except
        with version 3.1.1. needed: a refusal is a problem.
        """
        self.delivery.subscriptions.subscribe(topic, retained=retained, needed=needed)

    def wake(self) -> None:
        """Call the handler `tick` at once."""
        self._wake.set()

    def flush(self, timeout: float) -> bool:
        """Wait until everything published is answered; returns False after `timeout` seconds."""
        return self.delivery.flush(timeout)

    def stop(self, timeout: float) -> None:
        """Disconnect and end the thread; takes little more than `timeout` seconds."""
        self._stopping.set()
        self._wake.set()
        if self._thread.ident is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout)

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
        state = ClientState(self._handlers, self.delivery, limits=self._handshake.learned, wake=self._wake.set)
        try:
            # Read again each time: certificates are renewed and passwords changed while the device runs.
            tls = tls_context(self._config) if self._config.tls else None
            client = create_client(
                self._config, self._client_id, self._password(), tls, self.protocol, stopping=self._stopping.is_set
            )
        except ConfigError as error:
            self._report(reported(error))
            return self._backoff.next_wait()
        if self._will is not None:
            learned = self._handshake.learned
            client.will_set(*self._will, qos=min(QOS, learned.qos), retain=learned.retain)
        state.attach(client)
        if (failure := self._handshake.open(client)) is not None:
            return self._failed(failure)
        with suppress(OSError), socket_of(client) as twin:
            # Otherwise an acknowledgement and the message after it wait for each other, 40 ms each time.
            twin.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.loop_start()
        try:
            if (failure := self._handshake.await_answer(client, state)) is not None:
                return self._failed(failure)
            wait = self._keep_up(client, state, broker)
            self._handshake.take_guess_back()
            return wait
        finally:
            self.delivery.end()
            self._handlers.disconnected()
            end_client(client)

    def _failed(self, failure: Failure) -> float:
        """Report a failure; returns the seconds to wait before the next try."""
        if failure.sentence is None:
            return 0.0
        self._report(failure.sentence)
        return self._backoff.refused_wait() if failure.lasting else self._backoff.next_wait()

    def _keep_up(self, client: BoundedMqttClient, state: ClientState, broker: str) -> float:
        """Serve the connection; returns the seconds to wait before the next."""
        log.info("mqtt: connected to %s as %s, version %s", broker, self._client_id, self.protocol)
        connected_at = time.monotonic()
        self.delivery.begin(client, state.limits, five=self.protocol == NEWEST)
        told: str | None = ""
        if not self._doubted:
            self._handlers.problem(None)
            self._last_problem, told = ("", 0.0), None
        self._handlers.connected()
        while not self._stopping.is_set():
            # paho's thread can die without calling on_disconnect.
            if state.lost.is_set() or not thread_alive(client):
                return self._lost(state, broker, time.monotonic() - connected_at)
            self._handlers.tick()
            now = time.monotonic()
            silent_s = self.delivery.silent_s(now)
            if silent_s >= SILENT_MAX_S:
                self._doubted = True
                self._report(
                    f"mqtt: {broker} has left a message unanswered for {silent_s:.0f} s; connecting anew, see its log"
                )
                return self._backoff.next_wait()
            if now - connected_at >= GOOD_CONNECTION_S and silent_s < ANSWERED_WITHIN_S:
                self._doubted = False
            if not self._doubted:
                # What stands although the connection does, and its end.
                if (standing := reasons.joined(self.delivery.problems())) != told:
                    told = standing
                    self._handlers.problem(standing)
                self._last_problem = ("", 0.0)
            self._wake.wait(TICK_INTERVAL_S)
            self._wake.clear()
        return 0.0

    def _lost(self, state: ClientState, broker: str, lasted_s: float) -> float:
        too_many = self._backoff.lost(lasted_s)
        code = getattr(state.reason, "value", 0) if state.stated else 0
        if code and code != reasons.SESSION_TAKEN_OVER:
            self._handshake.learn(code)
            # The reason stands until a connection lasts.
            self._doubted = code not in reasons.PASSING
            said, server = state.told("ReasonString"), state.told("ServerReference")
            self._report(reasons.ended(code, str(state.reason), broker, said=said, server=server))
            return self._backoff.next_wait()
        # The broker's settings may be others the next time.
        self._handshake.learned = Limits()
        # Version 3.1.1 sends no reason.
        if code or too_many:
            perhaps = "" if code else "perhaps "
            alternative = "" if code else ", or it doesn't take a message; see its log"
            self._doubted = True
            self._report(
                f"mqtt: {broker} keeps disconnecting this device: {perhaps}another device has the same name, "
                f"{self._client_id}; give each a device.id of its own{alternative}"
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
        self._handlers.problem(sentence if isinstance(sentence, TechnicalText) else TechnicalText(sentence, HOME_AWAY))
