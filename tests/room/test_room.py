"""The room: readings and commands in, events out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import MusicConfig
from edge.events import (
    CameraSwitched,
    DecisionMade,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
)
from edge.music.director import Director
from edge.room.commands import execute
from edge.room.room import Room
from edge.values import EXPRESSIONS, Act, Command, Control, Mood, Playback, Reading


def reading(name: str, at: float = 0.0, *, confidence: float = 0.9, people: int = 1, settled: bool = True) -> Reading:
    present = name not in ("absent", "unknown")
    return Reading(at, Mood(name, confidence, 0.1, 0.1, people if present else 0, at), present, settled)


def kinds(events: list[Any]) -> list[type]:
    return [type(event) for event in events]


@pytest.fixture
def room() -> Room:
    return Room(Director(MusicConfig()))


def test_a_new_mood_comes_with_a_decision_and_presence(room: Room) -> None:
    assert kinds(room.on_reading(reading("happy"))) == [MoodChanged, DecisionMade, PresenceChanged]
    assert room.on_reading(reading("happy", 1)) == []


def test_an_unknown_mood_at_the_start_is_no_event(room: Room) -> None:
    assert room.on_reading(reading("unknown")) == []


def test_only_large_changes_of_confidence_are_events(room: Room) -> None:
    room.on_reading(reading("happy", confidence=0.8))
    assert room.on_reading(reading("happy", 1, confidence=0.85)) == []
    events = room.on_reading(reading("happy", 2, confidence=0.95))
    assert kinds(events) == [MoodUpdated]
    assert events[0].mood.since == 0.0


def test_a_mood_set_by_hand_counts_until_auto(room: Room) -> None:
    room.on_reading(reading("sad"))
    events = execute(room, 1, Command("mood", "happy"))
    assert kinds(events) == [MoodChanged, DecisionMade]
    assert (events[0].mood.mood, events[0].mood.source) == ("happy", "override")
    assert room.on_reading(reading("angry", 2)) == []
    back = execute(room, 3, Command("mood", "auto"))
    assert (back[0].mood.mood, back[0].mood.source) == ("angry", "camera")


def test_camera_off_forgets_the_mood_and_keeps_the_music(room: Room) -> None:
    room.on_reading(reading("happy"))
    events = execute(room, 1, Command("camera", "OFF"))
    assert kinds(events) == [CameraSwitched, MoodChanged, DecisionMade]
    assert events[1].mood.mood == "unknown"
    assert events[2].wish.act is Act.KEEP
    assert room.on_reading(reading("sad", 2)) == []
    assert execute(room, 3, Command("camera", "OFF")) == []
    assert kinds(execute(room, 4, Command("camera", "ON"))) == [CameraSwitched]
    assert kinds(room.on_reading(reading("sad", 5)))[:2] == [MoodChanged, DecisionMade]


def test_only_a_change_of_playback_is_an_event(room: Room) -> None:
    playing = Playback("stopped", "dry_run", title="A")
    assert kinds(room.on_playback(0, playing)) == [PlaybackChanged]
    assert room.on_playback(1, playing) == []


def test_settings_contain_what_people_have_set(room: Room) -> None:
    derived = {
        "resting": "OFF",
        "held": "OFF",
        "scheduled": "",
        "chosen": "",
        "coming": "",
        "unwanted": "",
        "corrected": "",
    }
    chosen = {"camera": "ON", "control": "auto", "override": "auto", "profile": "everyday", "presence_override": "auto"}
    assert room.settings() == chosen | derived
    for name, value in (
        ("playback", "pause"),
        ("camera", "OFF"),
        ("control", "hands_off"),
        ("mood", "sad"),
        ("presence", "on"),
    ):
        execute(room, 0, Command(name, value))
    chosen |= {"camera": "OFF", "control": "hands_off", "override": "sad", "presence_override": "ON"}
    assert room.settings() == chosen | derived | {"held": "ON"}


# --- music ------------------------------------------------------------------------------------------------------------

CHOICE = "spotify:artist:4tZwfgrHOc3mvqYlEYSvVi"  # the choice of the built-in profile for happy


def shown(position: float, song: str = "s1", context: str = CHOICE, **more: Any) -> Playback:
    values = {"state": "playing", "volume": 40, "duration": 200.0} | more
    return Playback(player="x", uri=song, context=context, position=position, **values)


@pytest.fixture
def listening(room: Room) -> Room:
    """A room whose own happy music has played since 0; the first song is still on."""
    room.on_playback(-1, Playback("stopped", "x"))
    room.on_reading(reading("happy"))
    room.on_playback(2, shown(2))
    room.on_playback(30, shown(30))
    return room


def test_an_abandoned_wish_is_decided_again(listening: Room) -> None:
    (_, decision) = listening.on_reading(reading("sad", 40))
    listening.on_abandoned(41, decision.wish)
    assert listening.tick(50) == []
    (again,) = listening.tick(75)
    assert again.wish == decision.wish


commands = st.builds(
    Command,
    st.sampled_from(["mood", "camera", "control", "x"]),
    st.sampled_from([*EXPRESSIONS, "auto", "ON", "OFF", "hands_off", "off", ""]) | st.text(max_size=8),
)
readings = st.builds(reading, st.sampled_from([*EXPRESSIONS, "absent", "unknown"]))


@given(st.lists(commands | readings, max_size=40))
def test_no_music_starts_unless_control_is_auto(items: list[Any]) -> None:
    room = Room(Director(MusicConfig()))
    for now, item in enumerate(items):
        events = execute(room, now, item) if isinstance(item, Command) else room.on_reading(item)
        for event in events:
            if isinstance(event, DecisionMade):
                assert event.wish.act in (Act.KEEP, Act.FORGET) or room.control is Control.AUTO
                assert event.wish.why
        assert room.override is None or room.override in EXPRESSIONS


def test_the_camera_rests_in_quiet_hours_if_configured() -> None:
    config = MusicConfig.model_validate({"quiet_hours": [{"begins": "22:00", "ends": "7:00", "camera": "rest"}]})
    room = Room(Director(config), music=config)
    midnight = 1_000_080_000.0 - 1_000_080_000.0 % 86400
    evening = midnight + 21.9 * 3600
    assert room.tick(0, evening) == [] and room.looking
    assert MoodChanged in kinds(room.on_reading(reading("happy", 1)))
    events = room.tick(400, evening + 400)
    assert (type(events[0]), events[0].mood.mood) == (MoodChanged, "unknown") and not room.looking
    assert room.on_reading(reading("sad", 401)) == []
    assert all(event.wish.act in (Act.KEEP, Act.FORGET) for event in events if isinstance(event, DecisionMade))
    assert (room.settings()["camera"], room.settings()["resting"]) == ("ON", "ON")
    room.tick(36000, evening + 36000)
    assert room.looking
    assert MoodChanged in kinds(room.on_reading(reading("sad", 36001)))
