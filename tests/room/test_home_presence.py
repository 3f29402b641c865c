"""The home's own presence: what it decides, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from edge.config import MusicConfig
from edge.events import CommandRejected, DecisionMade, MoodChanged, MoodUpdated, PresenceChanged
from edge.music.director import Director
from edge.room.commands import execute
from edge.room.home_presence import OVERRIDE, SENSOR, HomePresence
from edge.room.room import Room
from edge.values import UNKNOWN, Act, Command, Mood, Playback, Reading

EXPIRES_S = 900.0


def reading(name: str, at: float, *, present: bool, people: int = 1) -> Reading:
    return Reading(at, Mood(name, 0.9, 0.1, 0.1, people if present else 0, at), present, settled=present)


@pytest.fixture
def room() -> Room:
    return Room(Director(MusicConfig()), presence_expires=EXPIRES_S)


def shown(room: Room) -> tuple[str, str]:
    assert room.mood is not None
    return room.mood.mood, room.mood.presence_source


def presence(events: list[Any]) -> list[bool]:
    return [event.present for event in events if isinstance(event, PresenceChanged)]


def test_what_was_set_counts_before_the_sensor_and_the_sensor_before_the_camera() -> None:
    home = HomePresence(EXPIRES_S)
    assert home.decide(0, True) == (True, "camera") and home.decide(0, None) == (None, "camera")
    home.report(1, SENSOR, False)
    assert home.decide(2, True) == (False, "sensor")
    home.report(3, OVERRIDE, True)
    assert home.decide(4, False) == (True, "override")
    home.report(5, OVERRIDE, None)
    assert home.decide(6, True) == (False, "sensor")
    home.report(7, SENSOR, None)
    assert home.decide(8, True) == (True, "camera")


def test_each_value_expires_and_is_renewed_by_the_next() -> None:
    home = HomePresence(EXPIRES_S)
    home.report(0, SENSOR, True)
    home.report(600, OVERRIDE, False)
    home.report(800, SENSOR, True)
    assert home.decide(1499, None) == (False, "override")
    assert home.decide(1500, None) == (True, "sensor") and home.override is None
    assert home.decide(1700, False) == (False, "camera")


def test_the_sensor_holds_presence_in_a_room_that_looks_empty(room: Room) -> None:
    room.on_reading(reading("happy", 0, present=True))
    assert room.on_presence(1, SENSOR, True) != [] and shown(room) == ("happy", "sensor")
    events = room.on_reading(reading("absent", 10, present=False))
    assert [type(event) for event in events] == [MoodChanged, DecisionMade] and shown(room) == (UNKNOWN, "sensor")
    assert events[1].wish.act is Act.KEEP
    assert room.tick(10 + EXPIRES_S / 2) == []
    ended = room.tick(1 + EXPIRES_S)
    assert presence(ended) == [False] and shown(room) == ("absent", "camera")


def test_the_sensor_ends_presence_although_a_face_is_seen(room: Room) -> None:
    room.on_reading(reading("happy", 0, present=True))
    assert presence(room.on_presence(1, SENSOR, False)) == [False]
    assert shown(room) == ("happy", "sensor"), "the face is still evidence of the mood"
    assert room.on_reading(reading("happy", 2, present=True)) == []
    room.on_reading(reading("unknown", 3, present=True, people=0))
    assert shown(room) == ("absent", "sensor"), "the back of a head is none"
    assert presence(room.on_presence(4, SENSOR, None)) == [True] and shown(room) == (UNKNOWN, "camera")


def test_music_pauses_where_the_sensor_says_so(room: Room) -> None:
    room.on_playback(-1, Playback("stopped", "x"))
    (play,) = [e.wish for e in room.on_reading(reading("happy", 0, present=True)) if isinstance(e, DecisionMade)]
    assert play.music is not None
    room.on_playback(1, Playback("playing", "x", uri="s", context=play.music.uri, position=1.0, duration=9000.0))
    room.on_presence(2, SENSOR, False)
    wishes = []
    for second in range(3, 700):
        room.on_reading(reading("happy", second, present=True))
        wishes += [event.wish.act for event in room.tick(second) if isinstance(event, DecisionMade)]
    assert Act.PAUSE in wishes


def test_the_command_holds_ends_and_returns_to_the_camera(room: Room) -> None:
    assert presence(execute(room, 0, Command("presence", "On"))) == [True] and shown(room) == (UNKNOWN, "override")
    assert presence(execute(room, 1, Command("presence", "0"))) == [False]
    assert room.settings()["presence_override"] == "OFF"
    assert presence(room.on_reading(reading("happy", 2, present=True))) == []
    assert presence(execute(room, 3, Command("presence", "AUTO"))) == [True] and shown(room) == ("happy", "camera")
    assert room.settings()["presence_override"] == "auto"


@pytest.mark.parametrize("value", ["", "maybe", "2", "ON OFF"])
def test_another_value_is_refused_and_changes_nothing(room: Room, value: str) -> None:
    room.on_reading(reading("happy", 0, present=True))
    assert execute(room, 1, Command("presence", value)) == [
        CommandRejected(1, "presence", "presence must be ON, OFF or auto")
    ]
    assert shown(room) == ("happy", "camera")


def test_the_sensor_counts_while_the_camera_is_off(room: Room) -> None:
    room.on_reading(reading("happy", 0, present=True))
    execute(room, 1, Command("camera", "OFF"))
    assert presence(room.on_presence(2, SENSOR, False)) == [False] and shown(room) == (UNKNOWN, "sensor")
    assert presence(room.on_presence(3, SENSOR, True)) == [True]


def test_the_sensor_is_told_before_the_camera_has_seen_anything(room: Room) -> None:
    events = room.on_presence(0, SENSOR, True)
    assert [type(event) for event in events] == [MoodUpdated, PresenceChanged] and shown(room) == (UNKNOWN, "sensor")
    assert room.on_presence(1, SENSOR, True) == []
