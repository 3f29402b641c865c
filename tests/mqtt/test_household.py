"""Real-world MQTT: certificates, access lists, brokers that hang, devices that share a name."""

from __future__ import annotations

import contextlib
import gc
import json
import random
import signal
import socket
import ssl
import subprocess
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paho.mqtt.enums import CallbackAPIVersion

from edge.config import Config, MqttConfig, MusicConfig
from edge.errors import ConfigError
from edge.events import CommandRejected
from edge.mqtt import backoff, discovery_publisher
from edge.mqtt.broker import handshake
from edge.mqtt.client import tls_context
from edge.mqtt.device import REPEAT_AFTER_S, MqttDevice
from edge.mqtt.discovery import Discovery, discovery
from edge.mqtt.event_queue import EVENT_LIFETIME_S, MAX_WAITING
from edge.mqtt.memory import MEMORY_FILE, DiscoveryMemory, memory
from edge.mqtt.topics import MAX_COMMAND_BYTES, read_command
from edge.music.director import Director
from edge.room.commands import PLAYBACK_ACTS, execute
from edge.room.room import Room
from edge.system import state
from edge.text import OFF_WORDS, ON_WORDS, clean
from edge.values import EXPRESSIONS, Command, Control
from tests.broker import Broker, Listener, broker, free_port, running
from tests.mqtt.mqtt_device import Device, Make, device
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker", "device"]
BASE = "moodroom/kitchen"
DEVICE_TOPIC = "homeassistant/device/moodroom_kitchen/config"


def home(**mqtt: Any) -> Discovery:
    return discovery(Config.model_validate({"device": {"id": "kitchen"}, "mqtt": mqtt}), version="1")


def retained(port: int) -> dict[str, str]:
    """Everything that a new client receives."""
    with Listener(port) as listener:
        listener.publish("test/marker", "x")
        wait_for(lambda: listener.last("test/marker") is not None)
        return {topic: text for topic, text, kept in listener.heard if kept}


# --- certificates -----------------------------------------------------------------------------------------------------


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate authority with certificates of a server and a client, and one from another authority.

    bare.crt is the authority's without the extension that Python 3.13 demands.
    """
    folder = tmp_path_factory.mktemp("authority")
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    for name in ("ca", "other"):
        _openssl(
            folder, "req", "-x509", *key, "-keyout", f"{name}.key", "-out", f"{name}.crt", "-subj", f"/CN={name}",
            "-addext", "keyUsage=critical,keyCertSign",
        )  # fmt: skip
    _openssl(folder, "req", "-x509", "-key", "ca.key", "-out", "bare.crt", "-subj", "/CN=ca")
    for name, alternative in (("server", "IP:127.0.0.1"), ("client", "DNS:client"), ("elsewhere", "DNS:elsewhere")):
        (folder / "extensions").write_text(f"subjectAltName={alternative}\nauthorityKeyIdentifier=keyid\n")
        _openssl(folder, "req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        _openssl(
            folder, "x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial",
            "-out", f"{name}.crt", "-extfile", "extensions",
        )  # fmt: skip
    return folder


@pytest.fixture
def encrypted(tmp_path: Path, authority: Path) -> Iterator[Callable[..., int]]:
    """encrypted(certificate, ask): a broker with TLS; returns the port. ask: require a client certificate."""
    brokers: list[Broker] = []

    def start(certificate: str = "server", *, ask: bool = False) -> int:
        port = free_port()
        extra = (
            f"listener {port} 127.0.0.1\ncafile {authority}/ca.crt\ncertfile {authority}/{certificate}.crt\n"
            f"keyfile {authority}/{certificate}.key\nrequire_certificate {'true' if ask else 'false'}"
        )
        brokers.append(Broker(tmp_path, extra=extra))
        brokers[-1].start()
        return port

    yield start
    for one in brokers:
        one.stop()


def test_a_private_certificate_authority_is_trusted(
    encrypted: Callable[..., int], authority: Path, device: Make
) -> None:
    one = device(encrypted(), tls=True, ca_file=str(authority / "ca.crt"))
    assert one.mqtt.wait_connected(PATIENCE)
    assert one.problems == [None]


@pytest.mark.parametrize(
    ("certificate", "ca", "words"),
    [
        ("server", "other.crt", "isn't trusted"),
        ("server", None, "isn't trusted"),
        ("elsewhere", "ca.crt", "isn't trusted: IP"),
    ],
)  # fmt: skip
def test_a_wrong_certificate_is_named_and_never_accepted(
    encrypted: Callable[..., int], authority: Path, device: Make, certificate: str, ca: str | None, words: str
) -> None:
    with warnings.catch_warnings(record=True) as unclosed:
        warnings.simplefilter("always", ResourceWarning)
        one = device(encrypted(certificate), tls=True, ca_file=ca and str(authority / ca))
        wait_for(lambda: bool(one.problems), "a problem")
        assert one.reported(words) and one.reported("mqtt.ca_file")
        assert not one.mqtt.wait_connected(1.5)
        assert len(one.problems) == 1
        gc.collect()
    assert not any("SSLSocket" in str(warning.message) for warning in unclosed)


def test_a_client_certificate_is_accepted(encrypted: Callable[..., int], authority: Path, device: Make) -> None:
    port, ca = encrypted(ask=True), str(authority / "ca.crt")
    bare = device(port, tls=True, ca_file=ca)
    wait_for(lambda: bare.reported("mqtt.client_cert"), "the named problem")
    pair = {"client_cert": str(authority / "client.crt"), "client_key": str(authority / "client.key")}
    one = device(port, tls=True, ca_file=ca, **pair)
    assert one.mqtt.wait_connected(PATIENCE)


def test_tls_to_a_plain_port_is_reported(broker: Broker, authority: Path, device: Make) -> None:
    one = device(broker.port, tls=True, ca_file=str(authority / "ca.crt"))
    wait_for(lambda: one.reported("mqtt.tls"), "a problem")


def test_plain_mqtt_to_a_tls_port_is_reported(encrypted: Callable[..., int], device: Make) -> None:
    one = device(encrypted())
    wait_for(lambda: one.reported("mqtt.tls"), "a problem")


@pytest.mark.parametrize(
    "bad",
    [
        {"ca_file": "/nowhere.pem"},
        {"client_cert": "/nowhere.pem"},
        {"client_cert": "client.crt", "client_key": "ca.key"},
        {"ca_file": "ca.key"},
    ],
)
def test_an_unreadable_certificate_is_reported(authority: Path, bad: dict[str, str]) -> None:
    paths = {key: str(authority / name) for key, name in bad.items()}
    with pytest.raises(ConfigError, match=r"^mqtt\.(ca_file|client_cert): "):
        Device(1, tls=True, **paths)


def test_certificates_without_tls_and_keys_without_certificates_are_refused() -> None:
    for wrong in ({"client_cert": "x"}, {"tls": True, "client_key": "x"}):
        with pytest.raises(ValueError, match=r"mqtt\.(tls|client_cert)"):
            MqttConfig.model_validate(wrong)


def test_tls_always_verifies() -> None:
    context = tls_context(MqttConfig(tls=True))
    assert context.verify_mode is ssl.CERT_REQUIRED and context.check_hostname


def test_websockets(tmp_path: Path, device: Make) -> None:
    port = free_port()
    with running(tmp_path, extra=f"listener {port} 127.0.0.1\nprotocol websockets"):
        one = device(port, websockets=True)
        assert one.mqtt.wait_connected(PATIENCE)


# --- access lists -----------------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Callable[[str], Broker]]:
    """guarded(acl): a broker with users `kitchen` and `person`; the person is allowed everything."""
    brokers: list[Broker] = []

    def start(acl: str) -> Broker:
        for name, option in (("kitchen", "-c"), ("person", "-b")):
            subprocess.run(
                ["mosquitto_passwd", *{"-b", option}, str(tmp_path / "passwords"), name, "secret"], check=True
            )
        (tmp_path / "acl").write_text(f"user person\ntopic readwrite #\nuser kitchen\n{acl}\n")
        extra = f"password_file {tmp_path}/passwords\nacl_file {tmp_path}/acl"
        brokers.append(Broker(tmp_path, extra=extra, anonymous=False))
        brokers[-1].start()
        return brokers[-1]

    yield start
    for one in brokers:
        one.stop()


LOGIN = {"username": "kitchen", "password": "secret"}


def test_the_documented_access_list_is_sufficient(guarded: Callable[[str], Broker], device: Make) -> None:
    acl = (
        f"topic readwrite {BASE}/#\ntopic read homeassistant/status\n"
        "topic readwrite homeassistant/+/moodroom_kitchen/config\n"
        "topic readwrite homeassistant/+/moodroom_kitchen/+/config"
    )
    server = guarded(acl)
    one = device(server.port, home=home(), **LOGIN)
    assert one.mqtt.wait_connected(PATIENCE)
    one.mqtt.publish_state("mood", {"mood": "sad"})
    with Listener(server.port, username="person", password="secret") as person:
        wait_for(lambda: person.last(DEVICE_TOPIC) is not None and person.last(f"{BASE}/mood") is not None)
        person.publish(f"{BASE}/set/mood", "happy")
        wait_for(lambda: bool(one.commands))
    assert one.problems == [None]


def test_what_the_access_list_forbids_is_reported(guarded: Callable[[str], Broker], device: Make) -> None:
    one = device(guarded(f"topic readwrite {BASE}/#").port, home=home(), **LOGIN)
    wait_for(lambda: one.reported(f"publish to {DEVICE_TOPIC}"), "the named problem")
    assert one.mqtt.wait_connected(1)


def test_what_was_forbidden_is_published_once_it_is_allowed(
    guarded: Callable[[str], Broker], device: Make, tmp_path: Path
) -> None:
    server = guarded(f"topic readwrite {BASE}/status")
    one = device(server.port, home=home(), **LOGIN)
    one.mqtt.publish_state("mood", {"mood": "sad"})
    wait_for(lambda: one.reported(f"publish to {DEVICE_TOPIC}, {BASE}/mood; see its access list"), "both topics")
    acl = tmp_path / "acl"
    acl.write_text(f"{acl.read_text()}topic readwrite #\n")
    server.send(signal.SIGHUP)
    with Listener(server.port, username="person", password="secret") as person:
        wait_for(
            lambda: person.last(DEVICE_TOPIC) and person.last(f"{BASE}/mood") == '{"mood": "sad"}', "both messages"
        )
        wait_for(lambda: one.problems[-1] is None, "the end of the problem")


def test_a_corrected_password_is_accepted(guarded: Callable[[str], Broker], device: Make) -> None:
    port = guarded("topic readwrite #").port
    one = device(port, username="kitchen", password="wrong")
    wait_for(lambda: one.reported("refuses"), "the refusal")
    assert one.reported("mqtt.username")
    again = device(port, **LOGIN)
    assert again.mqtt.wait_connected(PATIENCE)


# --- brokers that hang ------------------------------------------------------------------------------------------------


class Swallower:
    """A TCP proxy that can accept data and forward nothing, like a dead Wi-Fi bridge."""

    def __init__(self, port: int) -> None:
        self.swallowing = False
        self._to = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._open = [self._server]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._server.accept()
                there = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                return
            self._open += [here, there]
            for pair in ((here, there), (there, here)):
                threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if not self.swallowing:
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self) -> None:
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


def test_a_half_open_connection_is_noticed_and_all_state_is_published(broker: Broker, device: Make) -> None:
    proxy = Swallower(broker.port)
    one = device(proxy.port, keepalive=5)
    assert one.mqtt.wait_connected(PATIENCE)
    one.mqtt.publish_state("mood", {"mood": "sad"})
    proxy.swallowing = True
    began = time.monotonic()
    one.mqtt.publish_state("mood", {"mood": "happy"})
    wait_for(lambda: not one.mqtt.wait_connected(0), "the loss")
    assert time.monotonic() - began < 40, "twice the keepalive, and a moment for a busy machine"
    assert one.reported("was lost")
    one.mqtt.publish_state("presence", "ON")
    proxy.swallowing = False
    wait_for(lambda: one.mqtt.wait_connected(0), "a connection")
    assert one.mqtt._connection.flush(PATIENCE)
    found = retained(broker.port)
    proxy.close()
    assert (found[f"{BASE}/mood"], found[f"{BASE}/presence"]) == ('{"mood": "happy"}', "ON")
    assert found[f"{BASE}/status"] == "online"


def test_a_broker_that_was_frozen_gets_the_newest_state(broker: Broker, device: Make) -> None:
    one = device(broker.port)
    assert one.mqtt.wait_connected(PATIENCE)
    broker.send(signal.SIGSTOP)
    for index in range(3000):
        one.mqtt.publish_state("mood", {"mood": str(index)})
    broker.send(signal.SIGCONT)
    with Listener(broker.port, f"{BASE}/mood") as listener:
        wait_for(lambda: listener.last(f"{BASE}/mood") == '{"mood": "2999"}', "the newest state")


def test_a_broker_that_never_answers_is_abandoned(
    broker: Broker, device: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handshake, "ANSWER_TIMEOUT_S", 0.5)
    proxy = Swallower(broker.port)
    proxy.swallowing = True
    one = device(proxy.port)
    wait_for(lambda: one.reported("doesn't answer"), "the named problem")
    proxy.swallowing = False
    assert one.mqtt.wait_connected(PATIENCE)
    proxy.close()


def test_a_broker_with_a_full_disk_still_works(tmp_path: Path, device: Make) -> None:
    full = tmp_path / "full"
    # Root can write everywhere, but can't replace a folder with a file.
    (full / "mosquitto.db.new" / "x").mkdir(parents=True)
    extra = f"autosave_interval 1\npersistence_location {full}/\npersistence_file mosquitto.db"
    server = Broker(tmp_path, extra=extra)
    text = (tmp_path / "mosquitto.conf").read_text().replace("persistence false", "persistence true")
    (tmp_path / "mosquitto.conf").write_text(text)
    server.start()
    try:
        one = device(server.port)
        assert one.mqtt.wait_connected(PATIENCE)
        one.mqtt.publish_state("mood", {"mood": "sad"})
        wait_for(lambda: "Error" in (tmp_path / "mosquitto.log").read_text(), "the broker's error")
        one.mqtt.publish_state("mood", {"mood": "happy"})
        wait_for(lambda: retained(server.port).get(f"{BASE}/mood") == '{"mood": "happy"}')
        server.stop()
        server.start()
        wait_for(lambda: one.mqtt.wait_connected(0), "a connection")
        assert one.mqtt._connection.flush(PATIENCE)
        assert retained(server.port)[f"{BASE}/mood"] == '{"mood": "happy"}'
    finally:
        server.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_everything_is_published_right_after_a_restart(broker: Broker, device: Make, number: signal.Signals) -> None:
    one = device(broker.port, home=home())
    assert one.mqtt.wait_connected(PATIENCE)
    for topic in ("mood", "health", "player"):
        one.mqtt.publish_state(topic, {"of": topic})
    broker.send(number)
    wait_for(lambda: not one.mqtt.wait_connected(0))
    broker.stop()
    one.mqtt.publish_state("mood", {"of": "newer"})
    broker.start()
    wait_for(lambda: one.mqtt.wait_connected(0), "a connection")
    assert one.mqtt._connection.flush(PATIENCE)
    found = retained(broker.port)
    assert set(found) == {DEVICE_TOPIC, *(f"{BASE}/{name}" for name in ("status", "mood", "health", "player"))}
    assert found[f"{BASE}/mood"] == '{"of": "newer"}'


def test_a_network_thread_that_died_silently_is_noticed(broker: Broker, device: Make) -> None:
    one = device(broker.port)
    assert one.listens()
    link = one.mqtt._connection
    client = link.delivery._client
    assert client is not None

    def explode(*_: object) -> None:
        raise RuntimeError("a bug in a callback")

    # pytest would report the thread's exception, which is intended here.
    before, threading.excepthook = threading.excepthook, lambda _: None
    try:
        client.on_message = explode
        with Listener(broker.port) as person:
            person.publish(f"{BASE}/set/mood", "happy")
            wait_for(lambda: link.delivery._client is not client, "the loss")
            # It publishes its status after it has subscribed; that of the first client was received as retained.
            wait_for(lambda: person.heard.count((f"{BASE}/status", "online", False)) >= 1, "a new client")
            person.publish(f"{BASE}/set/mood", "sad")
            wait_for(lambda: bool(one.commands), "a command")
    finally:
        threading.excepthook = before
    assert one.commands[0].value == "sad"


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_two_devices_of_one_name_are_reported_and_slow_down(
    broker: Broker, device: Make, protocol: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backoff, "FIRST_WAIT_S", 0.1)
    both = [device(broker.port, protocol=protocol) for _ in "12"]
    wait_for(lambda: any(one.reported("device.id") for one in both), "the named problem")
    assert any(one.reported("moodroom-kitchen") for one in both)


# --- Home Assistant ---------------------------------------------------------------------------------------------------


def test_discovery_is_published_on_each_connect_and_when_home_assistant_starts(broker: Broker, device: Make) -> None:
    one = device(broker.port, home=home())
    assert one.mqtt.wait_connected(PATIENCE)
    with Listener(broker.port) as person:
        wait_for(lambda: person.last(DEVICE_TOPIC) is not None)
        for keep in (False, True):
            person.heard.clear()
            person.publish("homeassistant/status", "offline", retain=keep)
            person.publish("homeassistant/status", "online", retain=keep)
            wait_for(lambda: person.last(DEVICE_TOPIC) is not None, "discovery")
            wait_for(lambda: person.last(f"{BASE}/status") == "online", "the state after it")
    assert one.commands == []


@pytest.mark.parametrize(
    ("settings_", "topic", "word"),
    [
        ({}, "homeassistant/status", "Online"),
        ({"discovery_prefix": "ha"}, "homeassistant/status", "online"),
        ({"birth_topic": "hass/birth"}, "hass/birth", " ONLINE\n"),
    ],
)
def test_the_birth_message_has_a_topic_of_its_own(
    broker: Broker, device: Make, settings_: dict[str, Any], topic: str, word: str
) -> None:
    messages = home(**settings_)
    one = device(broker.port, home=messages)
    assert one.listens()
    (topic_of_device,) = messages.topics
    with Listener(broker.port) as person:
        wait_for(lambda: person.last(topic_of_device) is not None)
        person.heard.clear()
        person.publish(topic, word)
        wait_for(lambda: person.last(topic_of_device) is not None, "discovery")
    assert one.commands == []


def test_nothing_is_left_after_switching_off_moving_and_renaming(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery_publisher, "STAGE_INTERVAL_S", 0.1)

    def once(id_: str, **mqtt: Any) -> dict[str, str]:
        config = Config.model_validate(
            {"device": {"id": id_}, "mqtt": {"host": "127.0.0.1", "port": broker.port} | mqtt}
        )
        now = discovery(config, version="1")
        one = MqttDevice(
            config.mqtt, device=id_, password=None, on_command=lambda _: None, on_problem=lambda _: None, home=now
        )
        one.start()
        assert one.wait_connected(PATIENCE)
        one.publish_state("mood", {"mood": "sad"})
        wait_for(lambda: memory() == DiscoveryMemory(one.base, now.remembered()), "the memory")
        one.stop()
        found = retained(broker.port)
        assert {topic for topic in found if topic.startswith(("homeassistant", "ha/"))} == set(now.topics)
        assert {topic for topic in found if not topic.startswith(("homeassistant", "ha/"))} == {
            f"{one.base}/status", f"{one.base}/mood",
        }  # fmt: skip
        return found

    once("kitchen")
    once("kitchen", discovery="components")
    once("kitchen", discovery="device", discovery_prefix="ha")
    once("attic", discovery="components")
    once("attic", base_topic="upstairs/moods")
    once("attic", base_topic="upstairs/moods", discovery="off")


def test_a_damaged_memory_is_ignored(broker: Broker, device: Make) -> None:
    for text in ("", "[]", "{", '{"base": 7}', '{"base": "x", "discovery": {"a": 7}}', "null", '{"discovery": []}'):
        state.write(MEMORY_FILE, text)
        assert memory() == DiscoveryMemory(None, {})
    one = device(broker.port, home=home())
    assert one.mqtt.wait_connected(PATIENCE)


def test_cleanup_removes_everything_of_this_device_and_nothing_of_others(
    broker: Broker, tmp_path: Path, moodroom: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps({"device": {"id": "kitchen"}, "mqtt": {"host": "127.0.0.1", "port": broker.port}}))
    esphome = {"name": "Temperature", "uniq_id": "ESPsensor-kitchen", "dev": {"ids": "a1b2c3"}}
    others = {
        "moodroom/attic/mood": "x",
        f"{BASE}/thermostat": "21",
        f"{BASE}/thermostat/set": "22",
        f"{BASE}/set/temperature": "22",
        "homeassistant/device/attic/config": "x",
        "homeassistant/sensor/x/kitchen/config": "x",
        "homeassistant/sensor/kitchen/temperature/config": json.dumps(esphome),
        "homeassistant/device/kitchen/config": json.dumps({"dev": {"ids": "a1b2c3"}, "cmps": {"t": esphome}}),
        "homeassistant/sensor/moodroom_kitchen/odd/config": "not JSON",
        "homeassistant/sensor/kitchen/mood/config": json.dumps({"unique_id": "moodroom_kitchen-2_mood"}),
    }
    ours = {
        f"{BASE}/mood": "x",
        f"{BASE}/set/mood": "x",
        DEVICE_TOPIC: json.dumps(home().topics[DEVICE_TOPIC]),
        "homeassistant/sensor/kitchen/old/config": json.dumps({"unique_id": "moodroom_kitchen_old"}),
        "homeassistant/sensor/kitchen/older/config": json.dumps({"origin": {"name": "Moodroom"}}),
        f"{BASE}/status": "online",
    }
    with Listener(broker.port) as person:
        for topic, payload in (others | ours).items():
            person.publish(topic, payload, retain=True)
    done = moodroom("mqtt", "cleanup", "--config", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "6 topics" in done.stdout and "seems to run" in done.stdout
    assert retained(broker.port) == others
    again = moodroom("mqtt", "cleanup", "--config", path)
    assert "0 topics" in again.stdout and "seems to run" not in again.stdout


def test_cleanup_says_what_the_access_list_forbids(
    guarded: Callable[[str], Broker], tmp_path: Path, moodroom: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    port = guarded(f"topic read {BASE}/#").port
    (tmp_path / "password").write_text("secret")
    mqtt = {"host": "127.0.0.1", "port": port, "username": "kitchen", "password_file": str(tmp_path / "password")}
    (tmp_path / "config.yaml").write_text(json.dumps({"device": {"id": "kitchen"}, "mqtt": mqtt}))
    done = moodroom("mqtt", "cleanup", "--config", tmp_path / "config.yaml")
    assert done.returncode == 1 and done.stdout == ""
    assert f"doesn't allow this device to publish to {DEVICE_TOPIC}" in done.stderr


def test_cleanup_reports_what_is_wrong(
    tmp_path: Path, moodroom: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("device: {id: kitchen}")
    assert moodroom("mqtt", "cleanup", "--config", path).returncode == 2
    path.write_text("mqtt: {host: 127.0.0.1, port: 1}")
    done = moodroom("mqtt", "cleanup", "--config", path)
    assert (done.returncode, "no broker answers" in done.stderr) == (1, True)


# --- events and heartbeats --------------------------------------------------------------------------------------------


def test_events_wait_for_the_broker_a_minute_and_are_counted_when_dropped(
    tmp_path: Path, device: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Broker(tmp_path)
    one = device(server.port)
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() - EVENT_LIFETIME_S - 1)
    one.mqtt.publish_event({"event": "old"})
    monkeypatch.undo()
    one.mqtt.publish_event({"event": "new"})
    server.start()
    try:
        with Listener(server.port, f"{BASE}/event") as listener:
            wait_for(lambda: bool(listener.heard), "the event")
            one.mqtt.publish_event({"event": "last"})
            wait_for(lambda: len(listener.heard) == 2)
            assert [json.loads(text)["event"] for _, text, _ in listener.heard] == ["new", "last"]
    finally:
        server.stop()
    assert one.mqtt.dropped == 1


def test_an_endless_stream_of_events_without_a_broker_is_bounded() -> None:
    one = Device(1)
    for index in range(1000):
        one.mqtt.publish_event({"event": str(index)})
    assert one.mqtt.dropped == 1000 - MAX_WAITING


def test_an_unacknowledged_event_is_sent_again(broker: Broker, device: Make) -> None:
    one = device(broker.port)
    assert one.mqtt.wait_connected(PATIENCE)
    broker.send(signal.SIGSTOP)
    for index in range(30):
        one.mqtt.publish_event({"event": str(index)})
    broker.send(signal.SIGKILL)
    wait_for(lambda: not one.mqtt.wait_connected(0), "the loss")
    broker.stop()
    broker.start()
    with Listener(broker.port, f"{BASE}/event") as listener:
        wait_for(lambda: len(listener.heard) >= 30, "the events")
        assert [json.loads(text)["event"] for _, text, _ in listener.heard] == [str(index) for index in range(30)]


def test_state_is_repeated_before_it_expires_and_only_then(
    broker: Broker, device: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = device(broker.port)
    one.mqtt.publish_state("mood", {"mood": "sad"})
    one.mqtt.publish_state("profile", "everyday")
    assert one.mqtt.wait_connected(PATIENCE)
    before = one.mqtt.sent
    one.mqtt.repeat_states()
    assert one.mqtt.sent == before
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + REPEAT_AFTER_S)
    one.mqtt.repeat_states()
    one.mqtt.repeat_states()
    monkeypatch.undo()
    assert one.mqtt.sent == before + 2, "the mood, and the status, which a last will may have changed"


# --- anything on set/# ------------------------------------------------------------------------------------------------

VALID = {
    "mood": ["auto", *EXPRESSIONS],
    "camera": [*ON_WORDS, *OFF_WORDS, *(word.upper() for word in ON_WORDS + OFF_WORDS)],
    "control": [control.value for control in Control],
    "profile": ["a", "b"],
    "volume": [str(number) for number in range(101)],
    "playback": list(PLAYBACK_ACTS),
    "restart": ["PRESS"],
}
MUSIC = MusicConfig.model_validate({"profile": "a", "profiles": {"a": {"sad": "mpd:A"}, "b": {"sad": "mpd:B"}}})


class ObeyingDevice:
    """An MqttDevice whose commands go straight to a room; checks that only valid ones have an effect."""

    def __init__(self, **settings: Any) -> None:
        self.room = Room(Director(MUSIC), music=MUSIC)
        self.rejected = self.taken = 0
        self.mqtt = MqttDevice(
            MqttConfig(**{"host": "127.0.0.1", "port": 1} | settings),
            device="kitchen",
            password=None,
            on_command=self.execute,
            on_problem=lambda _: None,
        )

    def execute(self, command: Command) -> None:
        before = self.room.settings(), self.room.mood
        events = execute(self.room, 0.0, command)
        if command.value.strip() in VALID.get(command.name, []) and not command.fault:
            self.taken += 1
            assert CommandRejected not in [type(event) for event in events]
        else:
            self.rejected += 1
            assert [type(event) for event in events] == [CommandRejected]
            assert (self.room.settings(), self.room.mood) == before


def anything(random_: random.Random) -> tuple[str, bytes]:
    """A random topic below set/ and a payload: some valid, most almost valid, some arbitrary."""
    name = random_.choice([*VALID, *VALID, "", "mood/x", "Mood", "x" * 100, "ü", "../mood"])
    value = random_.choice(random_.choice(list(VALID.values())))
    payloads: list[Callable[[], bytes]] = [
        lambda: value.encode(),
        lambda: f" {value}\n".encode(),
        lambda: value.swapcase().encode(),
        lambda: random_.randbytes(random_.randrange(40)),
        lambda: random_.randbytes(MAX_COMMAND_BYTES + random_.randrange(3)),
        lambda: json.dumps({name: value}).encode(),
        lambda: value.encode("utf-16"),
        lambda: str(random_.uniform(-200, 200)).encode(),
        lambda: bytes([random_.randrange(256)]) * random_.randrange(2000),
    ]
    return name, random_.choice(payloads)()


def test_a_hundred_thousand_random_commands_change_only_what_valid_ones_may() -> None:
    one, random_ = ObeyingDevice(), random.Random(6)
    for _ in range(100_000):
        name, payload = anything(random_)
        one.mqtt._on_message(f"{BASE}/set/{name}", payload, random_.random() < 0.05)
    assert one.taken > 1000
    assert one.rejected > 50_000


def test_two_thousand_random_commands_through_a_broker(broker: Broker) -> None:
    one, random_ = ObeyingDevice(port=broker.port), random.Random(7)
    faults: list[str] = []
    execute_command = one.execute

    def watched(command: Command) -> None:
        try:
            execute_command(command)
        except AssertionError as error:
            faults.append(f"{command}: {error}")

    one.mqtt._on_command = watched
    one.mqtt.start()
    try:
        assert one.mqtt.wait_connected(PATIENCE) and one.mqtt._connection.flush(PATIENCE)
        with Listener(broker.port, "nothing") as person:
            for batch in range(10):
                # Mosquitto queues a thousand messages for a client, and drops more.
                for _ in range(200):
                    name, payload = anything(random_)
                    person._client.publish(f"{BASE}/set/{name}", payload, qos=1)
                wait_for(lambda: one.taken + one.rejected + len(faults) >= 200 * (batch + 1), "the batch")  # noqa: B023
            person.publish(f"{BASE}/set/mood", "fear")
            wait_for(lambda: one.room.override == "fear", "the last command")
        wait_for(lambda: one.taken + one.rejected == 2001, "all commands")
        assert one.mqtt.wait_connected(0)
    finally:
        one.mqtt.stop()
    assert faults == []


@settings(max_examples=300)
@given(
    st.sampled_from([*VALID]) | st.text(max_size=60),
    st.binary(max_size=MAX_COMMAND_BYTES + 10) | st.text().map(str.encode),
)
def test_any_payload_is_a_command_or_a_fault(name: str, payload: bytes) -> None:
    command = read_command(name, payload)
    assert command.name == name
    if len(payload) > MAX_COMMAND_BYTES:
        assert "longer than 1024 bytes" in command.fault and not command.value
    elif not command.fault:
        assert command.value == clean(payload.decode().strip(), MAX_COMMAND_BYTES)
    ObeyingDevice().execute(command)


def test_a_retained_command_is_ignored(broker: Broker, device: Make) -> None:
    one = device(broker.port)
    assert one.listens()
    with Listener(broker.port) as person:
        person.publish(f"{BASE}/set/camera", "OFF", retain=True)
        person.publish(f"{BASE}/set/camera", "ON")
        wait_for(lambda: bool(one.commands))
    assert [command.value for command in one.commands] == ["ON"]


def test_paho_has_the_private_attribute_that_is_used() -> None:
    assert hasattr(paho.Client(CallbackAPIVersion.VERSION2), "_thread")
