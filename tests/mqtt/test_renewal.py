"""What changes while the device runs: passwords, certificates, a last will that comes late, a name that hangs."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.config import Config
from edge.daemon.broker import open_mqtt
from edge.daemon.inbox import Inbox
from edge.errors import ConfigError
from edge.mqtt import backoff
from edge.mqtt.client import tls_context
from edge.mqtt.device import REPEAT_AFTER_S
from edge.mqtt.reasons import untrusted
from edge.values import Problem
from tests.broker import Listener, broker, running
from tests.mqtt.mqtt_device import Device, Make, device
from tests.mqtt.test_household import authority, encrypted
from tests.scripted_broker import scripted
from tests.waiting import PATIENCE, wait_for

__all__ = ["authority", "broker", "device", "encrypted"]
BASE = "moodroom/kitchen"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "REFUSED_WAIT_S", 0.1)
    monkeypatch.setattr(backoff, "FIRST_WAIT_S", 0.05)


def test_a_password_that_is_corrected_is_read_at_the_next_attempt(tmp_path: Path) -> None:
    passwords, file = tmp_path / "passwords", tmp_path / "password"
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(passwords), "room", "right"], check=True)
    file.write_text("wrong")
    inbox = Inbox()
    said: list[str] = []

    def heard(words: str) -> bool:
        said.extend(item.message for item in inbox.drain() if isinstance(item, Problem))
        return any(words in one for one in said)

    with running(tmp_path, extra=f"password_file {passwords}", anonymous=False) as server:
        mqtt = {"host": "127.0.0.1", "port": server.port, "username": "room", "password_file": str(file)}
        made = open_mqtt(Config.model_validate({"device": {"id": "kitchen"}, "mqtt": mqtt}), inbox)
        assert made is not None
        made.start()
        try:
            wait_for(lambda: heard("mqtt.username"), "the refusal")
            file.unlink()
            wait_for(lambda: heard("no such file"), "the problem of a file that is gone")
            file.write_text("right")
            assert made.wait_connected(PATIENCE)
        finally:
            made.stop()


def test_a_password_file_that_is_missing_at_the_start_is_refused(tmp_path: Path) -> None:
    mqtt = {"host": "127.0.0.1", "username": "room", "password_file": str(tmp_path / "none")}
    with pytest.raises(ConfigError, match="no such file"):
        open_mqtt(Config.model_validate({"mqtt": mqtt}), Inbox())


def test_renewed_certificates_are_read_at_the_next_attempt(
    encrypted: Callable[..., int], authority: Path, device: Make, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.crt"
    shutil.copy(authority / "other.crt", ca)
    one = device(encrypted(), tls=True, ca_file=str(ca))
    wait_for(lambda: one.reported("isn't trusted"), "the refusal")
    ca.write_text("")
    wait_for(lambda: one.reported("mqtt.ca_file"), "the problem of a file that can't be used")
    shutil.copy(authority / "ca.crt", ca)
    assert one.mqtt.wait_connected(PATIENCE)


def test_a_last_will_that_comes_late_is_put_right(
    tmp_path: Path, device: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The device may not read its own topics here, so it doesn't see the will.
    (tmp_path / "acl").write_text(f"topic write {BASE}/#\ntopic read {BASE}/set/#\nuser home\ntopic readwrite #\n")
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(tmp_path / "passwords"), "home", "secret"], check=True)
    extra = f"acl_file {tmp_path}/acl\npassword_file {tmp_path}/passwords"
    with running(tmp_path, extra=extra) as server:
        one = device(server.port)
        assert one.listens()
        with Listener(server.port, username="home", password="secret") as home:
            home.publish(f"{BASE}/status", "offline", retain=True)
            wait_for(lambda: home.last(f"{BASE}/status") == "offline")
            now = time.monotonic
            with monkeypatch.context() as later:
                later.setattr(time, "monotonic", lambda: now() + REPEAT_AFTER_S)
                one.mqtt.repeat_states()
            wait_for(lambda: home.last(f"{BASE}/status") == "online", "the right status")


def test_a_device_that_was_stopped_while_its_brokers_name_hung_never_connects(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer, answered = threading.Event(), threading.Event(), threading.Event()
    resolve = socket.getaddrinfo

    def hang(host: Any, *more: Any, **options: Any) -> Any:
        if host != "broker.home":
            return resolve(host, *more, **options)
        asked.set()
        answer.wait(PATIENCE)
        answered.set()
        return resolve("127.0.0.1", *more, **options)

    with scripted() as broker:
        one = Device(broker.port, host="broker.home")
        monkeypatch.setattr(socket, "getaddrinfo", hang)
        one.mqtt.start()
        assert asked.wait(PATIENCE)
        one.mqtt.stop(0.1)
        thread = one.mqtt._connection._thread
        assert thread.is_alive(), "the resolver can't be interrupted"
        answer.set()
        assert answered.wait(PATIENCE)
        thread.join(PATIENCE)
        assert not thread.is_alive() and broker.connects == []


# --- certificates that aren't accepted --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message", "words"),
    [
        (9, "certificate is not yet valid", "timedatectl"),
        (10, "certificate has expired", "renew it"),
        (62, "Hostname mismatch", "mqtt.host"),
        (92, "CA cert does not include key usage extension", "keyUsage=critical,keyCertSign"),
    ],
)
def test_each_fault_of_a_certificate_has_its_own_sentence(code: int, message: str, words: str) -> None:
    sentence = untrusted(code, message, "broker.home:8883")
    assert words in sentence and message in sentence and "broker.home:8883" in sentence


def test_an_authority_without_key_usage_is_told_how_to_make_one_anew(
    encrypted: Callable[..., int], authority: Path, device: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def strict(*arguments: Any, **options: Any) -> ssl.SSLContext:
        context = tls_context(*arguments, **options)
        # As Python 3.13 does by itself.
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    monkeypatch.setattr("edge.mqtt.connection.tls_context", strict)
    one = device(encrypted(), tls=True, ca_file=str(authority / "bare.crt"))
    wait_for(lambda: one.reported("keyUsage=critical,keyCertSign"), "the sentence")
    assert one.reported("Python 3.13") and one.reported("mqtt.ca_file")
