"""Events as entries of the journal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.events import (
    CameraSwitched,
    CommandReceived,
    CommandRejected,
    ControlChanged,
    Corrected,
    DecisionMade,
    Event,
    HealthReported,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    ProblemOccurred,
    SettingsReported,
    Skipped,
    TakenOver,
)
from edge.journal.entry import KINDS, TEXT_MAX_LENGTH, JournalEntry, Notes
from edge.values import Act, Command, Control, Mood, Music, Playback, Wish

MOOD = Mood("happy", 0.834, 0.71, -0.42, 2, 5.0)
PLAY = Wish(Act.PLAY, "happy", "the room is happy", Music("mpd:x", "X"))
SONG = Playback("playing", "mpd", title="Song", artist="Band", uri="mpd:a")


def notes(*events: Event) -> list[JournalEntry]:
    writer = Notes()
    return [entry for event in events for entry in writer.of(event, 100.0)]


@pytest.mark.parametrize(
    ("event", "entry"),
    [
        (
            MoodChanged(1.0, MOOD),
            JournalEntry(100, "mood", "happy", confidence=0.83, valence=0.71, arousal=-0.42, people=2),
        ),
        (
            Corrected(1.0, MOOD, "sad"),
            JournalEntry(100, "correct", "sad", text="happy", confidence=0.83, valence=0.71, arousal=-0.42, people=2),
        ),
        (
            DecisionMade(1.0, PLAY),
            JournalEntry(100, "decision", "happy", "X", uri="mpd:x", text="the room is happy"),
        ),
        (DecisionMade(1.0, Wish(Act.KEEP, "sad", "kept")), JournalEntry(100, "decision", "sad", text="kept")),
        (PlaybackChanged(1.0, SONG), JournalEntry(100, "play", title="Song", artist="Band", uri="mpd:a")),
        (ControlChanged(1.0, Control.HANDS_OFF), JournalEntry(100, "control", text="hands_off")),
        (
            TakenOver(1.0, "song", "somebody picked a song"),
            JournalEntry(100, "control", text="somebody picked a song"),
        ),
        (
            CommandReceived(1.0, Command("mood", "sad", "mqtt")),
            JournalEntry(100, "command", text="mood sad (mqtt)"),
        ),
        (CameraSwitched(1.0, False), JournalEntry(100, "camera", text="off")),
    ],
)
def test_events_become_entries(event: Event, entry: JournalEntry) -> None:
    assert notes(event) == [entry]
    assert entry.kind in KINDS


@pytest.mark.parametrize(
    "event",
    [
        MoodUpdated(1.0, MOOD),
        HealthReported(1.0, {}),
        SettingsReported(1.0, {}),
        PresenceChanged(1.0, True),
        CommandRejected(1.0, "mood", "no such mood"),
        ProblemOccurred(1.0, "player", "can't play X"),
    ],
)
def test_frequent_events_are_not_entries(event: Event) -> None:
    assert notes(event) == []


def test_each_song_is_one_entry() -> None:
    paused = Playback("paused", "mpd", title="Song", artist="Band", uri="mpd:a")
    louder = Playback("playing", "mpd", title="Song", artist="Band", uri="mpd:a", volume=50)
    other = Playback("playing", "mpd", title="Other", artist="Band", uri="mpd:b")
    entries = notes(*(PlaybackChanged(1.0, playback) for playback in (SONG, paused, louder, other, SONG)))
    assert [entry.title for entry in entries] == ["Song", "Other", "Song"]
    assert notes(PlaybackChanged(1.0, Playback("playing", "mpd"))) == []


def test_an_override_is_marked_as_set_by_hand() -> None:
    (entry,) = notes(MoodChanged(1.0, Mood("sad", 1.0, 0.0, 0.0, 0, 0.0, source="override")))
    assert entry.text == "set by hand"


def test_a_skipped_song_has_its_own_title_even_if_the_next_one_plays() -> None:
    other = Playback("playing", "mpd", title="Other", artist="Band", uri="mpd:b")
    first, second = PlaybackChanged(1.0, SONG), PlaybackChanged(1.0, other)
    skipped = Skipped(1.0, mood="happy", choice="mpd:list", song="mpd:a")
    assert notes(first, skipped)[-1] == JournalEntry(100, "skip", "happy", "Song", "Band", "mpd:a")
    assert notes(first, second, skipped)[-1].title == "Song"
    assert notes(replace(skipped, song=None)) == [JournalEntry(100, "skip", "happy")]


def test_long_commands_are_cut() -> None:
    (entry,) = notes(CommandReceived(1.0, Command("mood", "x" * 100_000)))
    assert entry.text is not None
    assert len(entry.text) == TEXT_MAX_LENGTH
