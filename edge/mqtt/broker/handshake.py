"""Connecting to a broker: what a failure means, and what the next try does differently."""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

import paho.mqtt.client as paho

from edge.config import MqttConfig
from edge.mqtt import reasons
from edge.mqtt.bounded_client import BoundedMqttClient
from edge.mqtt.broker.limits import Limits
from edge.mqtt.callbacks import ClientState
from edge.mqtt.client import thread_alive
from edge.sentences import Sentence

log = logging.getLogger(__name__)
ANSWER_TIMEOUT_S = 10.0
# A broker that says nothing to MQTT 5 for so long may not know it.
GUESS_AFTER_S = 5.0
NEWEST, OLDER = "5", "3.1.1"
_IF_ASKED, _PORT_AND_TLS = Sentence("mqtt.client_cert, if it asks for one"), Sentence("mqtt.port and mqtt.tls")


@dataclass(frozen=True)
class Failure:
    """Why there is no connection. sentence: None where the next try, at once, does something differently.

    lasting: the next try will most likely fail, too.
    """

    sentence: str | None
    lasting: bool = False


class Handshake:
    """Opens connections, and remembers what failures said about the broker.

    protocol: the version that is spoken now. learned: limits that refusals told.
    """

    def __init__(self, config: MqttConfig, *, client_id: str, will: str, stopping: Callable[[], bool]) -> None:
        """will: the topic of the last will, empty for none."""
        self.protocol: str = config.protocol
        self.learned = Limits()
        self._config, self._client_id, self._will, self._stopping = config, client_id, will, stopping
        self._broker = f"{config.host}:{config.port}"
        # 3.1.1 is spoken because the broker said nothing to MQTT 5.
        self._guessed = False

    def open(self, client: BoundedMqttClient) -> Failure | None:
        """Connect to the port; returns None once that is done."""
        config, broker = self._config, self._broker
        try:
            client.begin(str(config.host), config.port, config.keepalive)
        except ssl.SSLCertVerificationError as error:
            return Failure(reasons.untrusted(error.verify_code, error.verify_message, broker), lasting=True)
        except paho.WebsocketConnectionError as error:
            self.take_guess_back()
            return Failure(f"mqtt: {broker} takes no websocket ({error}); see mqtt.websocket_path and mqtt.port")
        except (OSError, ValueError) as error:
            self.take_guess_back()
            if config.tls and isinstance(error, (ssl.SSLError, ConnectionResetError, BrokenPipeError)):
                reason = getattr(error, "reason", None) or error
                return Failure(
                    Sentence(
                        "mqtt: TLS with {broker} failed ({reason}); see mqtt.tls and mqtt.port",
                        broker=broker,
                        reason=str(reason),
                    )
                )
            return Failure(f"mqtt: no broker answers at {broker} ({error}); trying again, see mqtt.host")
        return None

    def await_answer(self, client: BoundedMqttClient, state: ClientState) -> Failure | None:
        """Wait for the broker's answer; returns None if it accepts."""
        began_at, limit_s = time.monotonic(), ANSWER_TIMEOUT_S
        while not state.answered.wait(0.05):
            if self._stopping():
                return Failure(None)
            closed = state.lost.is_set() or not thread_alive(client)
            if state.answered.is_set():
                break
            if closed and state.stated:
                state.refusal = state.reason
                break
            if closed and client.version_refused:
                return self._version_refused(reasons.UNSUPPORTED_PROTOCOL, "Unsupported protocol version", state)
            newest = self.protocol == NEWEST
            if closed or time.monotonic() > began_at + (min(GUESS_AFTER_S, limit_s) if newest else limit_s):
                if newest:
                    self.protocol, self._guessed = OLDER, True
                    return Failure(None)
                self.take_guess_back()
                hint = _IF_ASKED if self._config.tls else _PORT_AND_TLS
                return Failure(
                    Sentence(
                        "mqtt: {broker} accepts the connection but doesn't answer; see {hint}",
                        broker=self._broker,
                        hint=hint,
                    )
                )
        if state.refusal is None:
            return None
        code, name = state.refusal.value, str(state.refusal)
        if code == reasons.UNSUPPORTED_PROTOCOL:
            return self._version_refused(code, name, state)
        # It may take a connection without what it refuses.
        return Failure(None) if self.learn(code) else self._refused(code, name, state)

    def learn(self, code: int) -> bool:
        """Take the reason code of a refusal; returns whether it says something new about the broker's limits."""
        before, self.learned = self.learned, self.learned.learned(code)
        return self.learned != before

    def take_guess_back(self) -> None:
        """Begin with the configured version again, if the broker didn't itself refuse it."""
        if self._guessed:
            self.protocol, self._guessed = self._config.protocol, False

    def _version_refused(self, code: int, name: str, state: ClientState) -> Failure:
        """Try 3.1.1 once; a failure if that isn't taken, either."""
        if self.protocol == NEWEST:
            log.info("mqtt: the broker doesn't speak MQTT 5; trying 3.1.1 (set mqtt.protocol to skip this)")
            self.protocol = OLDER
            return Failure(None)
        self.protocol = self._config.protocol
        return self._refused(code, name, state)

    def _refused(self, code: int, name: str, state: ClientState) -> Failure:
        said, server = state.told("ReasonString"), state.told("ServerReference")
        sentence = reasons.refused(code, name, client_id=self._client_id, will=self._will, said=said, server=server)
        return Failure(sentence, lasting=code not in reasons.PASSING)
