"""The home's step on the real server, with a real Mosquitto: finding a broker, trying one, the preview."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
import requests

from edge.config import Config
from edge.mqtt.entities import ENTITIES
from edge.web.setup import home
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.broker import Broker, Listener, broker, free_port, running
from tests.waiting import PATIENCE
from tests.web.served import Serve

__all__ = ["broker"]


class Step:
    """The page of a device with this configuration."""

    def __init__(self, serve: Serve, folder: Path, config: Config) -> None:
        served = serve(set_up=SetUp(config, None, "", lambda: None, Progress(folder)))
        self._browser, self._url = served.session(), f"{served.url}/api/setup/broker"

    def get(self) -> Any:
        return self._browser.get(self._url, timeout=PATIENCE).json()

    def attempt(self, **body: Any) -> requests.Response:
        return self._browser.post(self._url, json=body, timeout=PATIENCE)


@pytest.fixture
def step(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Step:
    monkeypatch.setattr(home, "USUAL_HOSTS", ())
    return Step(serve, tmp_path, Config())


def test_a_broker_is_tried_and_nothing_stays_on_it(step: Step, broker: Broker) -> None:
    answer = step.attempt(host="127.0.0.1", port=broker.port)
    assert answer.status_code == 200 and answer.json()["text"] == f"connected to 127.0.0.1:{broker.port}", answer.text
    with Listener(broker.port) as listener:
        assert [topic for topic, _, retained in listener.heard if retained and not topic.startswith("$SYS")] == []


def test_what_doesnt_work_is_said_in_the_checks_own_sentence(step: Step) -> None:
    port = free_port()
    answer = step.attempt(host="127.0.0.1", port=port)
    assert answer.status_code == 409 and f"127.0.0.1:{port}" in answer.json()["error"], answer.text
    for typed, words in [
        ({"host": "mqtt://10.0.0.5"}, "mqtt.host: must be a bare name or address"),
        ({"host": "10.0.0.5", "port": "many"}, "mqtt.port: must be a whole number"),
        ({"host": "10.0.0.5\x7f"}, "mqtt.host: must be text in one line"),
        ({"host": ""}, "host must be text"),
        ({"host": "10.0.0.5", "username": 5}, "username must be text"),
    ]:
        answer = step.attempt(**typed)
        assert answer.status_code == 422 and answer.json()["error"].startswith(words), answer.text
        assert ("sentence" in answer.json()) == words.startswith("mqtt.")


def test_a_password_is_tried_without_being_kept(step: Step, tmp_path: Path, state_folder: Path) -> None:
    salt = b"twelve bytes"
    found = hashlib.pbkdf2_hmac("sha512", b"tell nobody", salt, 1000)
    line = f"$7$1000${base64.b64encode(salt).decode()}${base64.b64encode(found).decode()}"
    (tmp_path / "passwords").write_text(f"moodroom:{line}\n")
    with running(tmp_path, extra=f"password_file {tmp_path}/passwords", anonymous=False) as broker:
        place = {"host": "127.0.0.1", "port": broker.port, "username": "moodroom"}
        wrong = step.attempt(**place, password="guessed")
        assert wrong.status_code == 409 and "mqtt.username and its password" in wrong.json()["error"], wrong.text
        assert "guessed" not in wrong.text
        why = wrong.json()["sentence"]["values"]["why"]["code"]
        assert why.endswith("the password is wrong; see mqtt.username and its password")
        assert step.attempt(**place, password="tell nobody").status_code == 200
        # Without one, the device's own password counts.
        assert step.attempt(**place).status_code == 409
    assert not (state_folder / "mqtt_password").exists()


def test_a_broker_is_found_where_homes_have_one(
    serve: Serve, tmp_path: Path, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(home, "USUAL_HOSTS", ("localhost", "no-such-host.invalid"))
    config = Config.model_validate({"mqtt": {"host": "127.0.0.1", "port": broker.port}})
    assert Step(serve, tmp_path, config).get()["found"] == ["127.0.0.1", "localhost"]


def test_the_preview_has_every_entity_of_the_table(step: Step) -> None:
    entities = step.get()["entities"]
    names = {entity.name for entity in ENTITIES} - {"Temperature", "Spotify login expires"}
    assert {one["name"] for one in entities} - {"Temperature"} == names
    groups = {one["name"]: one["group"] for one in entities}
    assert (groups["Mood"], groups["Camera"], groups["Restart"]) == ("shown", "control", "control")
    assert groups["CPU"] == "diagnostic"
    assert home.entities(Config.model_validate({"mqtt": {"discovery": "off"}})) == []
