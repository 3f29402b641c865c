"""Fixtures that all tests share."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from edge.vision.detector import YUNET_FILE
from tests.waiting import PATIENCE

# No deadline, because a step's duration depends on the machine's load. Derandomized, so that a failure is never
# unrelated to the change. `--hypothesis-profile search` looks for new examples.
settings.register_profile("same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", settings.get_profile("same"), derandomize=False, max_examples=1000)
settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the longest files first, so that no worker is left with one at the end."""
    longest = {item.path for item in items if item.get_closest_marker("slow")}
    # Then those with browsers, scenes and real players; most others take a second or two.
    items.sort(key=lambda item: (item.path not in longest, not {"web", "vision", "mpd"} & set(item.path.parts)))


@pytest.fixture(autouse=True)
def _own_zone() -> Iterator[None]:
    """Restore the time zone after a test that changed it; else `localtime` and `mktime` may disagree."""
    yield
    time.tzset()


ROOT = Path(__file__).resolve().parent.parent
Film = Callable[..., Path]
Moodroom = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def root() -> Path:
    """Return the project's folder."""
    return ROOT


@pytest.fixture
def hidden_folder(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder inside one that the test's user may not search, root included."""
    outer = tmp_path / "closed"
    (outer / "inside").mkdir(parents=True)
    outer.chmod(0)
    if os.getuid() == 0:
        os.seteuid(65534)
    try:
        yield outer / "inside"
    finally:
        os.seteuid(os.getuid())
        outer.chmod(0o700)


@pytest.fixture(scope="session")
def yunet_folder() -> Path:
    """Return the folder with YuNet's file."""
    folder = Path(os.environ.get("MOODROOM_MODELS") or ROOT.parent / "shared" / "models")
    if not (folder / YUNET_FILE).is_file():
        pytest.skip(f"YuNet's file isn't in {folder}; set MOODROOM_MODELS to a folder that holds {YUNET_FILE}")
    return folder


@pytest.fixture(autouse=True)
def state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep tests away from this machine's state and secrets."""
    folder = tmp_path / "state"
    monkeypatch.setenv("STATE_DIRECTORY", str(folder))
    for name in [
        *filter(lambda name: name.startswith("MOODROOM_") and name.endswith(("PASSWORD", "SECRET")), os.environ)
    ]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    return folder


@pytest.fixture
def demo_clip() -> Path:
    """Return the bundled demo clip; demo.json beside it describes it."""
    return ROOT / "edge" / "demo" / "demo.webm"


@pytest.fixture
def film(tmp_path: Path) -> Film:
    """film("a.mp4", levels): writes a video (.mp4 or .webm) with one uniform grey picture for each level; returns its
    path."""

    def write(
        name: str, levels: Iterable[int] = range(0, 200, 20), fps: float = 10, size: tuple[int, int] = (160, 120)
    ) -> Path:
        path = tmp_path / name
        code = {".mp4": "mp4v", ".webm": "VP80"}[path.suffix]
        writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), fps, size)
        assert writer.isOpened(), f"this OpenCV can't write {path.suffix}"
        for level in levels:
            writer.write(np.full((size[1], size[0], 3), level, np.uint8))
        writer.release()
        return path

    return write


@pytest.fixture
def moodroom(tmp_path: Path) -> Moodroom:
    """moodroom("check", "--config-only"): runs the command in a separate process, in an empty folder."""
    empty = tmp_path / "cwd"

    def run(
        *args: object, env: Mapping[str, str] | None = None, timeout: float = PATIENCE
    ) -> subprocess.CompletedProcess[str]:
        empty.mkdir(exist_ok=True)
        path = os.pathsep.join(filter(None, [str(ROOT), (env or {}).get("PYTHONPATH"), os.environ.get("PYTHONPATH")]))
        return subprocess.run(
            [sys.executable, "-m", "edge", *map(str, args)],
            cwd=empty,
            env={**os.environ, **(env or {}), "PYTHONPATH": path},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run
