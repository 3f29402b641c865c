"""Lines for people, JSON lines and log lines."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import pytest

from edge.daemon.console import JsonLines, LogLines, PlainLines
from edge.events import (
    ClockStepped,
    DecisionMade,
    Event,
    HealthReported,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
)
from edge.values import Act, Mood, Music, Playback, Wish

MOOD = Mood("happy", 0.83, 0.7, 0.4, 2, since=104.0)
PLAY = Wish(Act.PLAY, "happy", "the room is happy → Sigur Rós", Music("mpd:x", "Sigur Rós"))
QUIET = [
    MoodUpdated(105, MOOD),
    PresenceChanged(105, True),
    HealthReported(105, {}),
    PlaybackChanged(105, Playback("stopped", "mpd")),
]


def source_time(at: float) -> float:
    return at - 100


def json_lines(*events: Event) -> list[dict[str, Any]]:
    out = io.StringIO()
    outlet = JsonLines(out, source_time=source_time, offset=0)
    for event in events:
        outlet(event)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_new_mood_is_a_json_line_with_the_documented_keys() -> None:
    (line,) = json_lines(MoodChanged(105.126, MOOD))
    assert list(line) == ["t", "event", "mood"]
    assert (line["t"], line["event"]) == (5.13, "mood_changed")
    keys = {"mood", "confidence", "valence", "arousal", "people", "since", "source", "presence_source"}
    assert set(line["mood"]) == keys


def test_a_decision_is_a_json_line_with_the_documented_keys() -> None:
    (line,) = json_lines(DecisionMade(106, PLAY))
    assert line == {
        "t": 6.0, "event": "decision", "why": PLAY.why,
        "wish": {"act": "play", "mood": "happy", "uri": "mpd:x", "name": "Sigur Rós", "when": "now"},
    }  # fmt: skip


def test_other_events_are_not_printed() -> None:
    assert json_lines(*QUIET) == []
    out = io.StringIO()
    for event in QUIET:
        PlainLines(out, source_time=source_time)(event)
    assert out.getvalue() == ""


def test_json_lines_are_not_escaped_to_ascii() -> None:
    out = io.StringIO()
    JsonLines(out, source_time=source_time, offset=0)(DecisionMade(106, PLAY))
    assert "Sigur Rós" in out.getvalue()


def test_plain_lines_show_time_mood_and_reason() -> None:
    out = io.StringIO()
    outlet = PlainLines(out, source_time=source_time)
    outlet(MoodChanged(105, MOOD))
    outlet(MoodChanged(106, Mood("sad", 1, 0, 0, 1, 106, "override")))
    outlet(DecisionMade(106, PLAY))
    outlet(DecisionMade(107, Wish(Act.KEEP, "sad", "nothing is set for sad")))
    outlet(MoodChanged(108, Mood("unknown", 0, 0, 0, 1, 108)))
    assert out.getvalue().splitlines() == [
        "    5.0 s  happy (83%, people: 2)",
        "    6.0 s  sad (set by hand)",
        "    6.0 s    ♪ the room is happy → Sigur Rós",
        "    7.0 s    · nothing is set for sad",
        "    8.0 s  unknown (people: 1)",
    ]


def test_after_a_step_of_the_wall_clock_times_follow_it() -> None:
    moods = json_lines(MoodChanged(105, MOOD), ClockStepped(106, 1.8e9), MoodChanged(107, MOOD))
    assert [line["mood"]["since"] for line in moods] == ["1970-01-01T00:01:44Z", "2027-01-15T08:01:44Z"]


def test_only_decisions_that_change_something_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "edge")
    for event in (MoodChanged(105, MOOD), DecisionMade(106, PLAY), *QUIET):
        LogLines()(event)
    LogLines()(DecisionMade(107, Wish(Act.KEEP, "sad", "nothing is set for sad")))
    assert caplog.messages == ["the room is happy → Sigur Rós"]


def test_a_full_disk_under_stdout_is_logged_once_and_raises_nothing(caplog: pytest.LogCaptureFixture) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        lines = JsonLines(full, source_time=lambda at: at, offset=0.0)
        for _ in range(3):
            lines(DecisionMade(1.0, Wish(Act.KEEP, "happy", "kept: why")))
        with contextlib.suppress(OSError):
            full.close()
    assert len(caplog.records) == 1 and "stdout" in caplog.text
