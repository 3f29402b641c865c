"""Who decides about the music, and from which profile."""

from __future__ import annotations

from edge.config import MusicConfig
from edge.events import ControlChanged, DecisionMade, PlaybackChanged, Skipped, TakenOver
from edge.music.director import Director
from edge.room.commands import execute
from edge.room.room import Room
from edge.values import Act, Command, Control
from tests.room.test_room import CHOICE, kinds, listening, reading, room, shown

__all__ = ["listening", "room"]


def test_control_can_be_set_to_hands_off_and_back(room: Room) -> None:
    execute(room, 0, Command("control", "hands_off"))
    decision = room.on_reading(reading("happy", 1))[1]
    assert decision.wish.act is Act.KEEP
    back = execute(room, 2, Command("control", "auto"))
    assert kinds(back) == [ControlChanged, DecisionMade]
    assert back[1].wish.act is Act.PLAY


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


def test_another_profile_plays_at_once_and_the_same_one_changes_nothing() -> None:
    music = MusicConfig.model_validate({"profile": "a", "profiles": {"a": {"sad": "mpd:A"}, "b": {"sad": "mpd:B"}}})
    room = Room(Director(music), music=music)
    room.on_reading(reading("sad"))
    (event,) = execute(room, 1, Command("profile", "b"))
    assert event.wish.music is not None and event.wish.music.uri == "mpd:B"
    assert room.settings()["profile"] == "b"
    assert execute(room, 2, Command("profile", "b")) == []


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
