"""The moods, decisions and songs of the day, kept in memory while the device runs."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

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
from edge.times import utc_text
from edge.values import DRY_RUN, Act, Playback

# A busy day has some hundred entries; beyond this the oldest are dropped.
ENTRIES_MAX = 400


class Today:
    """Moods, decisions and songs with their times, oldest first."""

    def __init__(self, *, offset: float, limit: int = ENTRIES_MAX) -> None:
        """offset: wall clock minus the events' clock, seconds; a new value counts for all entries."""
        self.offset = offset
        self._entries: deque[tuple[float, dict[str, Any]]] = deque(maxlen=limit)
        self._song: tuple[str | None, str | None] | None = None

    def add(self, event: Event) -> bool:
        """Add an event; returns whether it became an entry."""
        entry = self._entry(event)
        if entry is None:
            return False
        self._entries.append((event.at, entry))
        return True

    def since(self, midnight: float) -> list[dict[str, Any]]:
        """The entries from this Unix time on."""
        return [
            {"at": utc_text(at + self.offset)} | entry for at, entry in self._entries if at + self.offset >= midnight
        ]

    def _entry(self, event: Event) -> dict[str, Any] | None:
        match event:
            case MoodChanged(mood=mood):
                return {"kind": "mood", "mood": mood.mood, "confidence": round(mood.confidence, 2)}
            case DecisionMade(wish=wish):
                return {"kind": "decision", "mood": wish.mood, "text": wish.why} if wish.act is Act.PLAY else None
            case CameraSwitched(on=on):
                return {"kind": "camera", "text": "camera switched on" if on else "camera switched off"}
            case PlaybackChanged(playback=playback):
                return self._played(playback)
            case (
                MoodUpdated()
                | ControlChanged()
                | TakenOver()
                | Skipped()
                | Liked()
                | PresenceChanged()
                | SettingsReported()
                | CommandReceived()
                | CommandRejected()
                | RestartRequested()
                | ProblemOccurred()
                | HealthReported()
                | ClockStepped()
            ):
                return None
            case _:
                return assert_never(event)

    def _played(self, playback: Playback) -> dict[str, Any] | None:
        song = (playback.uri, playback.title)
        # Nothing is heard in a dry run.
        if playback.player == DRY_RUN or playback.state != "playing" or playback.title is None or song == self._song:
            return None
        self._song = song
        return {"kind": "song", "title": playback.title, "artist": playback.artist, "uri": playback.uri}


def start_of_day(now: float) -> float:
    """The last midnight in the device's time zone; both are Unix times."""
    date = time.localtime(now)
    return time.mktime((date.tm_year, date.tm_mon, date.tm_mday, 0, 0, 0, 0, 0, -1))
