"""The way of a frame, over scenes whose truth is known."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import scenes
from edge.commands.bench import EveryNth, measure, reactions
from edge.config import Config
from edge.values import EXPRESSIONS, FrameRequest
from edge.vision.pipeline import BASE, Pipeline

CATALOGUE = scenes.catalogue()
SHOWN = ("neutral", "happy", "surprise", "sad", "happy")


@pytest.fixture(autouse=True)
def _yunet(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))


@pytest.mark.parametrize("name", ["enter and leave", "flicker", "noise", "turned away", "lights off"])
def test_one_visitor_is_read_right(name: str) -> None:
    scene = CATALOGUE[name]
    told = [mood for _, mood in measure(Config(), scene.frames()).moods if mood in EXPRESSIONS]
    assert told == [expression for _, expression in scene.changes() if told] or set(told) == {
        expression for _, expression in scene.changes()
    }
    assert len(told) <= len(scene.changes())


def test_the_camera_is_told_when_frames_may_come_slowly_and_when_faces_are_far() -> None:
    """Somebody far off comes and sits still: first frames are wanted quickly, then slowly, with the large picture."""
    visit = scenes.Visit(2.0, 60.0, ((2.0, "happy"),), size=46, restless=0.0)
    watch = Pipeline(Config(), base=BASE, nominal=True)
    assert watch.wanted == FrameRequest()
    wanted = []
    for frame in scenes.Scene("far", 15.0, (visit,)).frames():
        watch.frame(frame)
        wanted.append(watch.wanted)
    assert wanted[10] == FrameRequest(calm=True), "the room is empty"
    assert FrameRequest(calm=False, detail=True) in wanted and wanted[-1] == FrameRequest(calm=True, detail=True)
    watch.clear()
    assert watch.wanted == FrameRequest()


def test_a_television_is_no_visitor_and_hides_none() -> None:
    run = measure(Config(), CATALOGUE["television"].frames())
    told = [(at, mood) for at, mood in run.moods if mood in EXPRESSIONS]
    assert [mood for _, mood in told] == ["neutral", "happy"]
    assert told[0][0] >= 40


def test_two_people_of_two_minds_do_not_make_the_mood_flap() -> None:
    run = measure(Config(), CATALOGUE["two people"].frames())
    assert len([mood for _, mood in run.moods if mood in EXPRESSIONS]) <= 2


def test_an_empty_room_is_absent_and_cheap() -> None:
    scene = scenes.Scene("nothing", 120, noise=3.0)
    run = measure(Config(), scene.frames())
    assert [mood for _, mood in run.moods] == ["unknown", "absent"]
    assert run.looks <= 70


def test_a_tenth_of_the_looks_reacts_almost_as_quickly() -> None:
    visit = scenes.Visit(3, 58, tuple((3.0 + 11 * i, name) for i, name in enumerate(SHOWN)))
    scene = scenes.Scene("five moods", 60, (visit,))
    ours, every = (measure(Config(), scene.frames(), pace) for pace in (None, EveryNth(1)))
    slow, quick = (sorted(reactions(scene.changes()[1:], run.moods)) for run in (ours, every))
    assert len(slow) == len(quick) == 4
    assert slow[2] - quick[2] <= 1.0
    # Counted work stands for time: a search of the whole picture costs about five times a look at a followed face.
    searches = sum(count for reason, count in ours.counts.items() if reason.startswith("detect"))
    assert searches <= every.looks / 20
    assert ours.looks <= every.looks / 5


@pytest.mark.skipif(not os.environ.get("CI") and not Path("../shared/data").exists(), reason="needs FER2013's faces")
def test_false_changes_are_rare_and_true_ones_are_found() -> None:
    """Observations drawn from the model's real answers to labelled faces, with no change in truth, then with one."""
    import noise

    hours, changes = noise.false_changes(hours_each=0.5)
    assert changes / hours <= 1
    assert noise.found_within(10.0, times_each=6) >= 0.95


def test_a_frame_counts_as_examined_once_it_was_looked_at_or_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = list(scenes.Scene("nothing", 2, noise=3.0).frames())
    watch = Pipeline(Config(), base=BASE, nominal=True)
    assert watch.examined is None
    read = [watch.frame(frame) for frame in frames[:8]]
    assert None in read, "some are skipped"
    assert watch.examined == frames[7].at

    def broken(*_: object) -> None:
        raise RuntimeError("this OpenCV is broken")

    monkeypatch.setattr(watch.schedule, "plan", broken)
    with pytest.raises(RuntimeError):
        watch.frame(frames[8])
    assert watch.examined == frames[7].at
