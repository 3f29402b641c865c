"""The room: readings and commands in, events out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.config import MusicConfig
from edge.events import (
    CameraSwitched,
    ControlChanged,
    DecisionMade,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    Skipped,
    TakenOver,
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


def test_control_can_be_set_to_hands_off_and_back(room: Room) -> None:
    execute(room, 0, Command("control", "hands_off"))
    decision = room.on_reading(reading("happy", 1))[1]
    assert decision.wish.act is Act.KEEP
    back = execute(room, 2, Command("control", "auto"))
    assert kinds(back) == [ControlChanged, DecisionMade]
    assert back[1].wish.act is Act.PLAY


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


# --- takeovers --------------------------------------------------------------------------------------------------------

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


def test_a_skip_at_the_speaker_is_a_takeover(listening: Room) -> None:
    events = listening.on_playback(60, shown(5, "s2"))
    assert kinds(events) == [PlaybackChanged, TakenOver, Skipped, ControlChanged, DecisionMade]
    assert events[1] == TakenOver(60, kind="song", why="somebody chose this song")
    assert events[2] == Skipped(60, mood="happy", choice=CHOICE, song="s1")
    assert events[3].control is Control.HANDS_OFF
    assert (events[4].wish.act, events[4].wish.why) == (Act.KEEP, "kept: somebody chose this song")
    assert listening.settings()["control"] == "hands_off"


def test_pending_music_is_withdrawn_from_the_player(listening: Room) -> None:
    listening.on_reading(reading("sad", 40))
    events = listening.on_playback(60, shown(5, "s2"))
    acts = [event.wish.act for event in events if isinstance(event, DecisionMade)]
    assert acts == [Act.FORGET, Act.KEEP]
    execute(listening, 61, Command("control", "auto"))
    listening.on_reading(reading("angry", 62))
    off = execute(listening, 63, Command("control", "off"))
    assert [event.wish.act for event in off if isinstance(event, DecisionMade)] == [Act.FORGET]


def test_hands_off_ends_once_the_room_was_empty_for_long_enough(listening: Room) -> None:
    listening.on_playback(60, shown(60, volume=90))
    assert listening.control is Control.HANDS_OFF
    listening.on_reading(reading("absent", 100))
    assert listening.tick(100 + 1799) == []
    events = listening.tick(100 + 1800)
    assert kinds(events)[:2] == [ControlChanged, DecisionMade] and listening.control is Control.AUTO


def test_control_off_does_not_end_by_itself(listening: Room) -> None:
    execute(listening, 50, Command("control", "off"))
    assert listening.on_playback(60, shown(5, "s2")) != []
    listening.on_reading(reading("absent", 100))
    assert listening.tick(100_000) == [] and listening.control is Control.OFF


def test_the_command_next_is_a_skip_and_no_takeover(listening: Room) -> None:
    events = execute(listening, 50, Command("playback", "next"))
    assert kinds(events) == [Skipped, DecisionMade]
    assert events[0].song == "s1"
    assert kinds(listening.on_playback(60, shown(8, "s2"))) == [PlaybackChanged]
    assert listening.control is Control.AUTO


def test_the_schedule_changes_the_profile() -> None:
    span = {"profile": "b", "begins": "18:00", "ends": "23:00"}
    profiles = {"a": {"sad": "mpd:A"}, "b": {"sad": "mpd:B"}}
    music = MusicConfig.model_validate({"profile": "a", "profiles": profiles, "schedule": [span]})
    room = Room(Director(music), music=music)
    five = 1_790_010_000.0  # 2026-09-21 17:00 UTC
    room.tick(0, five)
    room.on_reading(reading("sad", 1))
    (event,) = room.tick(3600, five + 3600)
    assert event.wish.music.uri == "mpd:B" and room.settings()["profile"] == "b"
    execute(room, 3601, Command("profile", "a"))
    assert room.tick(7200, five + 7200) == [] and room.settings()["profile"] == "a"


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
