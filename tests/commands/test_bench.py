"""`moodroom bench`: the figures' names and their sense, on a short film."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import cv2
import pytest

import scenes
from edge.commands.bench import EveryNth, ordinal, reactions

KEYS = {"frames", "looks", "cpu_ms_per_s", "reaction_s_median", "rss_mb"}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Twenty seconds of somebody happy, then sad, with their timeline beside it."""
    visit = scenes.Visit(2, 19, ((2, "happy"), (11, "sad")))
    path = tmp_path / "room.mp4"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), scenes.FPS, (scenes.WIDTH, scenes.HEIGHT))
    for frame in scenes.Scene("film", 20, (visit,)).frames():
        writer.write(cv2.cvtColor(frame.grey, cv2.COLOR_GRAY2BGR))
    writer.release()
    truth = [{"start": since, "expression": name} for since, name in visit.shows]
    path.with_suffix(".json").write_text(json.dumps({"scenes": truth}))
    return path


def test_the_figures_are_plausible(
    film: Path, moodroom: Callable[..., CompletedProcess[str]], yunet_folder: Path
) -> None:
    done = moodroom("bench", film, "--json", env={"MOODROOM_MODELS": str(yunet_folder)}, timeout=180)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    for run in (figures, figures["every_frame"], figures["every_nth"]):
        assert set(run) >= KEYS
        assert run["frames"] == 200
        assert run["rss_mb"] > 20
    assert figures["every_frame"]["looks"] == 200
    assert figures["looks"] < 60
    assert figures["cpu_ms_per_s"] < figures["every_frame"]["cpu_ms_per_s"]
    assert figures["reaction_s_median"] < 6
    assert sum(figures["reasons"].values()) == 200


def test_a_missing_video_is_one_sentence(moodroom: Callable[..., CompletedProcess[str]]) -> None:
    done = moodroom("bench", "no-such-film.mp4")
    assert done.returncode == 2
    assert "no-such-film.mp4" in done.stderr
    assert "Traceback" not in done.stderr


def test_reactions_are_the_delays_of_the_mood() -> None:
    truth = [(0.0, "happy"), (10.0, "sad"), (20.0, "happy")]
    assert reactions(truth, [(1.0, "happy"), (12.5, "sad"), (20.4, "happy")]) == pytest.approx([1.0, 2.5, 0.4])
    assert reactions(truth, [(1.0, "happy")]) == [1.0]


def test_every_nth_frame_is_looked_at() -> None:
    policy = EveryNth(3)
    kinds = [policy.plan(index, 1.0).kind.value for index in range(7)]
    assert [index for index, kind in enumerate(kinds) if kind == "detect"] == [0, 3, 6]


def test_ordinals() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 22, 33, 101, 111)] == (
        ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "22nd", "33rd", "101st", "111th"]
    )
