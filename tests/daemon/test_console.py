"""Lines for people, JSON lines, MQTT."""

from __future__ import annotations

import contextlib
import io
import json
from typing import Any

import pytest

from edge.daemon.console import JsonLines, LogLines, PlainLines
from edge.events import (
    ClockStepped,
    ControlChanged,
    DecisionMade,
    Event,
    HealthReported,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    SettingsReported,
)
from edge.mqtt.outlet import MqttOutlet
from edge.values import Act, Control, Mood, Music, Playback, Wish

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


def test_a_mood_is_a_json_line_of_the_contract() -> None:
    (line,) = json_lines(MoodChanged(105.126, MOOD))
    assert list(line) == ["t", "event", "mood"]
    assert (line["t"], line["event"]) == (5.13, "mood_changed")
    assert set(line["mood"]) == {"mood", "confidence", "valence", "arousal", "people", "since", "source"}


def test_a_decision_is_a_json_line_of_the_contract() -> None:
    (line,) = json_lines(DecisionMade(106, PLAY))
    assert line == {
        "t": 6.0, "event": "decision", "why": PLAY.why,
        "wish": {"act": "play", "mood": "happy", "uri": "mpd:x", "name": "Sigur Rós", "when": "now"},
    }  # fmt: skip


def test_nothing_else_is_a_line() -> None:
    assert json_lines(*QUIET) == []
    out = io.StringIO()
    for event in QUIET:
        PlainLines(out, source_time=source_time)(event)
    assert out.getvalue() == ""


def test_names_stay_readable_in_json() -> None:
    out = io.StringIO()
    JsonLines(out, source_time=source_time, offset=0)(DecisionMade(106, PLAY))
    assert "Sigur Rós" in out.getvalue()


def test_people_read_time_mood_and_reason() -> None:
    out = io.StringIO()
    outlet = PlainLines(out, source_time=source_time)
    outlet(MoodChanged(105, MOOD))
    outlet(MoodChanged(106, Mood("sad", 1, 0, 0, 1, 106, "override")))
    outlet(DecisionMade(106, PLAY))
    outlet(DecisionMade(107, Wish(Act.KEEP, "sad", "nothing is set for sad")))
    assert out.getvalue().splitlines() == [
        "    5.0 s  happy (83%, people: 2)",
        "    6.0 s  sad (set by hand)",
        "    6.0 s    ♪ the room is happy → Sigur Rós",
        "    7.0 s    · nothing is set for sad",
    ]


class Broker:
    """In place of the MQTT connection: what is retained, and what was told."""

    def __init__(self) -> None:
        self.kept: dict[str, Any] = {}
        self.told: list[dict[str, Any]] = []

    def keep(self, topic: str, payload: Any) -> None:
        self.kept[topic] = payload

    def tell(self, payload: dict[str, Any]) -> None:
        self.told.append(payload)


def test_each_event_reaches_its_topic() -> None:
    broker = Broker()
    outlet = MqttOutlet(broker, offset=0)  # type: ignore[arg-type]
    outlet(ControlChanged(1, Control.OFF))
    assert "player" not in broker.kept, "nothing is known of the player yet"
    outlet(PlaybackChanged(1, Playback("playing", "dry_run")))
    assert broker.kept["player"]["control"] == "off"
    outlet(ControlChanged(2, Control.AUTO))
    assert (broker.kept["player"]["control"], broker.kept["player"]["state"]) == ("auto", "playing")
    outlet(PresenceChanged(3, True))
    assert broker.kept["presence"] == "ON"
    outlet(PresenceChanged(4, False))
    assert broker.kept["presence"] == "OFF"
    outlet(HealthReported(5, {"ages": {}}))
    assert broker.kept["health"] == {"ages": {}}
    assert broker.told == []
    outlet(MoodUpdated(6, MOOD))
    assert broker.kept["mood"]["mood"] == "happy" and broker.told == []
    outlet(MoodChanged(7, MOOD))
    outlet(DecisionMade(8, PLAY))
    assert [told["event"] for told in broker.told] == ["mood_changed", "music_changed"]


def test_what_people_have_set_is_retained_word_by_word() -> None:
    broker = Broker()
    outlet = MqttOutlet(broker, offset=0)  # type: ignore[arg-type]
    outlet(SettingsReported(1, {"camera": "ON", "profile": "everyday"}))
    assert broker.kept == {"camera": "ON", "profile": "everyday"}
    assert broker.told == []


def test_health_is_told_seldom_and_at_once_where_it_is_news() -> None:
    broker = Broker()
    outlet = MqttOutlet(broker, offset=0)  # type: ignore[arg-type]
    told = []
    reports: list[tuple[float, dict[str, Any]]] = [
        (0, {"cpu_share": None, "looks": 1, "problems": []}),
        (5, {"cpu_share": 0.1, "looks": 2, "problems": []}),  # known at last
        (35, {"cpu_share": 0.2, "looks": 3, "problems": []}),
        (40, {"cpu_share": 0.2, "looks": 4, "problems": [{"part": "camera"}]}),  # a problem
        (45, {"cpu_share": 0.2, "looks": 5, "problems": []}),  # and its end
        (164, {"cpu_share": None, "looks": 6, "problems": []}),
        (165, {"cpu_share": 0.2, "looks": 7, "problems": []}),  # two minutes on
    ]
    for at, report in reports:
        outlet(HealthReported(at, report))
        if broker.kept["health"] is report:
            told.append(at)
    assert told == [0, 5, 40, 45, 165]


def test_after_the_clock_was_set_times_are_told_by_it() -> None:
    out, broker = io.StringIO(), Broker()
    lines, mqtt = JsonLines(out, source_time=source_time, offset=0), MqttOutlet(broker, offset=0)  # type: ignore[arg-type]
    for outlet in (lines, mqtt):
        outlet(MoodChanged(105, MOOD))
        outlet(ClockStepped(106, 1.8e9))
        outlet(MoodChanged(107, MOOD))
    assert [json.loads(line)["mood"]["since"] for line in out.getvalue().splitlines()] == [
        "1970-01-01T00:01:44Z",
        "2027-01-15T08:01:44Z",
    ]
    assert broker.kept["mood"]["since"] == "2027-01-15T08:01:44Z"


def test_in_the_journal_only_what_is_done_is_a_line(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "edge")
    for event in (MoodChanged(105, MOOD), DecisionMade(106, PLAY), *QUIET):
        LogLines()(event)
    LogLines()(DecisionMade(107, Wish(Act.KEEP, "sad", "nothing is set for sad")))
    assert caplog.messages == ["the room is happy → Sigur Rós"]


def test_a_stdout_that_is_full_ends_nothing_and_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        lines = JsonLines(full, source_time=lambda at: at, offset=0.0)
        for _ in range(3):
            lines(DecisionMade(1.0, Wish(Act.KEEP, "happy", "kept: why")))
        with contextlib.suppress(OSError):
            full.close()
    assert len(caplog.records) == 1 and "stdout" in caplog.text
