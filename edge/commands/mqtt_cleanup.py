"""`moodroom mqtt cleanup`: removes everything retained that this device has put on the broker."""

from __future__ import annotations

import threading
from typing import TextIO

from edge.config import Config
from edge.errors import BrokerError, ConfigError
from edge.mqtt.connection import Handlers, MqttConnection
from edge.mqtt.device import RETAINED
from edge.mqtt.discovery import discovery
from edge.mqtt.memory import DiscoveryMemory, memory
from edge.system.secrets import secret

# Seconds to wait for the broker, and for what it has retained.
CONNECT_WITHIN, LISTEN = 15.0, 1.0


def cleanup(config: Config, out: TextIO) -> int:
    """Remove it, and say how much it was; gives the exit code. Raises BrokerError where the broker can't be reached."""
    mqtt, device = config.mqtt, config.device.id
    if mqtt.host is None:
        raise ConfigError("mqtt.host: no broker is set, so there is nothing to remove")
    remembered, base = memory(), f"{mqtt.base_topic}/{device}"
    places = [
        *{f"{base}/#", f"{remembered.base or base}/#"},
        f"{mqtt.discovery_prefix}/device/{device}/config",
        f"{mqtt.discovery_prefix}/+/{device}/+/config",
    ]
    found: dict[str, bytes] = {}
    problems: list[str] = []
    heard, up = threading.Event(), threading.Event()

    def message(topic: str, payload: bytes, retained: bool) -> None:
        if retained and payload:
            found[topic] = payload

    def problem(text: str | None) -> None:
        if text is not None:
            problems.append(text)
            heard.set()

    def accepted() -> None:
        for place in places:
            link.subscribe(place, retained=True)
        up.set()
        heard.set()

    password = secret("mqtt_password", mqtt.password_file) if mqtt.username is not None else None
    link = MqttConnection(
        mqtt,
        client_id=f"moodroom-{device}-cleanup",
        password=password,
        will=None,
        handlers=Handlers(accepted, _nothing, _nothing, message, lambda _: None, problem),
    )
    link.start()
    try:
        heard.wait(CONNECT_WITHIN)
        if not up.is_set():
            raise BrokerError(problems[0] if problems else f"mqtt.host: {mqtt.host}:{mqtt.port} doesn't answer")
        threading.Event().wait(LISTEN)
        # What we may not look at is removed all the same.
        bases = {base, remembered.base or base}
        shown = {topic for topic in found if topic.startswith(f"{mqtt.discovery_prefix}/")} | {*remembered.discovery}
        _remove(link, shown or {*discovery(config, version="").topics})
        # Home Assistant lets go of the entities before their states go: it warns of an empty state.
        threading.Event().wait(LISTEN)
        _remove(link, ({*found} - shown) | {f"{base}/{name}" for base in bases for name in RETAINED})
    finally:
        link.stop(1.0)
    DiscoveryMemory(None, {}).save()
    print(f"removed what was retained of {base}: {len(found)} topics", file=out)
    if found.get(f"{base}/status") == b"online":
        print("the device seems to run: stop it first, or it publishes all of it again", file=out)
    return 0


def _remove(link: MqttConnection, topics: set[str]) -> None:
    for topic in sorted(topics):
        while link.publish(topic, None) is None:
            if not link.flush(CONNECT_WITHIN):
                raise BrokerError("mqtt: the broker takes no more; try again")
    if not link.flush(CONNECT_WITHIN):
        raise BrokerError("mqtt: the broker didn't confirm; try again")


def _nothing() -> None:
    pass
