"""`moodroom bench`: the figures' names and their sense, on a short film."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import cv2
import pytest

import scenes
from edge.commands.bench import EveryNth, reactions

KEYS = {"frames", "looks", "cpu_ms_per_s", "reaction_s_median", "rss_mb"}


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Twenty seconds of somebody happy, then sad, with their timeline beside it."""
    visit = scenes.Visit(2, 19, ((2, "happy"), (11, "sad")))
    path = tmp_path / "room.webm"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"VP80"), scenes.FPS, (scenes.WIDTH, scenes.HEIGHT))
    for frame in scenes.Scene("film", 20, (visit,)).frames():
        writer.write(cv2.cvtColor(frame.grey, cv2.COLOR_GRAY2BGR))
    writer.release()
    truth = [{"start": since, "expression": name} for since, name in visit.shows]
    path.with_suffix(".json").write_text(json.dumps({"scenes": truth}))
    return path


def test_the_figures_have_their_names_and_make_sense(
    film: Path, moodroom: Callable[..., CompletedProcess[str]], yunet_folder: Path
) -> None:
    done = moodroom("bench", film, "--json", env={"MOODROOM_MODELS": str(yunet_folder)}, timeout=180)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    for run in (told, told["every_frame"], told["every_nth"]):
        assert set(run) >= KEYS
        assert run["frames"] == 200
        assert run["rss_mb"] > 20
    assert told["every_frame"]["looks"] == 200
    assert told["looks"] < 60
    assert told["cpu_ms_per_s"] < told["every_frame"]["cpu_ms_per_s"]
    assert told["reaction_s_median"] < 6
    assert sum(told["reasons"].values()) == 200


def test_a_film_that_is_not_there_is_one_sentence(moodroom: Callable[..., CompletedProcess[str]]) -> None:
    done = moodroom("bench", "no-such-film.mp4")
    assert done.returncode == 2
    assert "no-such-film.mp4" in done.stderr
    assert "Traceback" not in done.stderr


def test_reactions_by_hand() -> None:
    truth = [(0.0, "happy"), (10.0, "sad"), (20.0, "happy")]
    assert reactions(truth, [(1.0, "happy"), (12.5, "sad"), (20.4, "happy")]) == pytest.approx([1.0, 2.5, 0.4])
    assert reactions(truth, [(1.0, "happy")]) == [1.0]


def test_every_nth_is_every_nth() -> None:
    pace = EveryNth(3)
    steps = [pace.plan(index, 1.0).step.value for index in range(7)]
    assert [index for index, step in enumerate(steps) if step == "detect"] == [0, 3, 6]
