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

    def start(self, **more: str) -> str:
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
        assert (done.returncode, done.stdout) == (0, "started\n"), done.stderr
        return done.stderr

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
