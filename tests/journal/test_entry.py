"""Events as entries of the journal."""

from __future__ import annotations

from typing import Any

import pytest

from edge.journal.entry import KINDS, LONGEST, JournalEntry, Notes
from edge.values import Act, Command, Control, Event, Mood, Music, Playback, Wish

MOOD = Mood("happy", 0.834, 0.71, -0.42, 2, 5.0)
PLAY = Wish(Act.PLAY, "happy", "the room is happy", Music("mpd:x", "X"))
SONG = Playback("playing", "mpd", title="Song", artist="Band", uri="mpd:a")


def notes(*events: tuple[str, Any]) -> list[JournalEntry]:
    told = Notes()
    return [entry for name, value in events for entry in told.of(Event(1.0, name, value), 100.0)]


@pytest.mark.parametrize(
    ("name", "value", "entry"),
    [
        (
            "mood_changed",
            MOOD,
            JournalEntry(100, "mood", "happy", confidence=0.83, valence=0.71, arousal=-0.42, people=2),
        ),
        ("decision", PLAY, JournalEntry(100, "decision", "happy", "X", uri="mpd:x", text="the room is happy")),
        ("decision", Wish(Act.KEEP, "sad", "kept"), JournalEntry(100, "decision", "sad", text="kept")),
        ("player", SONG, JournalEntry(100, "play", title="Song", artist="Band", uri="mpd:a")),
        ("control", Control.HANDS_OFF, JournalEntry(100, "control", text="hands_off")),
        ("taken_over", {"why": "somebody picked a song"}, JournalEntry(100, "control", text="somebody picked a song")),
        ("taken_over", None, JournalEntry(100, "control", text="somebody took over")),
        ("command", Command("mood", "sad", "mqtt"), JournalEntry(100, "command", text="mood sad (mqtt)")),
        ("camera", False, JournalEntry(100, "camera", text="off")),
    ],
)
def test_what_happened_is_an_entry(name: str, value: Any, entry: JournalEntry) -> None:
    assert notes((name, value)) == [entry]
    assert entry.kind in KINDS


@pytest.mark.parametrize("name", ["mood", "health", "settings", "presence", "command_rejected", "whatever"])
def test_what_happens_all_the_time_is_none(name: str) -> None:
    assert notes((name, MOOD)) == []


def test_each_song_is_noted_once() -> None:
    paused = Playback("paused", "mpd", title="Song", artist="Band", uri="mpd:a")
    louder = Playback("playing", "mpd", title="Song", artist="Band", uri="mpd:a", volume=50)
    other = Playback("playing", "mpd", title="Other", artist="Band", uri="mpd:b")
    told = notes(*(("player", playback) for playback in (SONG, paused, louder, other, SONG)))
    assert [entry.title for entry in told] == ["Song", "Other", "Song"]
    assert notes(("player", Playback("playing", "mpd"))) == []


def test_a_mood_set_by_hand_says_so() -> None:
    (entry,) = notes(("mood_changed", Mood("sad", 1.0, 0.0, 0.0, 0, 0.0, source="override")))
    assert entry.text == "set by hand"


def test_a_skipped_song_is_called_by_its_name_though_the_next_one_plays_already() -> None:
    other = Playback("playing", "mpd", title="Other", artist="Band", uri="mpd:b")
    told = {"mood": "happy", "choice": "mpd:list", "song": "mpd:a"}
    assert notes(("player", SONG), ("skipped", told))[-1] == JournalEntry(100, "skip", "happy", "Song", "Band", "mpd:a")
    assert notes(("player", SONG), ("player", other), ("skipped", told))[-1].title == "Song"
    assert notes(("skipped", told | {"song": None})) == [JournalEntry(100, "skip", "happy")]


def test_long_commands_are_cut() -> None:
    (entry,) = notes(("command", Command("mood", "x" * 100_000)))
    assert entry.text is not None
    assert len(entry.text) == LONGEST
