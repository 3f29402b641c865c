"""The check of the broker: connects under a name of its own, and tries what the device does with it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from edge.config import Config
from edge.errors import ConfigError
from edge.health.check.result import Passed
from edge.sentences import Sentence, exact
from edge.system.secrets import secret

# Long enough for an attempt with MQTT 5 and one with 3.1.1.
CONNECT_TIMEOUT_S = 16.0
BROKER_TIMEOUT_S = 8.0
# How long an own message may take to come back.
RETURNED_WITHIN_S = 2.0
# Tried with a retained message; the device itself doesn't use it.
TRIAL_TOPIC = "check"


def broker(config: Config, *, password: str | None = None) -> Passed:
    """Whether the broker takes and delivers what the device publishes; raises ConfigError with what it doesn't.

    password: in place of the one that is kept for mqtt.username.
    """
    mqtt = config.mqtt
    if mqtt.host is None:
        return Passed("no broker is set (mqtt.host), so nothing is published")
    trial = _Trial(config, password)
    try:
        problems = trial.run()
    finally:
        trial.connection.stop(1.0)
    if problems:
        raise ConfigError(_joined(list(dict.fromkeys(problems))))
    version = "" if trial.protocol == mqtt.protocol else f", which speaks MQTT {trial.protocol}; see mqtt.protocol"
    note = f"; but {trial.note.removeprefix('mqtt: ')}" if trial.note else ""
    return Passed(f"connected to {mqtt.host}:{mqtt.port}{version}{note}")


def _joined(problems: list[str]) -> str:
    first, *others = problems
    return Sentence("{first}; also: {more}", first=exact(first), more=_joined(others)) if others else exact(first)


class _Trial:
    """One connection to the broker, which disturbs neither a running device nor a home."""

    def __init__(self, config: Config, password: str | None) -> None:
        from edge.mqtt.callbacks import Handlers
        from edge.mqtt.connection import MqttConnection
        from edge.mqtt.topics import STATUS, base_of, client_id_of

        mqtt, device = config.mqtt, config.device.id
        if password is None and mqtt.username is not None:
            password = secret("mqtt_password", mqtt.password_file)
        self._config, self._base = config, base_of(mqtt.base_topic, device)
        self._problems: list[str] = []
        # The version that the broker speaks, and what it lacks although the device works with it.
        self.protocol: str = mqtt.protocol
        self.note = ""
        self._heard: list[tuple[str, bool]] = []
        self._answered, self._connected, self._lost = threading.Event(), threading.Event(), threading.Event()
        self.connection = MqttConnection(
            mqtt,
            client_id=client_id_of(mqtt, device, "check"),
            password=password if mqtt.username is not None else None,
            # Never sent, since the trial disconnects properly; but a broker may refuse it.
            will=(f"{self._base}/{STATUS}", "offline"),
            handlers=Handlers(
                connected=self._on_connected,
                disconnected=self._lost.set,
                tick=lambda: None,
                message=lambda topic, payload, retained: self._heard.append((topic, retained and bool(payload))),
                acked=lambda _: None,
                problem=self._on_problem,
            ),
        )

    def run(self) -> list[str]:
        """Everything that doesn't work."""
        from edge.mqtt.reasons import NO_RETAIN, NO_WILDCARDS
        from edge.room.commands import COMMANDS

        mqtt, delivery = self._config.mqtt, self.connection.delivery
        place = f"{mqtt.host}:{mqtt.port}"
        self.connection.start()
        self._answered.wait(CONNECT_TIMEOUT_S)
        if not self._connected.wait(0.5 if self._answered.is_set() else 0.0):
            silent = Sentence("mqtt.host: {broker} doesn't answer; check that the broker runs", broker=place)
            return self._problems[-1:] or [silent]
        event, kept = f"{self._base}/event", f"{self._base}/{TRIAL_TOPIC}"
        subscriptions = delivery.subscriptions
        subscriptions.subscribe_all(f"{self._base}/set/#", [f"{self._base}/set/{name}" for name in COMMANDS])
        for topic in self._foreign_topics():
            self.connection.subscribe(topic, retained=True)
        self.connection.subscribe(event, needed=False)
        delivery.publish(kept, "1", retain=True)
        self._try_discovery()
        acknowledged, returned = self._send_to_itself(event)
        if not acknowledged:
            return [Sentence("mqtt: {broker} doesn't acknowledge messages; see its log", broker=place)]
        if self._lost.is_set():
            return self._problems[-1:]
        delivery.retry(time.monotonic())
        # The topic of the trial itself needn't be allowed.
        allowed = delivery.dismiss(kept)
        problems = delivery.problems()
        if NO_WILDCARDS in problems:
            problems.remove(NO_WILDCARDS)
            self.note = NO_WILDCARDS
        if problems:
            return problems
        if not returned:
            return [
                Sentence(
                    "mqtt: what this device publishes to {topic} doesn't come back; see the broker's access list (ACL)",
                    topic=event,
                )
            ]
        if allowed:
            self.connection.subscribe(kept, retained=True, needed=False)
            is_kept = self._wait_for(lambda: (kept, True) in self._heard)
            delivery.publish(kept, None, retain=True)
            self.connection.flush(BROKER_TIMEOUT_S)
            return [] if is_kept else [NO_RETAIN]
        return []

    def _send_to_itself(self, topic: str) -> tuple[bool, bool]:
        """Publish to a topic that is subscribed to: whether the broker acknowledges everything, and returns this.

        Twice at most, since some brokers take a message before the subscriptions that were sent earlier.
        """
        returned = False
        for _ in range(2):
            self.connection.delivery.publish(topic, '{"event": "broker_checked"}', retain=False)
            if not self.connection.flush(BROKER_TIMEOUT_S):
                return False, False
            returned = self._wait_for(lambda: any(heard == topic for heard, _ in self._heard))
            if returned or self._lost.is_set():
                break
        return True, returned

    def _foreign_topics(self) -> list[str]:
        mqtt = self._config.mqtt
        birth = mqtt.birth_topic if mqtt.discovery != "off" else None
        return [topic for topic in (birth, mqtt.presence_topic) if topic is not None]

    def _try_discovery(self) -> None:
        """See what is too large. Where the device has run before, also publish one message again, not retained."""
        from edge import __version__
        from edge.mqtt.discovery import discovery
        from edge.mqtt.discovery_publisher import as_text
        from edge.mqtt.memory import memory

        known = bool(memory().discovery)
        for index, (topic, payload) in enumerate(discovery(self._config, version=__version__).topics.items()):
            text = as_text(payload)
            if self.connection.delivery.fits(topic, text) and known and index == 0:
                self.connection.publish(topic, text, retain=False)

    def _wait_for(self, true: Callable[[], bool]) -> bool:
        until = time.monotonic() + RETURNED_WITHIN_S
        while not true() and not self._lost.is_set() and time.monotonic() < until:
            time.sleep(0.02)
        return true()

    # In the connection's thread.

    def _on_connected(self) -> None:
        self._problems.clear()
        self._lost.clear()
        self.protocol = self.connection.protocol
        self._connected.set()
        self._answered.set()

    def _on_problem(self, text: str | None) -> None:
        if text:
            self._problems.append(text)
            self._answered.set()
