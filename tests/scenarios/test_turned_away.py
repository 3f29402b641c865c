"""Presence without a face: readers who turned away and chairs that were left, in videos and drawn scenes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import presence
from tests.conftest import ROOT, Moodroom

CASE = ROOT.parent / "shared" / "cases" / "turned-away.webm"


@pytest.fixture(autouse=True)
def _yunet(yunet_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOODROOM_MODELS", str(yunet_folder))


@pytest.mark.skipif(not CASE.exists(), reason="needs the video of somebody who turns away")
def test_somebody_who_turns_away_stays_and_so_does_the_music(moodroom: Moodroom, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("music: {pause_after: 30s}\n")
    done = moodroom("run", "--config", config, "--source", CASE, "--once", "--fast", "--json")
    assert done.returncode == 0, done.stderr
    lines: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    moods = [(line["t"], line["mood"]["mood"], line["mood"]["people"]) for line in lines if line["event"] != "decision"]
    assert "absent" not in [mood for _, mood, _ in moods]
    back = [(mood, people) for t, mood, people in moods if 15 < t < 99]
    assert back == [("unknown", 0)], "the mood fades, once"
    assert moods[-1][0] > 99 and moods[-1][2] == 1
    acts = [line["wish"]["act"] for line in lines if line["event"] == "decision" and line["t"] > 15]
    assert set(acts) == {"keep"}


@pytest.mark.parametrize("seed", [22, 27, 31])
def test_a_reader_is_present_although_only_the_back_is_seen(seed: int) -> None:
    share, gone, _ = presence.watch(presence.draw(seed, 30.0, leaves=False))
    assert (share, gone) == (1.0, None)


@pytest.mark.parametrize("seed", [20, 27])
def test_a_chair_that_was_left_is_empty_after_the_last_sign_of_life(seed: int) -> None:
    _, gone, _ = presence.watch(presence.draw(seed, 26.0, leaves=True))
    assert gone is not None
    assert 6.0 <= gone <= presence.WALKS_OUT_IN_S + 6.0 + 2.2
