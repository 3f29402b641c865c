"""A person tries the speaker from the page: some seconds of music that say nothing about tastes."""

from __future__ import annotations

from typing import Any

from edge.config import MusicConfig
from edge.events import CommandRejected, DecisionMade
from edge.music.corrections import TRIAL_LASTS_S
from edge.music.director import Director
from edge.music.outcomes import Outcomes
from edge.room.commands import PAGE, TRY_SPEAKER, execute
from edge.room.room import Room
from edge.values import Act, Command, Control, Playback
from tests.room.test_not_this import first, made, plays, tick, wishes

SOUND = "mpd:http://127.0.0.1:8730/test-sound.wav"
TRY = Command(TRY_SPEAKER, SOUND, origin=PAGE)
STOPPED = Playback("stopped", "mpd", volume=80)


def quiet_room(**music: Any) -> Room:
    config = MusicConfig.model_validate({"profiles": {"everyday": {"default": "nothing"}}} | music)
    room = Room(Director(config), music=config)
    room.on_playback(0, STOPPED)
    return room


def test_music_plays_for_some_seconds() -> None:
    room = quiet_room(max_volume=50)
    (play,) = wishes(execute(room, 1, TRY))
    assert (play.act, play.music.uri, play.volume, play.basis) == (Act.PLAY, SOUND, 50, None)
    plays(room, 2, SOUND)
    assert room.control is Control.AUTO, "the device's own sound is no takeover"
    assert wishes(room.tick(1 + TRIAL_LASTS_S - 0.1)) == []
    (pause,) = wishes(room.tick(1 + TRIAL_LASTS_S))
    assert pause.act is Act.PAUSE and room.own_music is None
    room.on_playback(10, Playback("paused", "mpd", uri=f"{SOUND}/1", volume=50))
    assert wishes(room.tick(20)) == [] and room.control is Control.AUTO
    assert room.settings()["held"] == "OFF", "nobody has paused the music"


def test_a_short_sound_ends_by_itself() -> None:
    room = quiet_room()
    execute(room, 1, TRY)
    plays(room, 2, SOUND)
    room.on_playback(5, Playback("stopped", "mpd", volume=40, ran_out=True))
    assert wishes(room.tick(1 + TRIAL_LASTS_S)) == [] and room.control is Control.AUTO


def test_what_a_person_plays_meanwhile_goes_on() -> None:
    room = quiet_room()
    execute(room, 1, TRY)
    plays(room, 2, SOUND)
    plays(room, 60, "mpd:theirs")
    assert room.control is Control.HANDS_OFF
    assert wishes(room.tick(70)) == []


def test_the_speaker_isnt_tried_while_music_plays() -> None:
    room = made()
    first(room)
    (refused,) = execute(room, 5, TRY)
    assert isinstance(refused, CommandRejected) and refused.message == "the speaker can't be tried while music plays"


def test_only_the_page_may_ask() -> None:
    room = quiet_room()
    (refused,) = execute(room, 1, Command(TRY_SPEAKER, SOUND, origin="mqtt"))
    assert isinstance(refused, CommandRejected) and "there is no such command" in refused.message
    assert TRY_SPEAKER not in refused.message


def test_a_mood_gets_its_music_afterwards() -> None:
    room = made()
    tick(room, 0)
    room.on_playback(0, STOPPED)
    execute(room, 1, TRY)
    plays(room, 2, SOUND)
    room.on_playback(5, Playback("stopped", "mpd", volume=40, ran_out=True))
    room.set_override(6, "happy")
    tick(room, 7)
    assert room.own_music is not None and room.own_music.uri in ("mpd:A", "mpd:B")


def test_nothing_is_learned_from_it() -> None:
    outcomes, room = Outcomes(), quiet_room()
    events = [
        *execute(room, 1, TRY),
        *plays(room, 2, SOUND),
        *plays(room, 60, "mpd:theirs"),
        *plays(room, 120, "mpd:x"),
    ]
    assert any(isinstance(event, DecisionMade) for event in events)
    assert [outcome for event in events for outcome in outcomes.of(event)] == []
