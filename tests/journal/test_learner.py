"""The learner: outcomes from events, and weights of choices."""

from __future__ import annotations

import random
import subprocess
import sys
import time

import numpy as np
import pytest

from edge.config import Choice
from edge.events import CommandReceived, DecisionMade, PlaybackChanged, SettingsReported
from edge.journal.entry import JournalEntry
from edge.journal.learner import Learner
from edge.music.choices import Picker
from edge.music.tastes import Feedback, Outcome
from edge.values import Act, Command, Music, Playback, Wish

CHOICES = [Choice(play=f"mpd:{n}") for n in range(4)]
MUSIC = [Music(choice.play, choice.play) for choice in CHOICES]


def play(learner: Learner, at: float, uri: str, *, skipped: bool, mood: str = "happy") -> None:
    """The device plays something; ten seconds later, a person skips it or not."""
    learner(DecisionMade(at, Wish(Act.PLAY, mood, "why", Music(uri, uri))))
    learner(PlaybackChanged(at, Playback("playing", "mpd", uri="a", context=uri, position=0.0)))
    learner(
        PlaybackChanged(at + 10, Playback("playing", "mpd", uri="b" if skipped else "a", context=uri, position=0.0))
    )
    learner(SettingsReported(at + 60, {}))


def test_outcomes_are_saved_with_their_time() -> None:
    saved: list[JournalEntry | Outcome] = []
    learner = Learner(saved.append, learn=True)
    play(learner, time.monotonic() - 3600, "mpd:a", skipped=True)
    (outcome,) = saved
    assert isinstance(outcome, Outcome)
    assert (outcome.mood, outcome.uri, outcome.feedback) == ("happy", "mpd:a", Feedback.SKIP)
    assert outcome.at == pytest.approx(time.time() - 3590, abs=5)


def test_the_picker_learns_what_the_listener_likes() -> None:
    shares = []
    for learn in (True, False):
        skips = plays = 0
        for seed in range(10):
            rng = np.random.default_rng(seed)
            hidden = dict(
                zip([choice.play for choice in CHOICES], rng.permutation([0.05, 0.15, 0.7, 0.9]), strict=True)
            )
            learner = Learner(lambda _: None, learn=learn, seed=seed)
            picker = Picker(random.Random(seed), learner.weigh)
            for number in range(200):
                uri = picker.pick("happy", CHOICES).play
                skipped = bool(rng.random() < hidden[uri])
                play(learner, 1000.0 * number, uri, skipped=skipped)
                if number >= 100:
                    skips, plays = skips + skipped, plays + 1
        shares.append(skips / plays)
    learned, uniform = shares
    assert learned <= 0.5 * uniform


def test_saved_outcomes_are_restored_and_can_be_forgotten() -> None:
    learner = Learner(lambda _: None, learn=True, seed=1)
    learner.replace_outcomes([Outcome(0, "happy", "mpd:2", "", Feedback.LIKE)] * 5)
    weights = learner.weigh("happy", MUSIC)
    assert max(weights) == weights[2] > 0.5
    learner.replace_outcomes([])
    assert max(learner.weigh("happy", MUSIC)) < 0.4


def test_nothing_is_learned_while_learning_is_off() -> None:
    saved: list[JournalEntry | Outcome] = []
    learner = Learner(saved.append, learn=False)
    learner.replace_outcomes([Outcome(0, "happy", "mpd:2", "", Feedback.LIKE)] * 5)
    play(learner, 0, "mpd:a", skipped=True)
    assert saved == []
    assert learner.weigh("happy", MUSIC) == [1.0] * 4


def test_an_outcome_counts_for_the_profile_entry_that_was_used() -> None:
    saved: list[JournalEntry | Outcome] = []
    learner = Learner(saved.append, learn=True)
    learner.weigh("default", MUSIC)
    play(learner, 0, "mpd:1", skipped=True, mood="sad")
    (outcome,) = saved
    assert isinstance(outcome, Outcome)
    assert outcome.mood == "default"


def test_a_replay_is_an_entry_of_the_history() -> None:
    saved: list[JournalEntry | Outcome] = []
    learner = Learner(saved.append, learn=False)
    learner(DecisionMade(0, Wish(Act.PLAY, "happy", "why", Music("mpd:a", "A"))))
    learner(PlaybackChanged(1, Playback("playing", "mpd", uri="a", context="mpd:a")))
    learner(CommandReceived(20, Command("playback", "previous")))
    (entry,) = saved
    assert isinstance(entry, JournalEntry)
    assert (entry.kind, entry.mood, entry.title) == ("replay", "happy", "A")


def test_learning_needs_no_random_generators_of_numpy() -> None:
    code = """
import sys
from edge.journal.learner import Learner
from edge.values import Music
Learner(lambda _: None, learn=True).weigh("sad", [Music("mpd:a", "A"), Music("mpd:b", "B")])
raise SystemExit("numpy.random" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
