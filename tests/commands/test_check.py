"""`moodroom check`: a row for each part with the fix where one is needed, and an exit code for scripts."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edge.commands.check import print_checks
from edge.config import Config
from edge.config.file import load
from edge.errors import CameraError, ConfigError, MoodroomError, PlayerError
from edge.health.check import broker as broker_check
from edge.health.check import checks, machine, music
from edge.health.check import parts as part_checks
from edge.health.check.checks import CHECKS, run_checks
from edge.health.check.result import Check, CheckResult, Passed
from edge.health.readings import MachineState
from tests.broker import Broker, broker
from tests.conftest import Moodroom
from tests.players.mpd_daemon import PROGRAM, Daemon

__all__ = ["broker"]


def written(path: Path, **sections: object) -> Path:
    """Write a configuration file; JSON is valid YAML."""
    path.write_text(json.dumps(sections))
    return path


def table(done: subprocess.CompletedProcess[str]) -> dict[str, tuple[str, str]]:
    """part -> (ok, warn or FAIL, message)."""
    rows = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
    return {part: (verdict, text) for verdict, part, text in rows}


@pytest.fixture
def free() -> Iterator[int]:
    """A port that nobody listens on: bound and not listening, so that nobody else takes it."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


# --- the command ------------------------------------------------------------------------------------------------------


def test_all_parts_work_and_the_exit_code_is_0(
    moodroom: Moodroom, tmp_path: Path, demo_clip: Path, yunet_folder: Path, broker: Broker
) -> None:
    path = written(
        tmp_path / "c.yaml",
        camera={"source": str(demo_clip)},
        music={"player": "dry_run"},
        mqtt={"host": "127.0.0.1", "port": broker.port},
    )
    done = moodroom("check", "--config", path, env={"MOODROOM_MODELS": str(yunet_folder)})
    assert done.returncode == 0, done.stdout + done.stderr
    rows = table(done)
    not_set_up = ("spotify", "mpd", "music_assistant", "go_librespot", "music.follow")
    assert list(rows) == [name for name, _ in CHECKS if name not in not_set_up]
    assert {verdict for verdict, _ in rows.values()} == {"ok"}
    assert "640x480" in rows["camera"][1] and rows["detector"][1] == "yunet"
    assert "ms a face, SHA-256" in rows["model"][1] and rows["broker"][1] == f"connected to 127.0.0.1:{broker.port}"
    assert os.environ["STATE_DIRECTORY"] in rows["disk"][1]
    assert not Path(os.environ["STATE_DIRECTORY"]).exists(), "a check leaves nothing behind"


def test_one_failed_part_makes_the_exit_code_1_and_the_others_are_checked(
    moodroom: Moodroom, tmp_path: Path, demo_clip: Path, free: int
) -> None:
    path = written(
        tmp_path / "c.yaml",
        camera={"source": str(demo_clip)},
        mqtt={"host": "127.0.0.1", "port": free},
        vision={"detector": "haar"},
    )
    done = moodroom("check", "--config", path, "--json")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    payload = json.loads(done.stdout)
    assert payload["ok"] is False
    rows = {row["part"]: row for row in payload["checks"]}
    assert all(set(row) == {"part", "ok", "warning", "message"} for row in payload["checks"])
    assert not rows["broker"]["ok"] and f"127.0.0.1:{free}" in rows["broker"]["message"]
    assert all(row["ok"] for part, row in rows.items() if part != "broker")


def test_each_part_that_fails_is_named(moodroom: Moodroom, tmp_path: Path, free: int) -> None:
    path = written(
        tmp_path / "c.yaml",
        camera={"source": "/dev/video99"},
        vision={"detector": "yunet", "model": "none.tflite"},
        spotify={"client_id": "0" * 32},
        mpd={"port": free},
    )
    done = moodroom("check", "--config", path, env={"MOODROOM_MODELS": str(tmp_path)})
    rows = table(done)
    assert done.returncode == 1
    failed = {part for part, (verdict, _) in rows.items() if verdict == "FAIL"}
    assert failed == {"camera", "detector", "model", "spotify", "mpd"}
    assert "/dev/video99" in rows["camera"][1] and "none.tflite" in rows["model"][1]
    assert "moodroom login" in rows["spotify"][1] and str(free) in rows["mpd"][1]


# --- the table, with fake checks --------------------------------------------------------------------------------------


def raising(error: Exception) -> Check:
    def part(_: Config) -> Passed:
        raise error

    return part


def test_any_error_becomes_a_row_and_the_next_check_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (
        ("a", raising(CameraError("camera: gone; plug it in"))),
        ("b", raising(ValueError("odd"))),
        ("c", lambda _: None),
        ("d", lambda _: Passed("warm", warning=True)),
        ("e", lambda _: Passed("fine")),
    )
    monkeypatch.setattr(checks, "CHECKS", parts)
    results = list(run_checks(Config()))
    assert results == [
        CheckResult("a", False, "camera: gone; plug it in"),
        CheckResult("b", False, "ValueError: odd"),
        CheckResult("d", True, "warm", warning=True),
        CheckResult("e", True, "fine"),
    ]
    out = io.StringIO()
    assert print_checks(Config(), out) == 1
    assert [line.split()[0] for line in out.getvalue().splitlines()] == ["FAIL", "FAIL", "warn", "ok"]
    monkeypatch.setattr(checks, "CHECKS", parts[2:])
    assert print_checks(Config(), io.StringIO()) == 0, "a warning isn't a failure"


def test_rooms_that_music_follows_between_are_to_name_this_device_too() -> None:
    config = Config.model_validate(
        {"device": {"id": "bath"}, "music": {"follow": ["kitchen", "bath"]}, "mqtt": {"host": "x"}}
    )
    assert music.follow(Config()) is None and music.follow(config) == Passed("with kitchen")
    config = config.model_copy(update={"device": config.device.model_copy(update={"id": "bathroom"})})
    unlisted = music.follow(config)
    assert unlisted is not None and unlisted.warning
    assert unlisted.text.startswith("doesn't name this device, bathroom, so")


def test_rows_are_yielded_as_checks_finish(monkeypatch: pytest.MonkeyPatch) -> None:
    finished: list[str] = []

    def part(name: str) -> Check:
        return lambda _: finished.append(name) or Passed(name)

    monkeypatch.setattr(checks, "CHECKS", (("a", part("a")), ("b", part("b"))))
    assert next(run_checks(Config())).part == "a"
    assert finished == ["a"]


def test_a_result_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        CheckResult("a", True, "fine").ok = False  # type: ignore[misc]


# --- single checks ----------------------------------------------------------------------------------------------------


def test_no_camera_is_a_warning_because_the_demo_clip_is_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.camera.opening.resolve_source", lambda _: "demo")
    passed = part_checks.camera(Config())
    assert passed.warning and "demo clip" in passed.text


def test_a_replay_is_no_working_camera(demo_clip: Path) -> None:
    for source, told in (
        ("demo", "the demo clip is shown (source: demo)"),
        (demo_clip, "a film is shown (source: film)"),
    ):
        passed = part_checks.camera(Config.model_validate({"camera": {"source": str(source)}}))
        assert passed.text.startswith(f"no camera is used: {told}")
        assert passed.warning == (source == "demo"), "a film was chosen on purpose"


def test_a_dry_run_says_that_nothing_is_heard() -> None:
    chosen, for_want = (
        music.player(Config.model_validate({"music": {"player": player}})) for player in ("dry_run", "auto")
    )
    assert chosen.text == "dry run, nothing is heard: no player is set up" and not chosen.warning
    assert for_want.text == f"{chosen.text}; set spotify.client_id or mpd.host" and for_want.warning


def test_a_covered_lens_is_a_warning(film: Any, tmp_path: Path) -> None:
    config = Config.model_validate({"camera": {"source": str(film("dark.mp4", [2] * 5))}})
    passed = part_checks.camera(config)
    assert passed.warning and "very dark" in passed.text


def login(folder: Path, *, age_days: float, client_id: str = "a" * 32) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kept = {
        "token": {"access_token": "x", "refresh_token": "y"},
        "authorised_at": time.time() - age_days * 86400,
        "client_id": client_id,
    }
    (folder / "spotify_login.json").write_text(json.dumps(kept))
    (folder / "spotify_login.json").chmod(0o600)


def test_the_end_of_the_login_is_reported(state_folder: Path) -> None:
    config = Config.model_validate({"spotify": {"client_id": "a" * 32}})
    assert music.spotify(Config()) is None
    with pytest.raises(MoodroomError, match="moodroom login"):
        music.spotify(config)
    login(state_folder, age_days=10)
    passed = music.spotify(config)
    assert passed is not None and passed.text.startswith("logged in until ") and not passed.warning
    assert passed.text.endswith("; 0 of 600 requests this hour, 0 of 2,000 in 24 hours")
    login(state_folder, age_days=175)
    passed = music.spotify(config)
    assert passed is not None and passed.warning and "moodroom login" in passed.text
    login(state_folder, age_days=1, client_id="b" * 32)
    with pytest.raises(MoodroomError, match="made for another"):
        music.spotify(config)


def test_mpd_is_not_checked_with_the_shipped_configuration(root: Path) -> None:
    assert music.mpd(load(root / "config.yaml")) is None


@pytest.mark.parametrize(
    "sections",
    [
        {"music": {"player": "mpd"}},
        {"mpd": {"port": 1}},
        {"music": {"profiles": {"everyday": {"happy": "mpd:folder/Jazz"}}}},
    ],
)
def test_mpd_is_checked_if_something_is_to_play_on_it(sections: dict[str, object]) -> None:
    with pytest.raises(MoodroomError, match="doesn't answer"):
        music.mpd(Config.model_validate({"mpd": {"port": 1}} | sections))


@pytest.mark.parametrize("player", ["spotify", "dry_run"])
def test_mpd_is_not_checked_for_another_player(player: str) -> None:
    config = Config.model_validate({"music": {"player": player}, "mpd": {"port": 1}})
    assert music.mpd(config) is None


@pytest.mark.parametrize("player", ["mpd", "dry_run"])
def test_a_login_is_not_checked_for_another_player(player: str) -> None:
    config = Config.model_validate({"music": {"player": player}, "spotify": {"client_id": "0" * 32}})
    assert music.spotify(config) is None


def test_mpd_is_checked_with_the_configured_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    word = tmp_path / "mpd_word"
    config = Config.model_validate({"mpd": {"password_file": str(word)}})
    with pytest.raises(ConfigError, match="mpd_word: there is no such file"):
        music.mpd(config)
    word.write_text("hunter2\n")
    passwords: list[str | None] = []

    class Mpd:
        def __init__(self, *_: object, password: str | None, **__: object) -> None:
            passwords.append(password)

        def playback(self) -> None: ...

        def check_permissions(self) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr("edge.players.mpd.player.MpdPlayer", Mpd)
    assert music.mpd(config) == Passed("127.0.0.1:6600 answers")
    assert passwords == ["hunter2"]


@pytest.mark.skipif(PROGRAM is None, reason="mpd is not installed: apt install mpd")
@pytest.mark.parametrize(
    ("permissions", "fix"),
    [
        ("read", "doesn't permit `addid`: add add and control to default_permissions"),
        ("read,add", "doesn't permit `deleteid`: add control to default_permissions"),
        ("read,control", "doesn't permit `addid`: add add to default_permissions"),
        ("read,add,control", None),
    ],
)
def test_a_permission_that_mpd_lacks_is_named_with_the_fix(tmp_path: Path, permissions: str, fix: str | None) -> None:
    daemon = Daemon(
        tmp_path / "mpd", extra=f'password "hush@read,add,control,admin"\ndefault_permissions "{permissions}"'
    )
    daemon.start()
    try:
        config = Config.model_validate({"music": {"player": "mpd"}, "mpd": {"port": daemon.port}})
        if fix is None:
            assert music.mpd(config) == Passed(f"127.0.0.1:{daemon.port} answers")
        else:
            with pytest.raises(PlayerError, match=fix):
                music.mpd(config)
    finally:
        daemon.stop()


def test_secrets_that_others_can_read_are_named_with_the_fix(tmp_path: Path, state_folder: Path) -> None:
    password = tmp_path / "password"
    password.write_text("hunter2")
    password.chmod(0o600)
    config = Config.model_validate({"mqtt": {"username": "me", "password_file": str(password)}})
    assert machine.secrets(config) == Passed("protected from other users: password")
    password.chmod(0o644)
    passed = machine.secrets(config)
    assert passed.warning and f"chmod o-rwx {password}" in passed.text and "hunter2" not in passed.text
    password.chmod(0o640)
    assert not machine.secrets(config).warning, "the service's own group may read it"
    login(state_folder, age_days=1)
    (state_folder / "spotify_login.json").chmod(0o604)
    assert "spotify_login.json can be read" in machine.secrets(config).text
    (state_folder / "spotify_login.json").chmod(0o600)
    word = tmp_path / "mpd_word"
    word.write_text("hunter2")
    word.chmod(0o644)
    assert f"{word} can be read" in machine.secrets(Config.model_validate({"mpd": {"password_file": str(word)}})).text
    state_folder.chmod(0o777)
    assert "can be written by other users" in machine.secrets(config).text


@pytest.mark.parametrize(
    ("state", "check", "outcome"),
    [
        (MachineState(temperature=81.0), machine.heat, "FAIL"),
        (MachineState(temperature=76.0), machine.heat, "warn"),
        (MachineState(temperature=52.4), machine.heat, "52 °C"),
        (MachineState(throttled=0x50000), machine.heat, "warn"),
        (MachineState(available_mb=9.0), machine.memory, "FAIL"),
        (MachineState(disk_free_mb=60.0, state="/s"), machine.disk, "warn"),
        (MachineState(disk_free_mb=9000.0, state="/s"), machine.disk, "9000 MiB left at /s"),
        (MachineState(disk_free_mb=9000.0, state="/s", writable=False), machine.disk, "FAIL"),
    ],
)
def test_findings_about_the_machine_become_rows(
    monkeypatch: pytest.MonkeyPatch, state: MachineState, check: Check, outcome: str
) -> None:
    monkeypatch.setattr(machine, "read_machine", lambda _: state)
    if outcome == "FAIL":
        with pytest.raises(MoodroomError, match="; "):
            check(Config())
        return
    passed = check(Config())
    assert passed is not None
    assert passed.warning if outcome == "warn" else passed.text.startswith(outcome)


def test_an_impossible_clock_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not machine.clock(Config()).warning
    monkeypatch.setattr("time.time", lambda: 86_400.0)
    with pytest.raises(MoodroomError, match="it says 1970"):
        machine.clock(Config())


def test_a_broker_that_is_away_is_named(free: int) -> None:
    config = Config.model_validate({"mqtt": {"host": "127.0.0.1", "port": free}})
    with pytest.raises(ConfigError, match=str(free)):
        broker_check.broker(config)
