"""The outlets that print events: JSON lines, lines for people, and lines in the log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TextIO

from edge import messages
from edge.events import (
    CameraSwitched,
    ChoiceRefused,
    ClockStepped,
    CommandReceived,
    CommandRejected,
    ControlChanged,
    Corrected,
    DecisionMade,
    Event,
    HealthReported,
    Liked,
    MoodChanged,
    MoodUpdated,
    PlaybackChanged,
    PresenceChanged,
    ProblemOccurred,
    RestartRequested,
    SettingsReported,
    Skipped,
    TakenOver,
    Unliked,
    assert_never,
)
from edge.text import printable, to_json
from edge.values import SIMULATED, UNKNOWN, Act, Mood

log = logging.getLogger(__name__)
Outlet = Callable[[Event], None]
SourceTime = Callable[[float], float]


class _Lines:
    """Prints lines until the disk is full, which doesn't stop the device.

    Raises BrokenPipeError once the reader is gone.
    """

    def __init__(self, out: TextIO) -> None:
        self._out: TextIO | None = out

    def print(self, line: str) -> None:
        if self._out is None:
            return
        try:
            print(line, file=self._out, flush=True)
        except BrokenPipeError:
            raise
        except OSError as error:
            log.warning("stdout: can't be written (%s); nothing more is printed there", error.strerror)
            self._out = None


class JsonLines:
    """One JSON object a line: `mood_changed` and `decision`."""

    def __init__(self, out: TextIO, *, source_time: SourceTime, offset: float) -> None:
        """source_time: event time -> source time, seconds. offset: wall clock minus the events' clock, seconds."""
        self._lines, self._source_time, self._offset = _Lines(out), source_time, offset

    def __call__(self, event: Event) -> None:
        match event:
            case MoodChanged(mood=mood):
                self._print(event, "mood_changed", {"mood": messages.mood(mood, self._offset)})
            case DecisionMade(wish=wish):
                self._print(event, "decision", {"wish": messages.wish(wish), "why": wish.why})
            case ClockStepped(offset=offset):
                self._offset = offset
            case (
                MoodUpdated()
                | PlaybackChanged()
                | ControlChanged()
                | TakenOver()
                | Corrected()
                | Skipped()
                | Liked()
                | Unliked()
                | ChoiceRefused()
                | PresenceChanged()
                | CameraSwitched()
                | SettingsReported()
                | CommandReceived()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
            ):
                pass
            case _:
                assert_never(event)

    def _print(self, event: Event, name: str, values: dict[str, object]) -> None:
        line = {"t": round(self._source_time(event.at), 2), "event": name} | values
        self._lines.print(to_json(line))


class PlainLines:
    """The same events as lines for people."""

    def __init__(self, out: TextIO, *, source_time: SourceTime) -> None:
        self._lines, self._source_time = _Lines(out), source_time
        self._simulation_told = False

    def __call__(self, event: Event) -> None:
        match event:
            case MoodChanged(mood=mood):
                self._print(event, f"{mood.mood} ({_certainty(mood)})")
            case DecisionMade(wish=wish):
                self._print(event, f"  {'♪' if wish.act is Act.PLAY else '·'} {wish.why}")
            case PlaybackChanged(playback=playback):
                if playback.player in SIMULATED and not self._simulation_told:
                    self._simulation_told = True
                    self._print(event, f"  · {SIMULATED[playback.player]}")
            case (
                MoodUpdated()
                | ControlChanged()
                | TakenOver()
                | Corrected()
                | Skipped()
                | Liked()
                | Unliked()
                | ChoiceRefused()
                | PresenceChanged()
                | CameraSwitched()
                | SettingsReported()
                | CommandReceived()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
                | ClockStepped()
            ):
                pass
            case _:
                assert_never(event)

    def _print(self, event: Event, text: str) -> None:
        self._lines.print(f"{self._source_time(event.at):7.1f} s  {printable(text)}")


class LogLines:
    """What the device does and why, as log lines for journald, which adds the time.

    Moods change too often for the system's journal; the device's own journal has them.
    """

    def __call__(self, event: Event) -> None:
        match event:
            case DecisionMade(wish=wish):
                if wish.act is not Act.KEEP:
                    log.info("%s", wish.why)
            case (
                MoodUpdated()
                | MoodChanged()
                | PlaybackChanged()
                | ControlChanged()
                | TakenOver()
                | Corrected()
                | Skipped()
                | Liked()
                | Unliked()
                | ChoiceRefused()
                | PresenceChanged()
                | CameraSwitched()
                | SettingsReported()
                | CommandReceived()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
                | ClockStepped()
            ):
                pass
            case _:
                assert_never(event)


def _certainty(mood: Mood) -> str:
    """How sure the mood is, and of how many people."""
    if mood.source == "override":
        return "set by hand"
    people = f"people: {mood.people}"
    return people if mood.mood == UNKNOWN else f"{mood.confidence:.0%}, {people}"
