"""What tells the world about events: lines for people, JSON lines, MQTT.

An event `clock` tells the wall clock's new offset, after it was set.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import TextIO

from edge import messages
from edge.events import (
    CameraSwitched,
    ClockStepped,
    CommandReceived,
    CommandRejected,
    ControlChanged,
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
    assert_never,
)
from edge.values import Act

log = logging.getLogger(__name__)
Outlet = Callable[[Event], None]
SourceTime = Callable[[float], float]


class _Lines:
    """Where lines go; a disk that is full ends no device. Raises BrokenPipeError where nobody reads any more."""

    def __init__(self, out: TextIO) -> None:
        self._out: TextIO | None = out

    def put(self, line: str) -> None:
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

    def __init__(self, out: TextIO, *, time_of: SourceTime, offset: float) -> None:
        """time_of: an event's time -> seconds of source time. offset: wall clock minus the events' clock."""
        self._lines, self._time_of, self._offset = _Lines(out), time_of, offset

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
                | Skipped()
                | Liked()
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
        line = {"t": round(self._time_of(event.at), 2), "event": name} | values
        self._lines.put(json.dumps(line, ensure_ascii=False))


class PlainLines:
    """The same for people."""

    def __init__(self, out: TextIO, *, time_of: SourceTime) -> None:
        self._lines, self._time_of = _Lines(out), time_of

    def __call__(self, event: Event) -> None:
        match event:
            case MoodChanged(mood=mood):
                sure = "set by hand" if mood.source == "override" else f"{mood.confidence:.0%}, people: {mood.people}"
                self._print(event, f"{mood.mood} ({sure})")
            case DecisionMade(wish=wish):
                self._print(event, f"  {'♪' if wish.act is Act.PLAY else '·'} {wish.why}")
            case (
                MoodUpdated()
                | PlaybackChanged()
                | ControlChanged()
                | TakenOver()
                | Skipped()
                | Liked()
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
        self._lines.put(f"{self._time_of(event.at):7.1f} s  {text}")


class LogLines:
    """What the device does, and why, in the log, which has times and a budget of its own; for the system's journal.

    Moods come and go more often than a journal bears; they are in the device's own.
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
                | Skipped()
                | Liked()
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
