"""The blueprints for Home Assistant: complete without it, and run by a real one where there is one.

MOODROOM_HASS names the program `hass` of an installed Home Assistant.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from edge.config import Config
from edge.mqtt.discovery import components
from edge.values import Act, Control

FOLDER = Path(__file__).parents[2] / "homeassistant" / "blueprints" / "automation" / "moodroom"
BLUEPRINTS = sorted(FOLDER.glob("*.yaml"))
PARTS = components(Config(), temperature=True)
HASS = os.environ.get("MOODROOM_HASS", "")


class Input(str):
    """The name after !input."""


class Loader(yaml.SafeLoader):
    """Reads !input as Home Assistant does."""


Loader.add_constructor("!input", lambda loader, node: Input(loader.construct_scalar(node)))


def load(file: Path) -> dict[str, Any]:
    content = yaml.load(file.read_text(encoding="utf-8"), Loader)
    assert isinstance(content, dict)
    return content


def inputs_used(value: Any) -> set[str]:
    if isinstance(value, Input):
        return {str(value)}
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return set().union(*(inputs_used(child) for child in children))


def test_there_are_four() -> None:
    assert [file.stem for file in BLUEPRINTS] == ["guests", "lights", "media_player", "quiet_at_night"]


@pytest.mark.parametrize("file", BLUEPRINTS, ids=lambda file: file.stem)
def test_a_blueprint_is_complete(file: Path) -> None:
    content = load(file)
    head = content.pop("blueprint")
    assert head["domain"] == "automation" and head["name"].startswith("Moodroom: ") and head["description"]
    assert re.fullmatch(r"20\d\d\.\d+\.\d+", head["homeassistant"]["min_version"])
    assert inputs_used(content) == set(head["input"]), "each input that is declared is used, and no other"
    for name, about in head["input"].items():
        assert about["name"] and len(about["selector"]) == 1, name
    assert content["triggers"] and content["actions"] and content["mode"] in ("restart", "queued")


def test_the_selectors_find_entities_that_the_device_has() -> None:
    platforms = {part["platform"] for part in PARTS.values()}
    for file in BLUEPRINTS:
        for about in load(file)["blueprint"]["input"].values():
            for wanted in about["selector"].get("entity", {}).get("filter", []):
                if wanted.get("integration") == "mqtt":
                    assert wanted["domain"] in platforms


def test_the_words_are_the_devices_own() -> None:
    lights, player, night = (
        (FOLDER / f"{name}.yaml").read_text() for name in ("lights", "media_player", "quiet_at_night")
    )
    moods = re.findall(r"in \[(.*?)\]", lights)[0].replace("'", "").split(", ")
    assert set(moods) == set(PARTS["mood"]["options"]) - {"absent", "unclear"}
    assert set(re.findall(r"act == '(\w+)'", player)) <= {act.value for act in Act}
    assert {"hands_off", "auto"} <= {control.value for control in Control}
    assert "'hands_off' if" in night


ANSWERS: dict[str, dict[str, Any]] = {
    "lights": {"mood": "sensor.moodroom_mood", "lights": ["light.desk"], "pause_switch": ["input_boolean.mine"]},
    "media_player": {"decision": "event.moodroom_music_decision", "player": "media_player.kitchen"},
    "guests": {
        "guests": "input_boolean.guests", "camera": "switch.moodroom_camera", "profile": "select.moodroom_profile",
        "guest_profile": "party",
    },
    "quiet_at_night": {"control": "select.moodroom_music_control", "volume": "number.moodroom_volume"},
}  # fmt: skip


class Home:
    """A Home Assistant with the blueprints, each used by an automation; it listens on this machine only."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log, self.token = folder / "out.log", ""
        shutil.copytree(FOLDER, folder / "blueprints" / "automation" / "moodroom")
        automations = [
            {"id": name, "alias": name, "use_blueprint": {"path": f"moodroom/{name}.yaml", "input": answers}}
            for name, answers in ANSWERS.items()
        ]
        (folder / "automations.yaml").write_text(json.dumps(automations))
        (folder / "configuration.yaml").write_text(
            "homeassistant: {name: Test, latitude: 52.0, longitude: 5.0, elevation: 0, unit_system: metric, "
            "time_zone: UTC}\n"
            f"http: {{server_host: 127.0.0.1, server_port: {self.port}}}\n"
            "api:\nconfig:\nlight:\nmedia_player:\nselect:\nnumber:\nswitch:\n"
            "input_boolean: {guests: {initial: false}, mine: {initial: false}}\n"
            "automation: !include automations.yaml\n"
            "logger: {default: warning}\n"
        )
        self._out = self.log.open("w")
        self._process = subprocess.Popen(
            [HASS, "-c", str(folder), "--skip-pip"], stdout=self._out, stderr=subprocess.STDOUT, cwd=folder
        )

    def rest(self, method: str, path: str, body: Any = None, *, form: bool = False) -> Any:
        data = None if body is None else (urllib.parse.urlencode(body) if form else json.dumps(body)).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method)
        if not form:
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def sign_in(self) -> None:
        deadline = time.monotonic() + 180
        while True:
            with contextlib.suppress(OSError):
                self.rest("GET", "/api/onboarding")
                break
            assert self._process.poll() is None and time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.3)
        client = "http://127.0.0.1/"
        user = {"client_id": client, "name": "T", "username": "tester", "password": "tester-pw-1", "language": "en"}
        code = self.rest("POST", "/api/onboarding/users", user)["auth_code"]
        grant = {"client_id": client, "grant_type": "authorization_code", "code": code}
        self.token = self.rest("POST", "/auth/token", grant, form=True)["access_token"]
        while self.rest("GET", "/api/config")["state"] != "RUNNING":
            assert time.monotonic() < deadline, self.log.read_text()[-3000:]
            time.sleep(0.3)

    @contextlib.contextmanager
    def calls(self) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
        """The services that are called from now on, with their data."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/stream?restrict=call_service",
            headers={"Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=30) as stream:

            def read() -> Iterator[tuple[str, dict[str, Any]]]:
                for line in stream:
                    if line.startswith(b"data: {"):
                        event = json.loads(line[6:])["data"]
                        yield f"{event['domain']}.{event['service']}", event["service_data"]

            yield read()

    def state(self, entity: str, state: str, **attributes: Any) -> None:
        self.rest("POST", f"/api/states/{entity}", {"state": state, "attributes": attributes})

    def stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._out.close()


@pytest.mark.skipif(not HASS, reason="no Home Assistant: set MOODROOM_HASS to its program hass")
def test_a_real_home_assistant_runs_each_blueprint(tmp_path: Path) -> None:
    home = Home(tmp_path)
    try:
        home.sign_in()
        found = {state["entity_id"]: state["state"] for state in home.rest("GET", "/api/states")}
        assert {name: found.get(f"automation.{name}") for name in ANSWERS} == dict.fromkeys(ANSWERS, "on"), (
            home.log.read_text()
        )
        home.state("light.desk", "on")
        home.state("number.moodroom_volume", "60")
        home.state("sensor.moodroom_mood", "neutral", valence=0.0, arousal=0.0)
        with home.calls() as calls:
            home.state("event.moodroom_music_decision", "2026-11-29T20:00:00.000+00:00", act="pause")
            assert next(calls) == ("media_player.media_pause", {"entity_id": ["media_player.kitchen"]})
            home.state(
                "event.moodroom_music_decision", "2026-11-29T20:01:00.000+00:00", act="play", uri="spotify:playlist:1",
                volume=90,
            )  # fmt: skip
            assert next(calls) == (
                "media_player.volume_set", {"entity_id": ["media_player.kitchen"], "volume_level": 0.6}
            )  # fmt: skip
            name, data = next(calls)
            assert (name, data["media_content_id"]) == ("media_player.play_media", "spotify:playlist:1")
            home.state("sensor.moodroom_mood", "happy", valence=1.0, arousal=1.0)
            name, data = next(calls)
            while name != "light.turn_on":
                name, data = next(calls)
            assert data["entity_id"] == ["light.desk"]
            assert (data["brightness_pct"], data["color_temp_kelvin"]) == (85, 4000), "the limits"
            home.rest("POST", "/api/services/input_boolean/turn_on", {"entity_id": "input_boolean.mine"})
            home.state("sensor.moodroom_mood", "sad", valence=-1.0, arousal=-1.0)
            home.rest("POST", "/api/services/input_boolean/turn_on", {"entity_id": "input_boolean.guests"})
            seen = [next(calls) for _ in range(4)]
            assert [name for name, _ in seen] == [
                "input_boolean.turn_on", "input_boolean.turn_on", "switch.turn_off", "select.select_option"
            ], "the lights are left alone"  # fmt: skip
            assert seen[3][1]["option"] == "party"
        log = home.log.read_text()
        assert "moodroom" not in "".join(line for line in log.splitlines(keepends=True) if "Referenced" not in line)
    finally:
        home.stop()
