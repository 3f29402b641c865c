"""scripts/environment.sh: the face detector's file is fetched once, briefly, and a failure isn't repeated all day."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.waiting import PATIENCE

ROOT = Path(__file__).parents[2]
NAME = "face_detection_yunet_2023mar.onnx"


class Project:
    """A folder with the script, and a fake fetch_models that counts its calls."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "calls"
        (folder / "scripts").mkdir()
        (folder / "models").mkdir()
        shutil.copy(ROOT / "scripts/environment.sh", folder / "scripts")
        self.answer("exit 1")

    def answer(self, text: str) -> None:
        (self.folder / "python").write_text(f"#!/bin/sh\necho called >>{self.calls}\n{text}\n")
        (self.folder / "python").chmod(0o755)

    def start(self, code: int = 0, **more: str) -> str:
        environment = {name: value for name, value in os.environ.items() if name != "MOODROOM_MODELS"}
        done = subprocess.run(
            ["bash", "-euc", ". scripts/environment.sh; need_detector ./python; echo started"],
            cwd=self.folder,
            env=environment | more,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert (done.returncode, done.stdout) == (code, "" if code else "started\n"), done.stderr
        return done.stderr

    def set_up(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            ["bash", "-euc", ". scripts/environment.sh; make_environment .venv web constraints ./python; echo started"],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def called(self) -> int:
        return len(self.calls.read_text().splitlines()) if self.calls.exists() else 0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_it_is_fetched_once(project: Project) -> None:
    project.answer(f"touch models/{NAME}")
    assert "notice" not in project.start()
    project.start()
    assert project.called == 1


def test_without_a_network_it_says_so_once_and_goes_on(project: Project) -> None:
    assert "scripts/fetch_models gets the better one" in project.start()
    assert project.start() == ""
    assert project.called == 1
    # A day later it is tried again.
    yesterday = (project.folder / "models/.fetch_failed").stat().st_mtime - 90_000
    os.utime(project.folder / "models/.fetch_failed", (yesterday, yesterday))
    project.answer(f"touch models/{NAME}")
    project.start()
    assert project.called == 2 and not (project.folder / "models/.fetch_failed").exists()


def test_a_folder_that_has_the_file_is_enough(project: Project, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / NAME).touch()
    project.start(MOODROOM_MODELS=str(tmp_path / "elsewhere"))
    assert project.called == 0


def test_ctrl_c_during_the_download_ends_the_start(project: Project) -> None:
    project.answer("exit 130")
    project.start(code=130)
    assert not (project.folder / "models/.fetch_failed").exists()


def test_ctrl_c_reaches_the_download(project: Project) -> None:
    # In a process group of its own the terminal's Ctrl-C wouldn't reach it.
    project.answer("test $(ps -o pgid= -p $$) = $(ps -o pgid= -p $(cat shell)) || exit 1")
    done = subprocess.run(
        ["bash", "-euc", "echo $$ >shell; . scripts/environment.sh; need_detector ./python"],
        cwd=project.folder,
        env={name: value for name, value in os.environ.items() if name != "MOODROOM_MODELS"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0 and "notice" not in done.stderr, done.stderr


def test_of_two_that_start_at_once_one_makes_the_environment(project: Project) -> None:
    (project.folder / "pyproject.toml").touch()
    (project.folder / "constraints").touch()
    os.mkfifo(project.folder / "gate")
    project.answer(
        'case "$*" in\n'
        "*picamera2*) exit 1 ;;\n"
        '*"-m venv"*) mkdir .venv/bin; cp python .venv/bin; read -r _ <gate; echo venv >>made;;\n'
        "esac"
    )
    with project.set_up() as first, project.set_up() as second:
        for process in (first, second):
            assert process.stderr is not None and process.stdout is not None
        try:
            said = sorted(process.stderr.readline() for process in (first, second))
            assert said[0] == ".venv is being set up already; waiting for it\n"
            with (project.folder / "gate").open("w") as gate:
                gate.write("go\n")
            assert first.wait(PATIENCE) == 0 and second.wait(PATIENCE) == 0
            assert first.stdout.read() == second.stdout.read() == "started\n"
        finally:
            first.kill()
            second.kill()
    assert (project.folder / "made").read_text() == "venv\n"


def test_a_folder_that_cannot_be_written_is_one_sentence(project: Project) -> None:
    for name in ("pyproject.toml", "constraints", ".venv"):
        (project.folder / name).touch()
    with project.set_up() as process:
        output, errors = process.communicate(timeout=PATIENCE)
    assert (process.returncode, output) == (1, "")
    assert ".venv can't be written in " in errors and errors.count("\n") == 1


@pytest.mark.parametrize("fake", ["exit 1", "", None], ids=["too old", "no Python", "missing"])
@pytest.mark.parametrize("what", ["choose_python", 'eval "$(sed -n "/^own_pip()/,/^}/p" package)"; scratch=.; own_pip'])
def test_an_unsuitable_python_is_one_sentence(project: Project, what: str, fake: str | None) -> None:
    python = project.folder / "python3"
    if fake is not None:
        python.write_text(f"#!/bin/sh\n{fake}\n" if fake else "no program")
        python.chmod(0o755 if fake else 0o644)
    shutil.copy(ROOT / "scripts/package", project.folder)
    done = subprocess.run(
        ["bash", "-euc", f". scripts/environment.sh; {what}"],
        cwd=project.folder,
        env={"PATH": os.environ["PATH"], "MOODROOM_PYTHON": str(python)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{python} isn't Python 3.10 to 3.14") and done.stderr.count("\n") == 1


def test_both_sets_of_versions_are_for_the_same_pythons() -> None:
    """A version that is pinned for all Pythons, but exists for newer ones only, can't be installed."""
    with_numpy_1 = {"numpy", "opencv-python-headless", "ml_dtypes", "tflite-runtime", "hatchling", "trove-classifiers"}
    pinned = []
    for name in ("tested", "numpy1"):
        lines = (ROOT / f"constraints/{name}.txt").read_text().splitlines()
        pinned.append({line for line in lines if "==" in line and line.split("==")[0] not in with_numpy_1})
    assert pinned[0] == pinned[1]
