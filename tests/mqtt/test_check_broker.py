"""`moodroom check`'s row about the broker: it tries what the service does, and leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.config import Config
from edge.errors import ConfigError
from edge.health.check import broker as check
from edge.mqtt.memory import DiscoveryMemory
from tests.broker import Broker, Listener, broker, running
from tests.mqtt.mqtt_device import Make, device
from tests.mqtt.test_household import guarded, retained
from tests.scripted_broker import (
    MAXIMUM_PACKET_SIZE,
    MAXIMUM_QOS,
    RETAIN_AVAILABLE,
    WILDCARDS_AVAILABLE,
    Script,
    scripted,
)

__all__ = ["broker", "device", "guarded"]
BASE = "moodroom/kitchen"


def tried(port: int, **mqtt: Any) -> str:
    """The row's text, whether it works or not."""
    tree = {"device": {"id": "kitchen"}, "mqtt": {"host": "127.0.0.1", "port": port} | mqtt}
    try:
        return check.broker(Config.model_validate(tree)).text
    except ConfigError as error:
        return str(error)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_good_broker_passes_and_keeps_nothing(broker: Broker, device: Make, protocol: str) -> None:
    one = device(broker.port, protocol=protocol)
    assert one.listens()
    before = retained(broker.port)
    with Listener(broker.port, "homeassistant/#") as home:
        assert tried(broker.port, protocol=protocol) == f"connected to 127.0.0.1:{broker.port}"
        assert home.heard == []
    assert retained(broker.port) == before == {f"{BASE}/status": "online"}
    assert one.commands == [] and one.problems == [None], "the running device isn't disturbed"


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (Script(limits={RETAIN_AVAILABLE: 0}), "keeps no retained messages"),
        (Script(limits={MAXIMUM_QOS: 0}), "QoS 0 only"),
        (Script(limits={WILDCARDS_AVAILABLE: 0}), "; but the broker takes no subscriptions with wildcards"),
        (Script(limits={MAXIMUM_PACKET_SIZE: 2000}), "packets of up to 2000 bytes"),
        (Script(puback=lambda _: 0x87), f"doesn't allow this device to publish to {BASE}/event"),
        (Script(suback=lambda _: 0x87), f"subscribe to homeassistant/status, {BASE}/set/#"),
        (Script(disconnect=lambda _: 0x95), "Packet too large"),
        (Script(refuse=lambda _: 0x85), "moodroom-kitchen-check"),
    ],
)
def test_what_the_service_could_not_do_is_said(script: Script, words: str) -> None:
    with scripted(script) as server:
        assert words in tried(server.port)


def test_a_broker_that_acknowledges_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "BROKER_TIMEOUT_S", 1.0)
    with scripted(Script(acknowledges=False)) as server:
        assert "doesn't acknowledge" in tried(server.port)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_an_access_list_that_denies_all_is_named(
    guarded: Callable[[str], Broker], protocol: str, tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    server = guarded("topic read nothing")
    said = tried(server.port, username="kitchen", password_file=str(password), protocol=protocol)
    assert "access list (ACL)" in said and f"{BASE}/" in said


def test_discovery_that_is_denied_is_named_where_the_device_has_run(
    guarded: Callable[[str], Broker], tmp_path: Path
) -> None:
    password = tmp_path / "password"
    password.write_text("secret")
    server = guarded(f"topic readwrite {BASE}/#\ntopic readwrite homeassistant/+/kitchen/config")
    DiscoveryMemory(BASE, {"homeassistant/device/kitchen/config": {}}).save()
    said = tried(server.port, username="kitchen", password_file=str(password))
    assert "publish to homeassistant/device/moodroom_kitchen/config; see its access list" in said


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_mosquitto_without_retained_messages_is_named(tmp_path: Path, protocol: str) -> None:
    with running(tmp_path, extra="retain_available false") as server:
        said = tried(server.port, protocol=protocol)
    assert "retain" in said or (protocol == "3.1.1" and "connect" in said)
    assert not said.startswith("connected")
