"""What happened, as one frozen dataclass for each kind of event.

The thread that decides passes each event to all outlets. An outlet matches on the class, lists the kinds that it
ignores, and ends with `case _: assert_never(event)`, so that mypy reports a kind that it forgot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from edge.values import Command, Control, Mood, Playback, Wish


@dataclass(frozen=True)
class MoodUpdated:
    """The mood is the same, but its confidence, its coordinates or the number of people changed."""

    at: float
    mood: Mood


@dataclass(frozen=True)
class MoodChanged:
    """The room has another mood, or the same one from another source."""

    at: float
    mood: Mood


@dataclass(frozen=True)
class DecisionMade:
    """The director decided what the player should do; Act.KEEP changes nothing."""

    at: float
    wish: Wish


@dataclass(frozen=True)
class PlaybackChanged:
    """The player does something else than before."""

    at: float
    playback: Playback


@dataclass(frozen=True)
class Corrected:
    """A person said that the mood which the camera reads is wrong. read: that mood. mood: one of EXPRESSIONS."""

    at: float
    read: Mood
    mood: str


@dataclass(frozen=True)
class ControlChanged:
    """Someone else decides about the music now."""

    at: float
    control: Control


@dataclass(frozen=True)
class TakenOver:
    """A person changed the music.

    kind: what they changed: "song", "music", "start", "pause", "speaker" or "volume". why: one sentence.
    """

    at: float
    kind: str
    why: str


@dataclass(frozen=True)
class Skipped:
    """A person didn't want this song.

    mood: the room's. choice: the address of the profile's choice that the song is from. song: the song's own address.
    """

    at: float
    mood: str
    choice: str | None
    song: str | None


@dataclass(frozen=True)
class Liked:
    """A person likes this song; the fields are those of Skipped."""

    at: float
    mood: str
    choice: str | None
    song: str | None


@dataclass(frozen=True)
class Unliked:
    """A person took back their like of this song; the fields are those of Skipped."""

    at: float
    mood: str
    choice: str | None
    song: str | None


@dataclass(frozen=True)
class ChoiceRefused:
    """A person doesn't want a choice of the device's for this mood any more today. choice: its address."""

    at: float
    mood: str
    choice: str
    name: str


@dataclass(frozen=True)
class PresenceChanged:
    """People came into the room, or the last one left."""

    at: float
    present: bool


@dataclass(frozen=True)
class CameraSwitched:
    """A person switched the camera on or off."""

    at: float
    on: bool


@dataclass(frozen=True)
class SettingsReported:
    """What people have set, as `Room.settings` returns it; reported every second, changed or not."""

    at: float
    settings: Mapping[str, str]


@dataclass(frozen=True)
class CommandReceived:
    """A person requested something; the events that it caused follow."""

    at: float
    command: Command


@dataclass(frozen=True)
class CommandRejected:
    """A request can't be met. command: its name. message: why, in one sentence."""

    at: float
    command: str
    message: str


@dataclass(frozen=True)
class RestartRequested:
    """A person requested a restart of the daemon."""

    at: float


@dataclass(frozen=True)
class ProblemOccurred:
    """A part couldn't do one thing that was requested. message: what, why, and the fix, in one sentence."""

    at: float
    part: str
    message: str


@dataclass(frozen=True)
class HealthReported:
    """How the device is; `report` is the payload of the topic `health`."""

    at: float
    report: dict[str, Any]


@dataclass(frozen=True)
class ClockStepped:
    """The wall clock was set. offset: wall clock minus the events' clock from now on, seconds."""

    at: float
    offset: float


Event = (
    MoodUpdated
    | MoodChanged
    | Corrected
    | DecisionMade
    | PlaybackChanged
    | ControlChanged
    | TakenOver
    | Skipped
    | Liked
    | Unliked
    | ChoiceRefused
    | PresenceChanged
    | CameraSwitched
    | SettingsReported
    | CommandReceived
    | CommandRejected
    | RestartRequested
    | ProblemOccurred
    | HealthReported
    | ClockStepped
)


def assert_never(value: NoReturn) -> NoReturn:
    """Make mypy report a `match` that forgot a kind (typing has this from Python 3.11 on)."""
    raise AssertionError(f"not handled: {value!r}")
