"""The command as people meet it: exit codes, one sentence for a mistake, never a traceback."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import edge
from edge import config_file
from tests.conftest import ROOT, Moodroom

MODEL = ROOT / "models" / "tflite" / "fer_int8.tflite"


def refused(done: CompletedProcess[str], words: str, code: int = 2) -> None:
    """This exit code, and as the last line of stderr one sentence that holds these words."""
    assert "Traceback" not in done.stderr, done.stderr
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    ours = [line for line in done.stderr.splitlines() if line.startswith("moodroom: ")]
    assert len(ours) == 1 and done.stderr.splitlines()[-1] == ours[0], done.stderr
    assert words in ours[0]


def written(path: Path, **sections: object) -> Path:
    """A configuration; JSON is YAML."""
    path.write_text(json.dumps(sections))
    return path


# --- small commands ---------------------------------------------------------------------------------------------------


def test_version_is_the_package_s(moodroom: Moodroom) -> None:
    done = moodroom("version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{edge.__version__}\n", "")


def test_schema_is_json_on_stdout(moodroom: Moodroom) -> None:
    done = moodroom("schema")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == config_file.schema()


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


# --- the configuration ------------------------------------------------------------------------------------------------

# On the way of Python's imports: a module that says which foreign libraries were loaded.
SPY = """
import atexit, sys
foreign = {"cv2", "paho", "ai_edge_litert", "spotipy"}
atexit.register(lambda: print("LOADED", *foreign & set(sys.modules), file=sys.stderr))
"""


def test_config_only_touches_nothing_and_loads_no_foreign_library(moodroom: Moodroom, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SPY)
    path = written(tmp_path / "mine.yaml", camera={"source": "/dev/video99"}, mqtt={"host": "192.0.2.1"})
    done = moodroom("check", "--config-only", "--config", path, env={"PYTHONPATH": str(tmp_path)})
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}: fine\n", "LOADED\n")


def test_config_only_says_which_file_it_read(moodroom: Moodroom, tmp_path: Path) -> None:
    assert "built-in configuration: fine" in moodroom("check", "--config-only").stdout
    written(tmp_path / "cwd" / "config.yaml")
    assert moodroom("check", "--config-only").stdout == "config.yaml: fine\n"


@pytest.mark.parametrize("command", [["run"], ["check"], ["check", "--config-only"]])
def test_a_configuration_that_can_t_be_used_is_one_sentence(
    moodroom: Moodroom, tmp_path: Path, command: list[str]
) -> None:
    refused(moodroom(*command, "--config", tmp_path / "none.yaml"), "none.yaml: there is no such file")
    bad = tmp_path / "bad.yaml"
    bad.write_text("camera:\n  fsp: 3\n")
    refused(moodroom(*command, "--config", bad), f"{bad}, line 2: camera.fsp: there is no such key; did you mean fps?")


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
        ("none.mp4", "there is no such file or folder to replay"),
        ("empty.mp4", "is empty"),
        ("text.mp4", "isn't a film that can be read"),
        ("folder", "holds no pictures"),
        ("damaged", "none of its pictures can be read"),
    ],
)
def test_what_can_t_be_replayed_is_one_sentence(
    moodroom: Moodroom, sources: Path, source: str, words: str, way: list[str]
) -> None:
    refused(moodroom("run", "--source", sources / source, *way, timeout=10), words)


@pytest.mark.parametrize("way", ["--once", "--fast"])
def test_a_camera_has_no_end_and_can_t_be_hurried(moodroom: Moodroom, way: str) -> None:
    refused(moodroom("run", "--source", "/dev/video99", way), f"{way}: ")


@pytest.mark.parametrize("way", ["--once", "--fast"])
def test_a_camera_s_password_is_not_repeated(moodroom: Moodroom, way: str) -> None:
    done = moodroom("run", "--source", "rtsp://admin:hunter2@127.0.0.1/live", way)
    refused(done, f"{way}: ")
    assert "hunter2" not in done.stderr


# --- the model --------------------------------------------------------------------------------------------------------


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the model, to be spoilt."""
    shutil.copy(MODEL.with_suffix(".json"), tmp_path / "m.json")
    return Path(shutil.copy(MODEL, tmp_path / "m.tflite"))


def run_with(moodroom: Moodroom, model: Path, clip: Path) -> CompletedProcess[str]:
    path = written(model.with_name("config.yaml"), vision={"model": str(model), "detector": "haar"})
    return moodroom("run", "--source", clip, "--once", "--config", path)


def test_a_model_that_is_missing_is_one_sentence(moodroom: Moodroom, model: Path, demo_clip: Path) -> None:
    model.unlink()
    refused(run_with(moodroom, model, demo_clip), "vision.model: ")


def test_a_model_that_is_cut_off_is_one_sentence(moodroom: Moodroom, model: Path, demo_clip: Path) -> None:
    model.write_bytes(model.read_bytes()[:100_000])
    refused(run_with(moodroom, model, demo_clip), "isn't the file that its sidecar describes")


def test_a_sidecar_that_is_missing_or_broken_is_one_sentence(moodroom: Moodroom, model: Path, demo_clip: Path) -> None:
    sidecar = model.with_suffix(".json")
    sidecar.write_text('{"labels": [')
    refused(run_with(moodroom, model, demo_clip), "isn't a readable JSON file")
    sidecar.unlink()
    refused(run_with(moodroom, model, demo_clip), "needs its sidecar beside it")
