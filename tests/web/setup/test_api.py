"""The set-up's endpoints on the real server: steps, changes to the file, undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from edge.config import Config
from edge.config.writing.file import ConfigFile
from edge.web.setup.progress import Progress
from edge.web.setup.set_up import SetUp
from tests.conftest import ROOT
from tests.waiting import PATIENCE
from tests.web.served import Serve

Call = Callable[..., requests.Response]


class Wizard:
    """A page with a configuration file of its own. reloads: how often the device was told to read the file again."""

    def __init__(self, serve: Serve, folder: Path, file: Path | None, overridden: tuple[str, ...] = ()) -> None:
        self.reloads, self.file = 0, file
        config = None if file is None else ConfigFile(file, folder=folder / "versions")
        self._served = serve(set_up=SetUp(Config(), config, "", self._reload, Progress(folder), overridden))
        self._browser = self._served.session()

    def _reload(self) -> None:
        self.reloads += 1

    def get(self) -> Any:
        answer = self._browser.get(f"{self._served.url}/api/setup", timeout=PATIENCE)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any] | None = None) -> requests.Response:
        return self._browser.post(f"{self._served.url}/api/setup/{path}", json=body or {}, timeout=PATIENCE)

    def change(self, **keys: Any) -> requests.Response:
        changes = {key.replace("__", "."): value for key, value in keys.items()}
        return self.post("config", {"version": self.get()["version"], "changes": changes})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text((ROOT / "config.yaml").read_text())
    return path


@pytest.fixture
def wizard(serve: Serve, tmp_path: Path, file: Path) -> Wizard:
    return Wizard(serve, tmp_path, file, overridden=("camera.source",))


def test_steps_are_kept_over_a_restart(wizard: Wizard, tmp_path: Path) -> None:
    assert {step["state"] for step in wizard.get()["steps"]} == {"open"}
    assert wizard.post("steps/privacy", {"state": "done"}).status_code == 200
    assert wizard.post("steps/speaker", {"state": "skipped"}).status_code == 200
    assert wizard.post("steps/garden", {"state": "done"}).status_code == 404
    assert wizard.post("steps/home", {"state": "open"}).status_code == 422
    kept = {step["name"]: step["state"] for step in Progress(tmp_path).steps()}
    assert kept == {step["name"]: step["state"] for step in wizard.get()["steps"]}
    assert [kept[name] for name in ("privacy", "camera", "speaker")] == ["done", "open", "skipped"]
    (tmp_path / "setup").write_text('{"steps": 5')
    assert {step["state"] for step in wizard.get()["steps"]} == {"open"}


def test_a_change_is_in_the_file_and_the_device_reads_it_again(wizard: Wizard, file: Path) -> None:
    before = wizard.get()
    assert before["config"]["mpd.host"] == "127.0.0.1" and before["config"]["music.pause_after"] == "10m"
    assert before["config"]["music.profiles"]["everyday"]["happy"] == [
        {"play": "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi", "name": "Daft Punk"}
    ]
    answer = wizard.change(mpd__host="10.0.0.5", camera__source="v4l2")
    assert answer.json() == {
        "version": wizard.get()["version"],
        "applied": ["mpd.host"],
        "needs_restart": ["camera.source"],
    }
    assert wizard.reloads == 1 and "  host: 10.0.0.5\n" in file.read_text()
    assert wizard.change(mpd__host="10.0.0.5").status_code == 200 and wizard.reloads == 1
    undone = wizard.post("undo").json()
    assert undone == {"version": before["version"], "config": before["config"]} and wizard.reloads == 2
    assert file.read_text() == (ROOT / "config.yaml").read_text()
    assert wizard.post("undo").status_code == 409


def test_what_cant_be_written_is_refused_in_one_sentence(wizard: Wizard, file: Path) -> None:
    text = file.read_text()
    for key, value, words in [
        ("mpd__port", "many", "mpd.port: must be a whole number"),
        ("mqtt__password", "x", "mqtt.password: can't be set on the page"),
        ("vision__model", "/etc/passwd", "vision.model: can't be set on the page"),
        ("camera__source", "gst:filesrc location=/etc/passwd ! fakesink", "camera.source: must be one of the cameras"),
        ("camera__source", "/home/me/film.mp4", "camera.source: must be one of the cameras"),
        ("music__profiles__a__happy", {"play": "http://x"}, "music.profiles.a.happy.play: must begin with spotify:"),
    ]:
        answer = wizard.change(**{key: value})
        assert answer.status_code == 422 and answer.json()["error"].startswith(("line ", words)), answer.text
        assert words in answer.json()["error"] and answer.json()["sentence"]["code"]
    assert file.read_text() == text and wizard.reloads == 0


def test_a_file_that_was_edited_meanwhile_is_shown_again(wizard: Wizard, file: Path) -> None:
    version = wizard.get()["version"]
    file.write_text(file.read_text().replace("host: 127.0.0.1\n\nmqtt", "host: 10.0.0.7\n\nmqtt"))
    answer = wizard.post("config", {"version": version, "changes": {"mpd.host": "10.0.0.5"}})
    assert answer.status_code == 409 and answer.json()["code"] == "edited"
    assert answer.json()["config"]["mpd.host"] == "10.0.0.7" and answer.json()["version"] == wizard.get()["version"]
    assert wizard.reloads == 0


def test_a_password_goes_into_a_file_of_its_own(wizard: Wizard, file: Path, state_folder: Path) -> None:
    changes = {"mqtt.host": "10.0.0.5", "mqtt.username": "moodroom"}
    body = {"version": wizard.get()["version"], "changes": changes, "passwords": {"mqtt": "tell nobody"}}
    assert wizard.post("config", body).status_code == 200
    kept = state_folder / "mqtt_password"
    assert kept.read_text() == "tell nobody\n" and kept.stat().st_mode & 0o777 == 0o600
    assert "tell nobody" not in file.read_text() and f"password_file: {kept}" in file.read_text()
    # A change that is refused keeps the password that works.
    body = {"version": wizard.get()["version"], "changes": {"mqtt.port": -1}, "passwords": {"mqtt": "another"}}
    assert wizard.post("config", body).status_code == 422
    assert kept.read_text() == "tell nobody\n"


def test_a_mood_that_is_changed_leaves_the_others_of_a_default_profile(wizard: Wizard, file: Path) -> None:
    file.write_text("mpd: {host: 10.0.0.5}\n")
    before = wizard.get()["config"]["music.profiles"]["everyday"]
    assert wizard.change(music__profiles__everyday__happy="mpd:Jazz").status_code == 200
    after = wizard.get()["config"]["music.profiles"]["everyday"]
    assert after.pop("happy") == [{"play": "mpd:Jazz"}] != before.pop("happy")
    assert after == before and len(after) == 7


def test_who_accepted_is_kept_in_words(wizard: Wizard) -> None:
    assert wizard.get()["accepted"] is None
    assert wizard.post("accept", {"name": " Ada\n"}).status_code == 200
    accepted = wizard.get()["accepted"]
    assert accepted["name"] == "Ada" and accepted["words"].startswith(f"Ada accepted on {accepted['at']} that a camera")
    assert wizard.post("accept", {"name": "  "}).status_code == 422


def test_without_a_file_and_with_a_broken_one_the_page_says_so(serve: Serve, tmp_path: Path, file: Path) -> None:
    nothing = Wizard(serve, tmp_path, None)
    assert "no configuration file" in nothing.get()["problem"] and nothing.get()["config"]["mpd.port"] == 6600
    assert nothing.post("config", {"version": "a", "changes": {"mpd.port": 1}}).status_code == 409
    assert nothing.post("undo").status_code == 409
    broken = Wizard(serve, tmp_path, file)
    file.write_text("mpd: {host: [\n")
    assert "isn't valid YAML" in broken.get()["problem"]
    assert broken.get()["problem_sentence"]["code"] == "{file}, line {line}: {problem}"
    assert broken.post("config", {"version": "a", "changes": {"mpd.port": 1}}).status_code == 422
