"""The Home Assistant add-on: its files keep the Supervisor's rules, and its options make a good configuration."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import jsonschema
import pytest
import yaml

from edge import __version__
from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
ADDON = ROOT / "homeassistant" / "addon"
LANGUAGES = sorted(path.stem for path in (ADDON / "translations").iterdir())

# https://developers.home-assistant.io/docs/add-ons/configuration, the keys that are used here and their values. The
# Supervisor drops other keys silently, so that none is allowed here.
ELEMENT = (
    r"^(bool|email|url|port|device(\(subsystem=[a-z]+\))?|str(\(\d*,\d*\))?|password(\(\d*,\d*\))?|int(\(\d*,\d*\))?"
    r"|float(\([\d.]*,[\d.]*\))?|match\(.*\)|list\(.+\))\??$"
)
CONFIG = {
    "type": "object",
    "required": ["name", "version", "slug", "description", "arch"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "version": {"type": "string"},
        "slug": {"type": "string", "pattern": r"^[-_.A-Za-z0-9]+$"},
        "description": {"type": "string"},
        "arch": {"type": "array", "items": {"enum": ["aarch64", "amd64"]}, "uniqueItems": True, "minItems": 1},
        # Without the defaults (`application` and `auto`), which the linter for add-ons refuses.
        "startup": {"enum": ["initialize", "system", "services", "once"]},
        "boot": {"enum": ["manual", "manual_only"]},
        "stage": {"enum": ["stable", "experimental", "deprecated"]},
        "video": {"type": "boolean"},
        "tmpfs": {"type": "boolean"},
        "services": {"type": "array", "items": {"pattern": "^(mqtt|mysql):(provide|want|need)$"}},
        "map": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type"],
                "additionalProperties": False,
                "properties": {
                    "type": {
                        "enum": [
                            "data",
                            "ssl",
                            "addons",
                            "backup",
                            "share",
                            "media",
                            "homeassistant_config",
                            "all_addon_configs",
                            "addon_config",
                        ]
                    },
                    "read_only": {"type": "boolean"},
                    "path": {"type": "string"},
                },
            },
        },
        "backup": {"enum": ["hot", "cold"]},
        "timeout": {"type": "integer", "minimum": 10, "maximum": 300},
        "options": {"type": "object"},
        "schema": {"type": "object", "additionalProperties": {"type": "string", "pattern": ELEMENT}},
    },
}
TRANSLATION = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "configuration": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["name"],
                "additionalProperties": False,
                "properties": {"name": {"type": "string"}, "description": {"type": "string"}},
            },
        },
        "network": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def run() -> ModuleType:
    spec = importlib.util.spec_from_file_location("addon_run", ADDON / "run.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_configuration_keeps_the_supervisor_s_rules() -> None:
    config = read(ADDON / "config.yaml")
    jsonschema.validate(config, CONFIG)
    # An option needs a default or a question mark, or the add-on can't start as it is.
    optional = {name for name, kind in config["schema"].items() if kind.endswith("?")}
    assert set(config["options"]) | optional == set(config["schema"])
    assert not set(config["options"]) & optional
    for name, value in config["options"].items():
        if found := re.fullmatch(r"list\((.+)\)\??", config["schema"][name]):
            assert value in found[1].split("|")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_option_is_translated(language: str) -> None:
    translation = read(ADDON / "translations" / f"{language}.yaml")
    jsonschema.validate(translation, TRANSLATION)
    assert list(translation["configuration"]) == list(read(ADDON / "config.yaml")["schema"])
    english = read(ADDON / "translations" / "en.yaml")["configuration"]
    for name, texts in translation["configuration"].items():
        assert set(texts) == set(english[name]), name


def test_it_speaks_the_page_s_languages() -> None:
    page = {path.stem for path in (ROOT / "edge/web/languages").glob("*.po")}
    assert set(LANGUAGES) == page | {"en"}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"camera": "rtsp://192.168.1.20/stream", "rotate": "180", "player": "mpd", "mpd_host": "music.local"},
        {"player": "go_librespot", "go_librespot_host": "music.local", "go_librespot_port": 3679},
        {"player": "music_assistant", "music_assistant_host": "ha.local", "music_assistant_speaker": "Kitchen"},
        {"camera": "/dev/video0", "player": "spotify", "spotify_client_id": "0" * 32, "spotify_speaker": "Küche"},
    ],
)
def test_options_make_a_configuration_that_the_device_accepts(
    run: ModuleType, options: dict[str, Any], tmp_path: Path
) -> None:
    broker = {"host": "core-mosquitto", "port": 1883, "username": "addons", "password": "secret", "ssl": False}
    options = read(ADDON / "config.yaml")["options"] | options | {"area": "", "mpd_password": "other"}
    content = run.configuration(read(ROOT / "config.yaml"), options, broker)
    assert (content["mqtt"]["host"], content["mqtt"]["username"]) == ("core-mosquitto", "addons")
    assert content["camera"]["source"] == options["camera"]
    assert content["device"]["area"] is None
    for name, section in (("go_librespot_port", "go_librespot"), ("music_assistant_speaker", "music_assistant")):
        if name in options:
            assert content[section][name.removeprefix(f"{section}_")] == options[name]
    assert run.secrets(options, broker) == {"MOODROOM_MPD_PASSWORD": "other", "MOODROOM_MQTT_PASSWORD": "secret"}
    file = tmp_path / "moodroom.yaml"
    file.write_text(yaml.safe_dump(content))
    assert "secret" not in file.read_text()
    done = subprocess.run(
        [sys.executable, "-m", "edge", "check", "--config-only", "--config", file],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


class Started:
    """main() in a folder of its own: the file and the environment of the device that it becomes."""

    def __init__(self, run: ModuleType, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.run, self.file, self.environment = run, folder / "moodroom.yaml", {"PATH": os.environ["PATH"]}
        for name, path in (
            ("OPTIONS", "options"),
            ("OWN", "own.yaml"),
            ("WRITTEN", "moodroom.yaml"),
            ("STATE", "state"),
        ):
            monkeypatch.setattr(run, name, folder / path)
        monkeypatch.setattr(os, "environ", self.environment)
        monkeypatch.setattr(os, "execv", lambda program, arguments: None)
        self.broker = {"host": "core-mosquitto", "port": 1883, "username": "addons", "password": "a\"b'ü\n"}
        monkeypatch.setattr(run, "home_broker", lambda: self.broker)

    def __call__(self, own: str | bytes, **options: Any) -> dict[str, Any]:
        self.run.OPTIONS.write_text(json.dumps(read(ADDON / "config.yaml")["options"] | options))
        self.run.OWN.write_bytes(own if isinstance(own, bytes) else own.encode())
        self.run.main()
        found: dict[str, Any] = yaml.load(self.file.read_text(encoding="utf-8"), yaml.BaseLoader)
        return found


@pytest.fixture
def started(run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Started:
    return Started(run, monkeypatch, tmp_path)


def test_a_broker_of_the_user_s_own_is_kept_and_gets_no_other_s_password(started: Started) -> None:
    found = started("mqtt:\n  host: broker.local\n  username: me\n  password_file: /config/password\n")
    assert found["mqtt"] == {"host": "broker.local", "username": "me", "password_file": "/config/password"}
    assert "MOODROOM_MQTT_PASSWORD" not in started.environment


def test_the_user_s_file_is_read_as_the_device_reads_it(started: Started) -> None:
    # YAML 1.1 takes the time for 1320 and the name for True.
    found = started(
        "camera:\nmqtt:\nmusic:\n  quiet: [{begins: 22:00, ends: 7:00}]\ndevice: {area: on}\n", mpd_password=1234
    )
    assert found["music"]["quiet"] == [{"begins": "22:00", "ends": "7:00"}]
    assert found["device"]["area"] == "on" and found["camera"]["source"] == "auto"
    assert found["mqtt"]["host"] == "core-mosquitto"
    assert started.environment["MOODROOM_MQTT_PASSWORD"] == started.broker["password"]
    assert started.environment["MOODROOM_MPD_PASSWORD"] == "1234"


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ("camera: auto\n", "camera: must be a section"),
        ("mqtt: [1]\n", "mqtt: must be a section"),
        ("- 1\n", "must contain sections"),
        ("camera: {\n", "isn't valid YAML"),
        ("device: {name: !!int a}\n", "isn't valid YAML"),
        ("device: {}\ndevice: {}\n", "appears twice"),
        (b"# K\xfcche\n", "isn't UTF-8 text"),
    ],
)
def test_a_file_that_is_no_configuration_is_one_sentence(started: Started, own: str | bytes, words: str) -> None:
    with pytest.raises(SystemExit, match=words) as caught:
        started(own)
    assert "own.yaml" in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "answer", "host"),
    [
        (200, {"result": "ok", "data": {"host": "core-mosquitto", "port": 1883}}, "core-mosquitto"),
        (400, {"result": "error", "message": "Service not enabled"}, None),
        (200, {"result": "ok", "data": {}}, None),
        (200, {"result": "ok", "data": {"host": "core-mosquitto", "port": "none"}}, None),
        (200, [], None),
    ],
)
def test_home_assistant_is_asked_for_its_broker(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, code: int, answer: Any, host: str | None
) -> None:
    asked = []

    class Supervisor(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(code)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Supervisor) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        monkeypatch.setattr(run, "BROKER", f"http://127.0.0.1:{server.server_port}/services/mqtt")
        monkeypatch.setenv("SUPERVISOR_TOKEN", "token")
        found = run.home_broker()
        thread.join()
    assert (found or {}).get("host") == host
    assert asked == [("/services/mqtt", "Bearer token")]
    monkeypatch.delenv("SUPERVISOR_TOKEN")
    assert run.home_broker() is None


@pytest.mark.slow
def test_the_built_folder_has_the_wheel_and_the_version(tmp_path: Path) -> None:
    done = subprocess.run(
        [ROOT / "scripts" / "package", "addon", "--out", tmp_path],
        env=os.environ | {"MOODROOM_PYTHON": sys.executable, "MOODROOM_WITHOUT_DETECTOR": "1"},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "addon"
    assert done.stdout == f"{folder}\n"
    config = read(folder / "config.yaml")
    jsonschema.validate(config, CONFIG)
    assert config["version"] == __version__
    assert [path.name for path in folder.glob("*.whl")] == [f"moodroom-{__version__}-py3-none-any.whl"]
    # What the Dockerfile copies is there.
    for copied in re.findall(r"^COPY (.+) \S+$", (folder / "Dockerfile").read_text(), re.MULTILINE):
        for name in copied.split():
            assert list(folder.glob(name)), name
