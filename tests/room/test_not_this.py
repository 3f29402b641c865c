"""The command not_this: what waits or plays is dropped, not chosen again today, and other music takes its place."""

from __future__ import annotations

from datetime import timezone
from typing import Any

import pytest

from edge.config import MusicConfig
from edge.events import ChoiceRefused, CommandRejected, DecisionMade, Event
from edge.music.director import Director
from edge.room.commands import execute
from edge.room.room import Room
from edge.values import Act, Command, Playback, When, Wish
from tests.room.test_room import kinds, reading

PRESS = Command("not_this", "PRESS")
# Noon of a day in November, and the monotonic clock of the tests starts at 0.
NOON = 1_795_953_600.0
DAY_S = 86400.0


def made(switch: str = "at_track_end", **profile: Any) -> Room:
    moods = {"happy": ["mpd:A", "mpd:B"], "sad": ["mpd:A", "mpd:C"]} | profile
    music = MusicConfig.model_validate(
        {"switch": switch, "profiles": {"everyday": moods}, "strong_change": None, "cooldown": "0s", "min_dwell": "0s"}
    )
    return Room(Director(music, zone=timezone.utc), music=music)


def tick(room: Room, now: float) -> None:
    room.tick(now, NOON + now)


def plays(room: Room, now: float, uri: str) -> list[Event]:
    return room.on_playback(now, Playback("playing", "mpd", title=uri, uri=f"{uri}/1", context=uri, volume=40))


def wishes(events: list[Event]) -> list[Wish]:
    return [event.wish for event in events if isinstance(event, DecisionMade)]


def chosen(events: list[Event]) -> list[str]:
    return [wish.music.uri for wish in wishes(events) if wish.music is not None]


def first(room: Room) -> str:
    """Begin happy music; returns its address."""
    tick(room, 0)
    room.on_playback(0, Playback("stopped", "mpd"))
    room.on_reading(reading("happy", 1))
    assert room.own_music is not None
    plays(room, 2, room.own_music.uri)
    assert room.settings()["chosen"] == room.own_music.uri
    return room.own_music.uri


def test_what_plays_is_replaced_at_once() -> None:
    room = made()
    dropped = first(room)
    events = execute(room, 60, PRESS)
    assert kinds(events) == [ChoiceRefused, DecisionMade]
    assert events[0] == ChoiceRefused(60, "happy", dropped, dropped)
    (wish,) = wishes(events)
    assert (wish.act, wish.when) == (Act.PLAY, When.NOW)
    assert wish.music is not None and wish.music.uri != dropped
    assert wish.why.startswith(f"nobody wants {dropped} today: ")


def test_it_is_not_chosen_again_today_for_this_mood_but_for_others_and_tomorrow() -> None:
    room = made(happy=["mpd:A", "mpd:B"], sad="mpd:A", neutral="mpd:B")
    dropped = first(room)
    execute(room, 60, PRESS)
    other = room.own_music
    assert other is not None
    plays(room, 61, other.uri)
    left = made(happy=["mpd:A", "mpd:B"], sad=dropped)
    left.restore(room.settings())
    for number in range(12):
        tick(left, 100 * number)
        chosen = [
            wish.music.uri for wish in wishes(execute(left, 100 * number, Command("mood", "happy"))) if wish.music
        ]
        assert dropped not in chosen
        for_sad = [
            wish.music.uri for wish in wishes(execute(left, 100 * number + 50, Command("mood", "sad"))) if wish.music
        ]
        assert set(for_sad) <= {dropped}
    tick(left, DAY_S)
    assert left.settings()["unwanted"] == ""


def test_what_waits_for_the_song_s_end_is_replaced_and_the_song_goes_on() -> None:
    room = made()
    dropped_before = first(room)
    room.on_reading(reading("sad", 70.0))
    waiting = room.settings()["coming"]
    assert waiting and room.settings()["chosen"] == dropped_before
    events = execute(room, 80, PRESS)
    assert kinds(events) == [ChoiceRefused, DecisionMade, DecisionMade]
    forget, play = wishes(events)
    assert (forget.act, forget.why) == (Act.FORGET, f"{waiting} doesn't play next: nobody wants {waiting} today")
    assert (play.act, play.when) == (Act.PLAY, When.TRACK_END)
    assert play.music is not None and play.music.uri not in (waiting,)
    assert room.settings()["coming"] == play.music.uri


def test_the_music_pauses_where_nothing_else_is_set() -> None:
    room = made(happy="mpd:A")
    assert first(room) == "mpd:A"
    (wish,) = wishes(execute(room, 60, PRESS))
    assert wish.act is Act.PAUSE
    assert wish.why == (
        "nobody wants mpd:A today: the music pauses, nothing else is set for happy, and nobody wants that today"
    )
    room.on_playback(62, Playback("paused", "mpd", title="mpd:A", uri="mpd:A/1", context="mpd:A", volume=40))
    tick(room, 200)
    assert room.control.value == "auto", "the device's own pause is no takeover"
    assert all(wish.act is Act.KEEP for wish in wishes(room.tick(300, NOON + 300)))


@pytest.mark.parametrize("control", ["hands_off", "off"])
def test_it_needs_the_device_to_choose(control: str) -> None:
    room = made()
    first(room)
    execute(room, 50, Command("control", control))
    (rejected,) = execute(room, 60, PRESS)
    assert isinstance(rejected, CommandRejected)
    assert rejected.message == "not_this needs the device to choose the music; set control to auto"


def test_it_is_for_music_that_the_device_chose() -> None:
    room = made()
    (rejected,) = execute(room, 60, PRESS)
    assert isinstance(rejected, CommandRejected)
    assert rejected.message == "not_this is for music that the device chose, and none of it plays or waits"
    assert kinds(execute(room, 61, Command("not_this", "yes"))) == [CommandRejected]


def test_music_that_somebody_paused_stays_paused() -> None:
    room = made()
    dropped = first(room)
    execute(room, 50, Command("playback", "pause"))
    (wish,) = wishes(execute(room, 60, PRESS))
    assert (wish.act, wish.why) == (Act.KEEP, f"kept: nobody wants {dropped} today, and somebody paused the music")
    assert room.settings()["held"] == "ON"


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", '["2026-11-29", "ab", ["sad"]]', '["2026-11-29", 5]', "null"])
def test_damaged_settings_count_as_none(text: str) -> None:
    room = made()
    room.restore({"unwanted": text})
    assert room.settings()["unwanted"] == ""
