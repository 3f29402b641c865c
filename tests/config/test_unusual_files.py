"""A configuration or password that is no plain file, or far too large, is refused in one sentence, at once."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.cli.main import main
from edge.config import WebConfig
from edge.config.yaml_lines import MAX_DEPTH, MAX_VALUES
from edge.errors import ConfigError
from edge.system import reading, state
from edge.web.security import password
from tests.conftest import Moodroom
from tests.daemon.test_session import start, wait_for_log
from tests.waiting import PATIENCE

__all__ = ["start"]


def refused(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert (done.returncode, done.stdout) == (2, ""), done
    assert "Traceback" not in done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("moodroom: ") and words in last, done.stderr


def unusual(folder: Path, kind: str) -> Path:
    path = folder / "unusual"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path = Path("/dev/zero")
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_bytes(b"#" * (reading.TEXT_MAX_BYTES + 1))
        path.chmod(0o600)
    return path


KINDS = pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("pipe", "isn't a regular file, but a pipe"),
        ("device", "isn't a regular file, but a pipe"),
        ("folder", "folder"),
        ("huge", "it has more than 512 KB"),
    ],
)


@KINDS
@pytest.mark.parametrize("command", [["run"], ["check", "--config-only"]])
def test_an_unusual_configuration_is_refused(
    moodroom: Moodroom, tmp_path: Path, kind: str, words: str, command: list[str]
) -> None:
    refused(moodroom(*command, "--config", unusual(tmp_path, kind)), words)


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_an_unusual_password_of_the_broker_is_refused(moodroom: Moodroom, tmp_path: Path, kind: str) -> None:
    path, secret = tmp_path / "config.yaml", unusual(tmp_path, kind)
    path.write_text(f"camera: {{source: demo}}\nmqtt: {{host: 127.0.0.1, username: a, password_file: {secret}}}\n")
    # A replay is published only when told to.
    refused(moodroom("run", "--config", path, "--publish"), "can't be read")


@KINDS
def test_an_unusual_password_of_the_page_is_refused(tmp_path: Path, kind: str, words: str) -> None:
    with pytest.raises(ConfigError, match=r"web: the password file .*moodroom web password"):
        password.read(WebConfig(password_file=str(unusual(tmp_path, kind))))


def test_a_certificate_that_is_a_pipe_is_refused(moodroom: Moodroom, tmp_path: Path) -> None:
    path, pipe = tmp_path / "config.yaml", unusual(tmp_path, "pipe")
    path.write_text(f"camera: {{source: demo}}\nmqtt: {{host: 127.0.0.1, tls: true, ca_file: {pipe}}}\n")
    refused(moodroom("run", "--config", path, "--publish"), "mqtt.ca_file")


def test_a_pipe_at_a_reload_is_refused_and_the_device_goes_on(
    start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("device: {id: den}\n")
    process = start("--config", path, "--source", "demo")
    wait_for_log(process, "ready: first look")
    path.unlink()
    os.mkfifo(path)
    process.send_signal(signal.SIGHUP)
    wait_for_log(process, "the configuration stays as it was")
    process.terminate()
    assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("".join(f"a{n}: 1\n" for n in range(MAX_VALUES)), f"holds more than {MAX_VALUES:,} values"),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "is nested too deeply"),
        ("a: " + "{a: " * 20_000, "is nested too deeply"),
        ("a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "uses a YAML alias"),
        ("x" * 1000 + ": 1\n", "there is no such key"),
    ],
    ids=["values", "depth", "open", "aliases", "long"],
)
def test_a_huge_configuration_is_refused(moodroom: Moodroom, tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(text)
    done = moodroom("check", "--config-only", "--config", path)
    assert done.returncode == 2 and words in done.stderr and len(done.stderr) < 2000, done.stderr[:500]


def test_five_hundred_thousand_keys_are_refused_by_their_size(moodroom: Moodroom, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("".join(f"key{number}: 1\n" for number in range(500_000)))
    refused(moodroom("check", "--config-only", "--config", path), "it has more than 512 KB")


@pytest.mark.parametrize("command", ["history", "library sort", "learning show", "speakers"])
def test_a_user_without_a_home_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", dict[int, object]().__getitem__)
    path = tmp_path / "config.yaml"
    path.write_text(f"spotify: {{client_id: '{'0' * 32}'}}\n")
    with pytest.raises(SystemExit) as ended:
        main([*command.split(), "--config", str(path)])
    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "moodroom: state directory: this user has no home folder; set STATE_DIRECTORY to a folder that it may write\n"
    )


def test_a_state_file_that_is_a_pipe_counts_as_missing(state_folder: Path) -> None:
    state_folder.mkdir()
    os.mkfifo(state_folder / "settings")
    assert state.read("settings") is None
