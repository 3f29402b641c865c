"""The command line: exit codes, one sentence for a mistake, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import typer

import edge
from edge.cli import main as cli
from edge.config import reference
from tests.conftest import ROOT, Moodroom
from tests.waiting import PATIENCE

MODEL = ROOT / "models" / "tflite" / "fer_int8.tflite"


def refused(done: CompletedProcess[str], words: str, code: int = 2) -> None:
    """Assert this exit code and, as the last line of stderr, one sentence that contains these words."""
    assert "Traceback" not in done.stderr, done.stderr
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    sentences = [line for line in done.stderr.splitlines() if line.startswith("moodroom: ")]
    assert len(sentences) == 1 and done.stderr.splitlines()[-1] == sentences[0], done.stderr
    assert words in sentences[0]


def written(path: Path, **sections: object) -> Path:
    """A configuration file; JSON is YAML."""
    path.write_text(json.dumps(sections))
    return path


# --- small commands ---------------------------------------------------------------------------------------------------


def test_version_is_that_of_the_package(moodroom: Moodroom) -> None:
    done = moodroom("version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{edge.__version__}\n", "")


def test_schema_is_json_on_stdout(moodroom: Moodroom) -> None:
    done = moodroom("schema")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == reference.json_schema()


def test_schema_prints_the_reference_as_markdown(moodroom: Moodroom) -> None:
    done = moodroom("schema", "--markdown")
    assert (done.returncode, done.stdout, done.stderr) == (0, reference.markdown(), "")


def test_help_names_the_commands(moodroom: Moodroom) -> None:
    done = moodroom("--help")
    assert done.returncode == 0
    assert all(f"  {name}" in done.stdout for name in ("run", "check", "schema", "version"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["dance"], "No such command 'dance'"),
        (["run", "--onse"], "No such option: --onse"),
        (["run", "--config"], "--config"),
        (["version", "more"], "more"),
    ],
)
def test_wrong_usage_is_one_sentence(moodroom: Moodroom, arguments: list[str], words: str) -> None:
    refused(moodroom(*arguments), words)


def leaves(command: Any, name: str = "moodroom") -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below:
        yield name, command
    for word, one in below.items():
        yield from leaves(one, f"{name} {word}")


def test_every_command_takes_a_configuration() -> None:
    found = dict(leaves(typer.main.get_command(cli.app)))
    assert len(found) > 15
    without = [name for name, one in found.items() if not any("--config" in param.opts for param in one.params)]
    assert without == []


def test_a_named_configuration_must_exist_for_every_command(moodroom: Moodroom, tmp_path: Path) -> None:
    path = written(tmp_path / "mine.yaml")
    assert moodroom("version", "--config", path).returncode == 0
    refused(moodroom("history", "--config", path), "there is none yet", 1)
    for command in (["history"], ["learning", "reset", "--yes"]):
        refused(moodroom(*command, "--config", tmp_path / "none.yaml"), "none.yaml: there is no such file")


# --- the configuration ------------------------------------------------------------------------------------------------

# Imported by Python at its start; prints at exit which large libraries were imported.
SPY = """
import atexit, sys
foreign = {"cv2", "paho", "ai_edge_litert", "spotipy"}
atexit.register(lambda: print("LOADED", *foreign & set(sys.modules), file=sys.stderr))
"""


def test_config_only_imports_no_large_library(moodroom: Moodroom, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SPY)
    path = written(tmp_path / "mine.yaml", camera={"source": "/dev/video99"}, mqtt={"host": "192.0.2.1"})
    done = moodroom("check", "--config-only", "--config", path, env={"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}: fine\n", "LOADED\n")


def test_config_only_names_the_file(moodroom: Moodroom, tmp_path: Path) -> None:
    assert "built-in configuration: fine" in moodroom("check", "--config-only").stdout
    written(tmp_path / "cwd" / "config.yaml")
    assert moodroom("check", "--config-only").stdout == "config.yaml: fine\n"


@pytest.mark.parametrize("command", [["run"], ["check"], ["check", "--config-only"]])
def test_an_unusable_configuration_is_one_sentence(moodroom: Moodroom, tmp_path: Path, command: list[str]) -> None:
    refused(moodroom(*command, "--config", tmp_path / "none.yaml"), "none.yaml: there is no such file")
    bad = tmp_path / "bad.yaml"
    bad.write_text("camera:\n  fsp: 3\n")
    refused(moodroom(*command, "--config", bad), f"{bad}, line 2: camera.fsp: there is no such key; did you mean fps?")


@pytest.mark.parametrize("named", [True, False])
def test_config_only_as_json(moodroom: Moodroom, tmp_path: Path, named: bool) -> None:
    path = written(tmp_path / "mine.yaml")
    done = moodroom("check", "--config-only", "--json", *(["--config", path] if named else []))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {"ok": True, "config": str(path) if named else None, "checks": []}


def test_a_configuration_name_may_be_undecodable(moodroom: Moodroom, tmp_path: Path) -> None:
    path = written(tmp_path / os.fsdecode(b"caf\xe9.yaml"))
    done = moodroom("check", "--config-only", "--config", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("caf\\udce9.yaml: fine\n")
    path.write_text("camera: 7")
    refused(moodroom("check", "--config-only", "--config", path), "camera: must be a section")


# --- stdout -----------------------------------------------------------------------------------------------------------


def answer_to(stdout: int, *arguments: object, unbuffered: bool) -> tuple[int, str]:
    """The exit code and stderr of a command that writes to this descriptor."""
    done = subprocess.run(
        [sys.executable, "-m", "edge", *map(str, arguments)],
        cwd=ROOT, env={**os.environ, "PYTHONUNBUFFERED": "1" if unbuffered else ""},
        stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False,
    )  # fmt: skip
    return done.returncode, done.stderr


# Output that is written at once, or at exit.
UNBUFFERED = pytest.mark.parametrize("unbuffered", [True, False])


@UNBUFFERED
@pytest.mark.parametrize("command", ["version", "schema", "check --config-only --json"])
def test_a_full_disk_behind_stdout_is_one_sentence(command: str, unbuffered: bool) -> None:
    with open("/dev/full", "w") as full:
        result = answer_to(full.fileno(), *command.split(), unbuffered=unbuffered)
    assert result == (1, "moodroom: stdout can't be written: No space left on device\n")


@UNBUFFERED
@pytest.mark.parametrize("command", ["version", "schema"])
def test_a_closed_pipe_is_no_error(command: str, unbuffered: bool) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    assert answer_to(writer, command, unbuffered=unbuffered) == (0, "")
    os.close(writer)


def test_a_closed_stdout_is_no_error() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$0" -m edge version >&-', sys.executable], cwd=ROOT, stderr=subprocess.PIPE, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


# --- sources ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with things that can't be replayed."""
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mp4").write_text("Once upon a time\n" * 99)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "notes.txt").write_text("no picture")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "a.jpg").write_text("no picture")
    return tmp_path


@pytest.mark.parametrize("way", [["--once"], ["--once", "--fast", "--json"], []], ids=["once", "fast", "loop"])
@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("none.mp4", "there is no such file or folder; name a video"),
        ("empty.mp4", "is empty"),
        ("text.mp4", "isn't a video that can be read"),
        ("folder", "contains no pictures"),
        ("damaged", "none of its pictures can be read"),
    ],
)
def test_an_unplayable_source_is_one_sentence(
    moodroom: Moodroom, sources: Path, source: str, words: str, way: list[str]
) -> None:
    refused(moodroom("run", "--source", sources / source, *way, timeout=PATIENCE), words)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("~nosuchuser/a.mp4", "--source: must be the whole path"),
        ("x" * 300, "--source: must be shorter"),
        (os.fsdecode(b"caf\xe9.mp4"), "--source: must be UTF-8 text"),
        ("", "--source: must be auto, "),
    ],
)
def test_an_invalid_source_is_one_sentence(moodroom: Moodroom, source: str, words: str) -> None:
    refused(moodroom("run", "--once", "--source", source), words)


@pytest.mark.parametrize("way", ["--once", "--fast"])
def test_once_and_fast_are_refused_for_cameras(moodroom: Moodroom, way: str) -> None:
    refused(moodroom("run", "--source", "/dev/video99", way), f"{way}: ")


@pytest.mark.parametrize("way", ["--once", "--fast"])
def test_a_camera_password_is_not_printed(moodroom: Moodroom, way: str) -> None:
    done = moodroom("run", "--source", "rtsp://admin:hunter2@127.0.0.1/live", way)
    refused(done, f"{way}: ")
    assert "hunter2" not in done.stderr


# --- the model --------------------------------------------------------------------------------------------------------


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the model that a test may damage."""
    shutil.copy(MODEL.with_suffix(".json"), tmp_path / "m.json")
    return Path(shutil.copy(MODEL, tmp_path / "m.tflite"))


def run_with(moodroom: Moodroom, model: Path, clip: Path) -> CompletedProcess[str]:
    path = written(model.with_name("config.yaml"), vision={"model": str(model), "detector": "haar"})
    return moodroom("run", "--source", clip, "--once", "--config", path)


def test_a_missing_model_is_one_sentence(moodroom: Moodroom, model: Path, demo_clip: Path) -> None:
    model.unlink()
    refused(run_with(moodroom, model, demo_clip), "vision.model: ")


def test_a_truncated_model_is_one_sentence(moodroom: Moodroom, model: Path, demo_clip: Path) -> None:
    model.write_bytes(model.read_bytes()[:100_000])
    refused(run_with(moodroom, model, demo_clip), "isn't the file that its sidecar describes")


def test_a_missing_or_broken_sidecar_is_one_sentence(moodroom: Moodroom, model: Path, demo_clip: Path) -> None:
    sidecar = model.with_suffix(".json")
    sidecar.write_text('{"labels": [')
    refused(run_with(moodroom, model, demo_clip), "isn't a readable JSON file")
    sidecar.unlink()
    refused(run_with(moodroom, model, demo_clip), "needs its sidecar beside it")
