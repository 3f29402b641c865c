"""What happened today (moods, decisions, songs, and what people did), kept in memory while the device runs."""

from __future__ import annotations

import time
from collections import deque
from typing import Any

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
from edge.journal.entry import SET_BY_HAND
from edge.sentences import Sentence, mood_word, parts
from edge.times import utc_text
from edge.values import SIMULATED, Act, Control, Playback
from edge.web.household import told

# A busy day has some hundred entries; beyond this the oldest are dropped.
ENTRIES_MAX = 400
CONTROL_IN_WORDS = {
    Control.AUTO.value: Sentence("the device chooses the music"),
    Control.HANDS_OFF.value: Sentence("people choose the music"),
    Control.OFF.value: Sentence("nobody chooses the music"),
}


class Today:
    """The day's entries with their times, oldest first."""

    def __init__(self, *, offset: float, limit: int = ENTRIES_MAX) -> None:
        """offset: wall clock minus the events' clock, seconds; a new value counts for all entries."""
        self.offset = offset
        self._entries: deque[tuple[float, dict[str, Any]]] = deque(maxlen=limit)
        # The last two songs.
        self._songs: deque[dict[str, str | None]] = deque(maxlen=2)

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
            {"at": utc_text(at + self.offset)} | entry | _made_from(entry)
            for at, entry in self._entries
            if at + self.offset >= midnight
        ]

    def _entry(self, event: Event) -> dict[str, Any] | None:
        match event:
            case MoodChanged(mood=mood):
                by_hand = {"text": SET_BY_HAND} if mood.source == "override" else {}
                return {"kind": "mood", "mood": mood.mood, "confidence": round(mood.confidence, 2)} | by_hand
            case Corrected(read=read, mood=mood_now):
                return {"kind": "correct", "mood": mood_now, "text": corrected_text(read.mood, mood_now)}
            case DecisionMade(wish=wish):
                return {"kind": "decision", "mood": wish.mood, "text": wish.why} if wish.act is Act.PLAY else None
            case CameraSwitched(on=on):
                return {"kind": "camera", "text": Sentence("camera switched on" if on else "camera switched off")}
            case PlaybackChanged(playback=playback):
                return self._played(playback)
            case ControlChanged(control=control):
                return {"kind": "control", "text": CONTROL_IN_WORDS[control.value]}
            case TakenOver(why=why):
                return {"kind": "control", "text": why}
            case Skipped():
                return self._about_song("skip", event)
            case Liked():
                return self._about_song("like", event)
            case Unliked():
                return self._about_song("unlike", event)
            case ChoiceRefused(mood=mood, name=name):
                return {"kind": "not_this", "mood": mood, "title": name}
            case ProblemOccurred(part=part, message=message):
                return {"kind": "problem", "part": part, "text": message}
            case RestartRequested():
                return {"kind": "control", "text": Sentence("somebody restarted the device")}
            case (
                MoodUpdated()
                | PresenceChanged()
                | SettingsReported()
                | CommandReceived()
                | CommandRejected()
                | HealthReported()
                | ClockStepped()
            ):
                return None
            case _:
                return assert_never(event)

    def _played(self, playback: Playback) -> dict[str, Any] | None:
        if playback.state != "playing" or playback.title is None:
            return None
        song = {"title": playback.title, "artist": playback.artist, "uri": playback.uri}
        last = self._songs[-1] if self._songs else {}
        if (song["uri"], song["title"]) == (last.get("uri"), last.get("title")):
            return None
        self._songs.append(song)
        # What is simulated isn't heard.
        return None if playback.player in SIMULATED else {"kind": "song"} | song

    def _about_song(self, kind: str, event: Skipped | Liked | Unliked) -> dict[str, Any]:
        """The song may be the one before: after a skip the next one may play already."""
        song = next((song for song in self._songs if song["uri"] == event.song), {"uri": event.song})
        return {"kind": kind, "mood": event.mood} | song


def _made_from(entry: dict[str, Any]) -> dict[str, Any]:
    """What the entry's text is shown from; of a problem, the plain sentence."""
    text = entry.get("text", "")
    return told(text, entry["part"]) if entry["kind"] == "problem" else parts(text)


def corrected_text(read: str, mood: str) -> Sentence:
    """What the day says of a correction. read: the mood that the camera read."""
    return Sentence("somebody corrected {read} to {mood}", read=mood_word(read), mood=mood_word(mood))


def start_of_day(now: float) -> float:
    """The last midnight in the device's time zone; both are Unix times."""
    date = time.localtime(now)
    return time.mktime((date.tm_year, date.tm_mon, date.tm_mday, 0, 0, 0, 0, 0, -1))
