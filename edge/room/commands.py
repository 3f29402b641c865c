"""People's commands: which values each takes, and what it changes in the room. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from edge.events import CommandRejected, Event, RestartRequested
from edge.room.home_presence import OVERRIDE
from edge.room.liking import like, not_this, unlike
from edge.room.playback_control import choose_speaker, control_playback, seek, set_volume, try_speaker
from edge.room.room import Room
from edge.sentences import Sentence
from edge.text import is_on
from edge.values import EXPRESSIONS, PRESS, Act, Command, Control, Music

PLAYBACK_ACTS = {"play": Act.RESUME, "pause": Act.PAUSE, "next": Act.NEXT, "previous": Act.PREVIOUS}
# Commands whose only value is PRESS.
BUTTONS = ("like", "unlike", "not_this", "restart")
# The origin of commands that set a new room like the one before a restart or a reload.
RESTORED = "before"
# Only the page's set-up sends this; its value is an address. No topic leads here.
TRY_SPEAKER = "try_speaker"
TRIAL_NAME = Sentence("music to try the speaker")
# The origin of the page's commands.
PAGE = "page"


def execute(room: Room, now: float, command: Command) -> list[Event]:
    """Do what a person requested; a request that can't be met changes nothing and is answered with a rejection."""
    handler = _HANDLERS.get(command.name)
    if command.origin == PAGE and command.name == TRY_SPEAKER:
        handler = _try_speaker
    if handler is None:
        return _rejected(
            now, command, Sentence("there is no such command; there is {names}", names=", ".join(COMMANDS))
        )
    if command.fault:
        return _rejected(now, command, command.fault)
    if command.name in BUTTONS and command.value != PRESS:
        return _rejected(now, command, Sentence("{name} must be {value}", name=command.name, value=PRESS))
    return handler(room, now, command)


def _mood(room: Room, now: float, command: Command) -> list[Event]:
    if command.value not in ("auto", *EXPRESSIONS):
        return _rejected(now, command, Sentence("mood must be auto or one of {names}", names=", ".join(EXPRESSIONS)))
    mood = None if command.value == "auto" else command.value
    return room.set_override(now, mood, requested=command.origin != RESTORED)


def _correct(room: Room, now: float, command: Command) -> list[Event]:
    if command.value not in EXPRESSIONS:
        return _rejected(now, command, Sentence("correct must be one of {names}", names=", ".join(EXPRESSIONS)))
    events = room.correct(now, command.value)
    return _rejected(now, command, events) if isinstance(events, str) else events


def _camera(room: Room, now: float, command: Command) -> list[Event]:
    try:
        # Whatever a home calls it: a privacy switch that refuses would leave the camera on.
        switched_on = is_on(command.value)
    except ValueError:
        return _rejected(now, command, Sentence("camera must be ON or OFF"))
    return room.switch_camera(now, switched_on)


def _presence(room: Room, now: float, command: Command) -> list[Event]:
    try:
        present = None if command.value.lower() == "auto" else is_on(command.value)
    except ValueError:
        return _rejected(now, command, Sentence("presence must be ON, OFF or auto"))
    return room.on_presence(now, OVERRIDE, present)


def _control(room: Room, now: float, command: Command) -> list[Event]:
    if command.value not in [control.value for control in Control]:
        return _rejected(now, command, Sentence("control must be auto, hands_off or off"))
    return room.music_control.set_control(now, Control(command.value))


def _profile(room: Room, now: float, command: Command) -> list[Event]:
    profiles = room.music_control.config.profiles
    if command.value not in profiles:
        return _rejected(now, command, Sentence("profile must be one of {names}", names=", ".join(profiles)))
    return room.music_control.use_profile(now, command.value, requested=True)


def _volume(room: Room, now: float, command: Command) -> list[Event]:
    # Some homes send 40.0, 40 % or "40".
    match = re.fullmatch(r"([0-9]{1,3})(\.0{1,6})? ?%?", command.value.strip("\"'"))
    if match is None or int(match[1]) > 100:
        return _rejected(now, command, Sentence("volume must be a whole number from 0 to 100, such as 40"))
    return set_volume(room, now, int(match[1]))


def _playback(room: Room, now: float, command: Command) -> list[Event]:
    if command.value not in PLAYBACK_ACTS:
        return _rejected(now, command, Sentence("playback must be one of {names}", names=", ".join(PLAYBACK_ACTS)))
    return control_playback(room, now, PLAYBACK_ACTS[command.value])


def _position(room: Room, now: float, command: Command) -> list[Event]:
    match = re.fullmatch(r"[0-9]{1,5}(\.[0-9]{1,6})?", command.value)
    if match is None:
        return _rejected(now, command, Sentence("position must be a number of seconds into the song, such as 90"))
    events = seek(room, now, float(command.value))
    return _rejected(now, command, events) if isinstance(events, str) else events


def _speaker(room: Room, now: float, command: Command) -> list[Event]:
    if not command.value:
        return _rejected(now, command, Sentence("speaker must be a speaker's name, such as Kitchen"))
    events = choose_speaker(room, now, command.value)
    return _rejected(now, command, events) if isinstance(events, str) else events


def _like(room: Room, now: float, command: Command) -> list[Event]:
    if room.own_music is None:
        return _rejected(now, command, Sentence("like is for music that the device chose, and none of it plays"))
    return like(room, now)


def _unlike(room: Room, now: float, command: Command) -> list[Event]:
    return unlike(room, now) or _rejected(
        now, command, Sentence("unlike takes back a like, and nobody likes what plays now")
    )


def _not_this(room: Room, now: float, command: Command) -> list[Event]:
    events = not_this(room, now)
    return _rejected(now, command, events) if isinstance(events, str) else events


def _try_speaker(room: Room, now: float, command: Command) -> list[Event]:
    events = try_speaker(room, now, Music(command.value, TRIAL_NAME))
    return _rejected(now, command, events) if isinstance(events, str) else events


def _restart(_room: Room, now: float, _command: Command) -> list[Event]:
    return [RestartRequested(now)]


def _rejected(now: float, command: Command, why: str) -> list[Event]:
    return [CommandRejected(now, command.name, why)]


_HANDLERS: dict[str, Callable[[Room, float, Command], list[Event]]] = {
    "mood": _mood,
    "correct": _correct,
    "camera": _camera,
    "presence": _presence,
    "control": _control,
    "profile": _profile,
    "volume": _volume,
    "playback": _playback,
    "position": _position,
    "speaker": _speaker,
    "like": _like,
    "unlike": _unlike,
    "not_this": _not_this,
    "restart": _restart,
}
# The names of all commands.
COMMANDS = tuple(_HANDLERS)
