"""The device with its journal, and without one after a fault."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import partial
from operator import contains
from pathlib import Path

import pytest

from edge.config import JournalConfig
from edge.daemon.journal import open_journal
from edge.daemon.options import Options, loader
from edge.daemon.run import run
from edge.events import CommandReceived, DecisionMade, Event, Liked, PlaybackChanged, Skipped, Unliked
from edge.journal.reader import outcomes, timeline
from edge.journal.tables import SCHEMA
from edge.music.tastes import Feedback, Tastes
from edge.system.database import open_for_writing
from edge.values import Act, Command, Music, Playback, Wish
from tests.waiting import wait_for

MakeVideo = Callable[..., Path]


@pytest.fixture
def film(film: MakeVideo) -> Path:
    """A video of a grey room, three seconds long."""
    return film("grey.mp4", [100] * 32)


def play(film: Path, **options: bool) -> str:
    """Run the device over the video to its end; return what it wrote."""
    out = io.StringIO()
    assert run(loader(None, str(film)), Options(once=True, json=True, **options), out) == 0
    return out.getvalue()


def test_a_run_is_in_the_journal(film: Path, state_folder: Path) -> None:
    play(film, journal=True)
    entries = timeline(state_folder / "journal.db", 0, 4e9)
    assert entries[1].source == "film"
    assert [(entry.kind, entry.mood) for entry in entries][:2] == [("start", None), ("mood", "absent")]
    assert all(abs(time.time() - entry.at) < 120 for entry in entries)


@pytest.mark.parametrize("fast", [False, True])
def test_a_replay_leaves_no_trace(film: Path, state_folder: Path, fast: bool) -> None:
    assert '"source": "film"' in play(film, fast=fast)
    assert not (state_folder / "journal.db").exists()


def test_the_device_continues_without_the_journal(
    film: Path, state_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state_folder.mkdir()
    connection = open_for_writing(state_folder / "journal.db", SCHEMA)
    connection.execute("UPDATE journal_version SET version = 99")
    connection.close()
    assert '"mood": "absent"' in play(film, journal=True)
    assert "version 99" in caplog.text


def events(at: float) -> list[Event]:
    """The device plays something, and a person skips it."""
    return [
        DecisionMade(at, Wish(Act.PLAY, "happy", "why", Music("mpd:a", "A"))),
        PlaybackChanged(at + 1, Playback("playing", "mpd", title="Song", uri="mpd:1", context="mpd:a", position=0.0)),
        CommandReceived(at + 9, Command("playback", "next", "mqtt")),
        Skipped(at + 9, mood="happy", choice="mpd:a", song="mpd:1"),
    ]


def test_what_is_learned_survives_a_restart(state_folder: Path) -> None:
    journal, learner = open_journal(JournalConfig(), problem=print)
    assert journal is not None
    journal.start()
    for event in events(time.monotonic() - 20):
        learner(event)
        journal(event)
    journal.stop()
    assert [outcome.feedback.value for outcome in outcomes(state_folder / "journal.db")] == ["skip"]
    kinds = [entry.kind for entry in timeline(state_folder / "journal.db", 0, 4e9)]
    assert sorted(kinds) == ["command", "decision", "play", "skip", "start"]
    restarted, restarted_learner = open_journal(JournalConfig(), problem=print)
    assert restarted is not None
    restarted.start()
    # Looked up at each call, because the learner replaces the object.
    wait_for(lambda: restarted_learner.tastes.moods(), "what was learned")
    restarted.stop()
    assert restarted_learner.tastes.belief("happy", "mpd:a").beta == 2


def likes(at: float) -> list[Event]:
    """A person presses the button again and again."""
    pressed = [CommandReceived(at + number, Command("like", "PRESS", "mqtt")) for number in range(6)]
    return [*pressed, Liked(at + 6, mood="happy", choice="mpd:a", song="mpd:1")]


def test_six_presses_are_one_like_also_over_a_restart(state_folder: Path) -> None:
    for run_number in range(2):
        journal, learner = open_journal(JournalConfig(), problem=print)
        assert journal is not None
        journal.start()
        if run_number:
            wait_for(partial(contains, learner.likes, "mpd:1"), "the like")
        began = time.monotonic() - 20
        for event in [*events(began)[:2], *likes(began + 3)]:
            learner(event)
        assert learner.tastes.belief("happy", "mpd:a").evidence == pytest.approx(3.0)
        journal.stop()
    assert [outcome.feedback for outcome in outcomes(state_folder / "journal.db")] == [Feedback.LIKE]
    journal, learner = open_journal(JournalConfig(), problem=print)
    assert journal is not None
    journal.start()
    wait_for(lambda: "mpd:1" in learner.likes, "the like")
    # The song plays on after the restart, and nothing was chosen since.
    learner(Unliked(time.monotonic(), mood="happy", choice="mpd:a", song="mpd:1"))
    journal.stop()
    assert Tastes(outcomes(state_folder / "journal.db")).belief("happy", "mpd:a").evidence == 0


def test_without_a_journal_it_learns_until_the_next_start(state_folder: Path) -> None:
    journal, learner = open_journal(JournalConfig(enabled=False), problem=print)
    assert journal is None
    for event in events(0.0):
        learner(event)
    assert learner.tastes.belief("happy", "mpd:a").beta == 2
    assert not state_folder.exists()
