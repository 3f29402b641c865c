"""`moodroom learning`: the estimates, and the reset."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest

from edge.cli.main import main
from edge.commands.learning import reset_learning, show_learning
from edge.config import Config, MusicConfig
from edge.errors import ConfigError
from edge.journal.reader import outcomes
from edge.journal.writer import Journal
from edge.music.tastes import Feedback, Outcome

CONFIG = Config(
    music=MusicConfig.model_validate(
        {"profile": "p", "profiles": {"p": {"happy": ["mpd:a", {"play": "mpd:b", "name": "Bee"}], "sad": "mpd:c"}}}
    )
)


@pytest.fixture
def path(state_folder: Path) -> Path:
    """A journal with ten outcomes for one choice."""
    path = state_folder / "journal.db"
    journal = Journal(path, keep_s=1e9, on_problem=print)
    for _ in range(5):
        journal.put(Outcome(time.time(), "happy", "mpd:a", "A", Feedback.SKIP))
        journal.put(Outcome(time.time(), "happy", "mpd:b", "Bee", Feedback.STAYED))
    journal.put(Outcome(time.time(), "sad", "mpd:c", "C", Feedback.LIKE))
    journal.close()
    return path


def shown(capsys: pytest.CaptureFixture[str], path: Path) -> dict[str, dict[str, object]]:
    show_learning(CONFIG, json_text=True, path=path)
    return {row["uri"]: row for row in json.loads(capsys.readouterr().out)}


def test_each_choice_is_shown_with_its_estimates(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = shown(capsys, path)
    assert set(rows) == {"mpd:a", "mpd:b", "mpd:c"}
    skipped, played, only = rows["mpd:a"], rows["mpd:b"], rows["mpd:c"]
    assert (played["mood"], played["name"]) == ("happy", "Bee")
    assert float(str(skipped["share"])) < 0.05 < 0.95 < float(str(played["share"]))
    assert float(str(skipped["left_playing"])) < 0.2 < 0.8 < float(str(played["left_playing"]))
    assert 4.5 < float(str(skipped["outcomes"])) < 5
    assert (only["share"], only["outcomes"]) == (1.0, 3.0)


def test_the_table_shows_names(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_learning(CONFIG, json_text=False, path=path)
    assert "Bee" in capsys.readouterr().out


def test_a_device_that_has_never_run_has_no_outcomes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = shown(capsys, tmp_path / "journal.db")
    assert [row["outcomes"] for row in rows.values()] == [0.0] * 3
    assert float(str(rows["mpd:a"]["share"])) == pytest.approx(0.5, abs=0.02)


def test_one_mood_or_all_can_be_reset(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reset_learning(CONFIG, "happy", path=path)
    assert capsys.readouterr().out == "Forgotten: 10 outcomes for happy.\n"
    assert [outcome.mood for outcome in outcomes(path)] == ["sad"]
    reset_learning(CONFIG, None, path=path)
    assert outcomes(path) == []
    with pytest.raises(ConfigError, match="isn't a mood"):
        reset_learning(CONFIG, "hapy", path=path)


def test_outcomes_of_moods_without_an_entry_belong_to_default(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = {"sad": "mpd:c", "default": ["mpd:a", "mpd:b"]}
    config = Config(music=MusicConfig.model_validate({"profile": "p", "profiles": {"p": profile}}))
    journal = Journal(path, keep_s=1e9, on_problem=print)
    journal.put(Outcome(time.time(), "default", "mpd:b", "B", Feedback.LIKE))
    # A choice of another profile for the same mood.
    journal.put(Outcome(time.time(), "happy", "mpd:elsewhere", "X", Feedback.LIKE))
    journal.close()
    show_learning(config, json_text=True, path=path)
    rows = {row["uri"]: row for row in json.loads(capsys.readouterr().out)}
    assert {row["mood"] for row in rows.values()} == {"default", "sad"}
    assert 4.5 < rows["mpd:a"]["outcomes"] < 5 and 7.5 < rows["mpd:b"]["outcomes"] < 8
    assert rows["mpd:a"]["share"] < 0.05
    reset_learning(config, "default", path=path)
    assert capsys.readouterr().out == "Forgotten: 11 outcomes for default.\n"
    assert {(outcome.mood, outcome.uri) for outcome in outcomes(path)} == {("sad", "mpd:c"), ("happy", "mpd:elsewhere")}


def test_without_a_default_nothing_else_is_reset(path: Path) -> None:
    reset_learning(CONFIG, "default", path=path)
    assert len(outcomes(path)) == 11


def test_the_commands(path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def moodroom(*arguments: str) -> int:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        assert isinstance(ended.value.code, int)
        return ended.value.code

    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert moodroom("learning", "reset", "sad") == 1
    assert len(outcomes(path)) == 11
    assert moodroom("learning", "reset", "sad", "--yes") == 0
    assert "Forgotten: 1 outcomes for sad.\n" in capsys.readouterr().out
    assert len(outcomes(path)) == 10
    assert moodroom("learning", "show", "--json") == 0
