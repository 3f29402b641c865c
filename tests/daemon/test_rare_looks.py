"""Rooms that are looked at rarely: slow sources, and schedules that ask for few looks. The whole process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.conftest import Moodroom

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def happy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody happy for 42 seconds, at two pictures a second."""
    path = tmp_path_factory.mktemp("films") / "happy.mp4"
    demo = str(ROOT / "edge" / "demo" / "demo.webm")
    cut = ["-stream_loop", "5", "-i", str(path.with_name("cut.mp4"))]
    code = ["-an", "-c:v", "libx264", "-preset", "ultrafast"]
    for command in (
        ["-ss", "13", "-t", "7", "-i", demo, "-r", "2", *code, str(path.with_name("cut.mp4"))],
        [*cut, *code, str(path)],
    ):
        subprocess.run(["ffmpeg", "-v", "error", "-y", *command], check=True, capture_output=True)
    return path


def run_on(moodroom: Moodroom, folder: Path, film: Path, **schedule: object) -> list[tuple[float, str]]:
    """The moods of a fast replay, and when they began."""
    config = folder / "config.yaml"
    config.write_text(json.dumps({"schedule": schedule}))
    done = moodroom("run", "--config", config, "--source", film, "--once", "--fast", "--json")
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [(line["t"], line["mood"]["mood"]) for line in lines if line["event"] == "mood_changed"]


@pytest.fixture(autouse=True)
def _yunet(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))


@pytest.mark.parametrize(
    "schedule",
    [{"max_rate": 0.8}, {"max_rate": 0.001}, {"settled": "1h", "empty": "1h"}, {"cpu_budget": 0.001}],
    ids=str,
)
def test_no_schedule_blinds_the_device(
    moodroom: Moodroom, tmp_path: Path, happy: Path, schedule: dict[str, object]
) -> None:
    assert [mood for _, mood in run_on(moodroom, tmp_path, happy, **schedule)] == ["happy"]


@pytest.mark.parametrize("rate", [0.2, 0.8, 60])
def test_somebody_is_seen_at_any_frame_rate(moodroom: Moodroom, tmp_path: Path, happy: Path, rate: float) -> None:
    film = tmp_path / "film.mp4"
    length = ["-t", "6"] if rate > 1 else []
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", happy, *length, "-r", str(rate), "-c:v", "libx264", film],
        check=True,
        capture_output=True,
    )
    *before, (at, mood) = run_on(moodroom, tmp_path, film)
    # A face counts once it has moved, so a few pictures pass until somebody is seen.
    assert mood == "happy" and {earlier for _, earlier in before} <= {"absent"}
    assert at <= max(3.0, 3 / rate + 0.1)
