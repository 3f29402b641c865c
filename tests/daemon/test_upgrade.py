"""An update from 0.1.0: `state_0_1_0` holds its shipped configuration and the state that it wrote on a real run."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.broker import Broker, Listener, broker, free_port
from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]
OLD = Path(__file__).parent / "state_0_1_0"
PASSWORD = "correct horse battery"
OLD_DISCOVERY = "homeassistant/device/kitchen/config"
NEW_DISCOVERY = "homeassistant/device/moodroom_kitchen/config"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The old state, as 0.1.0 left it."""
    folder = tmp_path / "old-state"
    folder.mkdir(mode=0o700)
    for name in ("camera", "mqtt", "settings", "web_password"):
        (folder / name).write_bytes((OLD / name).read_bytes())
        (folder / name).chmod(0o600)
    with closing(sqlite3.connect(folder / "journal.db")) as file:
        file.executescript((OLD / "journal.sql").read_text())
    return folder


@pytest.fixture
def config(tmp_path: Path, broker: Broker) -> Path:
    """The old configuration with the broker's port, and the page on a free one."""
    text = (OLD / "config.yaml").read_text()
    text = text.replace("port: 1883 ", f"port: {broker.port} ").replace("port: 8730", f"port: {free_port()}")
    text = text.replace("enabled: false ", "enabled: true ", 1)
    (tmp_path / "config.yaml").write_text(text)
    return tmp_path / "config.yaml"


def moodroom(state: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"STATE_DIRECTORY": str(state), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-m", "edge", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_old_configuration_is_valid(state: Path, config: Path) -> None:
    done = moodroom(state, "check", "--config-only", "--config", config)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_old_history_is_shown(state: Path, config: Path) -> None:
    done = moodroom(state, "history", "--since", "2026-01-01", "--config", config)
    assert done.returncode == 0, done.stderr
    assert "Norah Jones" in done.stdout and "camera OFF" in done.stdout


def test_a_device_goes_on_where_the_old_version_stopped(state: Path, config: Path, broker: Broker) -> None:
    port = int(config.read_text().partition("web:")[2].partition("port: ")[2].split()[0])
    with Listener(broker.port) as home:
        # As the old version left it with the broker.
        home.publish(OLD_DISCOVERY, (OLD / "discovery.json").read_bytes(), retain=True)
        process = subprocess.Popen(
            [sys.executable, "-m", "edge", "run", "--publish", "--config", config],
            env=os.environ | {"STATE_DIRECTORY": str(state), "PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            wait_for(lambda: home.last("moodroom/kitchen/status") == "online")
            wait_for(lambda: home.last("moodroom/kitchen/camera") == "OFF")
            wait_for(lambda: json.loads(home.last("moodroom/kitchen/player") or "{}").get("control") == "hands_off")
            wait_for(lambda: home.last(NEW_DISCOVERY))
            wait_for(lambda: home.last(OLD_DISCOVERY) == "")
            page = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            with closing(page):
                headers = {"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{port}"}
                page.request("POST", "/api/login", json.dumps({"password": PASSWORD}), headers)
                assert page.getresponse().status == 204
        finally:
            process.send_signal(signal.SIGTERM)
            _, log = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, log
    assert "Traceback" not in log
    with closing(sqlite3.connect(state / "journal.db")) as file:
        (rows,) = file.execute("SELECT count(*) FROM journal_entries WHERE title = 'Norah Jones'").fetchone()
    assert rows > 0
