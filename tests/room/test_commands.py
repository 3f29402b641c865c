"""What each command takes, and how a bad one is answered."""

from __future__ import annotations

import pytest

from edge.config import MusicConfig
from edge.daemon.restore import as_commands
from edge.events import CommandRejected, DecisionMade, Liked, MoodChanged, PlaybackChanged, RestartRequested, Unliked
from edge.music.director import Director
from edge.room.commands import execute
from edge.room.room import Room
from edge.values import Act, Command, Playback
from tests.room.test_room import kinds, reading


@pytest.fixture
def room() -> Room:
    return Room(Director(MusicConfig()))


@pytest.mark.parametrize(
    "command",
    [
        Command("mood", "hapy"),
        *(Command("camera", text) for text in ("", "o", "2", "auto", "on off", "нет")),
        Command("control", ""),
        Command("lamp", "ON"),
        Command("profile", "party"),
        Command("profile", ""),
        *(
            Command("volume", text)
            for text in ("", "101", "-1", "4.5", "40.", "40,0", "101.0", "1e1", "٤٠", "0x1", "1000", " 7")
        ),
        Command("playback", "stop"),
        Command("restart", ""),
        Command("mood", "happy", fault="mood isn't UTF-8 text"),
    ],
)
def test_a_bad_command_changes_nothing_and_is_rejected(room: Room, command: Command) -> None:
    room.on_reading(reading("happy"))
    before = vars(room).copy(), room.settings()
    events = execute(room, 1, command)
    assert kinds(events) == [CommandRejected]
    assert events[0].message
    assert (vars(room), room.settings()) == before


@pytest.mark.parametrize(
    ("command", "act", "volume"),
    [
        (Command("volume", "0"), Act.VOLUME, 0),
        (Command("volume", "100"), Act.VOLUME, 100),
        (Command("volume", "40.0"), Act.VOLUME, 40),
        (Command("volume", "40 %"), Act.VOLUME, 40),
        (Command("volume", '"40"'), Act.VOLUME, 40),
        (Command("playback", "play"), Act.RESUME, None),
        (Command("playback", "pause"), Act.PAUSE, None),
        (Command("playback", "next"), Act.NEXT, None),
        (Command("playback", "previous"), Act.PREVIOUS, None),
    ],
)
def test_a_request_for_the_player_is_done_whatever_the_control(
    room: Room, command: Command, act: Act, volume: int | None
) -> None:
    room.on_reading(reading("happy"))
    execute(room, 0, Command("control", "off"))
    (event,) = execute(room, 1, command)
    assert (type(event), event.wish.act, event.wish.volume) == (DecisionMade, act, volume)
    assert (event.wish.mood, event.wish.why) == ("happy", "somebody asked for it")


def test_a_restart_takes_the_payload_that_home_assistant_sends(room: Room) -> None:
    assert kinds(execute(room, 0, Command("restart", "PRESS"))) == [RestartRequested]


def test_a_like_is_for_the_device_s_own_music(room: Room) -> None:
    assert kinds(execute(room, 0, Command("like", "PRESS"))) == [CommandRejected]
    room.on_reading(reading("happy"))
    (liked,) = execute(room, 5, Command("like", "PRESS"))
    assert (type(liked), liked.mood) == (Liked, "happy")
    assert liked.choice.startswith("spotify:artist:")
    assert kinds(execute(room, 6, Command("like", "yes"))) == [CommandRejected]


def test_a_song_is_liked_once_until_the_like_is_taken_back(room: Room) -> None:
    room.on_reading(reading("happy"))
    assert kinds(execute(room, 5, Command("unlike", "PRESS"))) == [CommandRejected]
    assert room.own_music is not None
    song = Playback("playing", "spotify", title="Song", uri="spotify:track:1", context=room.own_music.uri)
    room.on_playback(5, song)
    assert [len(execute(room, 6, Command("like", "PRESS"))) for _ in range(6)] == [1, 0, 0, 0, 0, 0]
    assert room.playback is not None and room.playback.liked
    assert not any(isinstance(event, PlaybackChanged) for event in room.on_playback(7, song)), "nothing new plays"
    assert kinds(execute(room, 8, Command("unlike", "yes"))) == [CommandRejected]
    (unliked,) = execute(room, 8, Command("unlike", "PRESS"))
    assert (type(unliked), unliked.song) == (Unliked, "spotify:track:1")
    assert not room.playback.liked
    assert kinds(execute(room, 9, Command("like", "PRESS"))) == [Liked]


@pytest.mark.parametrize("word", ["OFF", "off", "Off", "false", "False", "0", "no"])
def test_the_camera_is_switched_off_by_any_word_for_it(room: Room, word: str) -> None:
    execute(room, 0, Command("camera", word))
    assert not room.camera_on


@pytest.mark.parametrize("word", ["ON", "on", "On", "true", "True", "1", "yes"])
def test_the_camera_is_switched_on_by_any_word_for_it(room: Room, word: str) -> None:
    execute(room, 0, Command("camera", "OFF"))
    execute(room, 1, Command("camera", word))
    assert room.camera_on


@pytest.mark.parametrize(("control", "cause"), [("hands_off", "asked for hands off"), ("off", "control is off")])
def test_a_mood_whose_music_may_not_begin_is_set_and_answered(room: Room, control: str, cause: str) -> None:
    execute(room, 0, Command("control", control))
    events = execute(room, 1, Command("mood", "sad"))
    assert kinds(events) == [MoodChanged, DecisionMade]
    why = events[1].wish.why
    assert cause in why and why.endswith("set control to auto for the music of sad")
    assert room.settings()["override"] == "sad" and room.control.value == control


def test_a_mood_that_is_set_again_after_a_reload_starts_nothing_that_is_paused(room: Room) -> None:
    room.restore({"held": "ON"})
    events = [event for command in as_commands({"override": "sad"}) for event in execute(room, 0, command)]
    assert kinds(events) == [MoodChanged, DecisionMade] and events[1].wish.act is Act.KEEP
    assert room.settings()["held"] == "ON" and room.override == "sad"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("position", "such as 90"),
        ("volume", "such as 40"),
        ("speaker", "such as Kitchen"),
        ("mood", "auto or one of angry"),
        ("correct", "one of angry"),
        ("camera", "ON or OFF"),
        ("presence", "ON, OFF or auto"),
        ("control", "auto, hands_off or off"),
        ("playback", "one of play, pause"),
        ("profile", "one of everyday"),
        *((button, "must be PRESS") for button in ("like", "unlike", "not_this", "restart")),
    ],
)
def test_a_refusal_says_what_to_send(room: Room, name: str, says: str) -> None:
    (event,) = execute(room, 1, Command(name, ""))
    assert isinstance(event, CommandRejected) and says in event.message
