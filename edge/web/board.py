"""The current state for the page: the daemon's thread writes it, the page's thread is woken and reads it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

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
from edge.sentences import parts as made_from
from edge.times import utc_text
from edge.values import Act, Control, Mood, Playback, Wish
from edge.web.cover import cover_address
from edge.web.household import told
from edge.web.today import Today, start_of_day

# Points of the trail in the plane of valence and arousal.
TRAIL_MAX_POINTS = 40
# Pages that may be open at the same time.
LISTENERS_MAX = 16


class BoardListener:
    """One open page: which parts changed since its last `take`. Holds names only, so a slow page costs nothing."""

    def __init__(self, board: Board, wake: Callable[[], None], names: Iterable[str]) -> None:
        self._board, self.wake = board, wake
        self.changed = set(names)

    def take(self) -> dict[str, Any] | None:
        """The current value of each part that changed; {} if none did, None once the board is closed."""
        return self._board.take_changes(self)

    def close(self) -> None:
        self._board.remove(self)


class Board:
    """An outlet that keeps the current state as plain data.

    Its parts: device, mood, trail, presence, player, why, also, settings, health, notice, and timeline, a number that
    increases with each new entry of the day. `why` is the reason for the music; `also` is the newest sentence about the
    volume, about who chooses, or about a button, and None once it is over. Values are replaced and never mutated, so
    that threads may share them.
    """

    def __init__(self, *, offset: float, about: dict[str, Any], wall: Callable[[], float] = time.time) -> None:
        """offset: wall clock minus the events' clock, seconds. about: the part `device`, which never changes."""
        self._offset, self._wall = offset, wall
        self._lock = threading.Lock()
        self._listeners: list[BoardListener] = []
        self._closed = False
        self._day = Today(offset=offset)
        self._trail: deque[dict[str, Any]] = deque(maxlen=TRAIL_MAX_POINTS)
        self._mood: Mood | None = None
        self._wish: tuple[float, Wish] | None = None
        self._also: tuple[float, Wish] | None = None
        self._notices = 0
        self._control, self._playback, self._playback_at = Control.AUTO, Playback("unavailable", ""), 0.0
        names = ("mood", "presence", "player", "why", "also", "settings", "health", "notice")
        self._parts: dict[str, Any] = {"device": about, "trail": [], "timeline": 0} | dict.fromkeys(names)

    def __call__(self, event: Event) -> None:
        with self._lock:
            changes = self._changes(event)
            # A step of the wall clock changes the times of all entries.
            added = self._day.add(event)
            # A problem comes with a notice, with which the page reads the day again.
            if (added and not isinstance(event, ProblemOccurred)) or isinstance(event, ClockStepped):
                changes["timeline"] = self._parts["timeline"] + 1
            changed = {name for name, value in changes.items() if self._parts[name] != value}
            self._parts |= changes
            if not changed:
                return
            for listener in self._listeners:
                listener.changed |= changed
                listener.wake()

    def snapshot(self) -> dict[str, Any]:
        """All parts."""
        with self._lock:
            return dict(self._parts)

    def today(self) -> list[dict[str, Any]]:
        """The day's entries since midnight, oldest first."""
        with self._lock:
            return self._day.since(start_of_day(self._wall()))

    def listen(self, wake: Callable[[], None]) -> BoardListener | None:
        """A listener, to which all parts count as changed at first; None if too many pages are open.

        wake: called with each change, in the daemon's thread with a lock held; it must return at once and not raise.
        """
        with self._lock:
            if len(self._listeners) >= LISTENERS_MAX or self._closed:
                return None
            listener = BoardListener(self, wake, self._parts)
            self._listeners.append(listener)
            return listener

    def close(self) -> None:
        """End all listeners."""
        with self._lock:
            self._closed = True
            for listener in self._listeners:
                listener.wake()

    def take_changes(self, listener: BoardListener) -> dict[str, Any] | None:
        """For BoardListener.take."""
        with self._lock:
            if self._closed:
                return None
            changed, listener.changed = listener.changed, set()
            return {name: self._parts[name] for name in self._parts if name in changed}

    def remove(self, listener: BoardListener) -> None:
        """For BoardListener.close."""
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    @property
    def offset(self) -> float:
        """Wall clock minus the events' clock now, seconds."""
        return self._offset

    @property
    def listeners(self) -> int:
        """The number of open pages."""
        return len(self._listeners)

    def _changes(self, event: Event) -> dict[str, Any]:
        """The parts that an event sets."""
        match event:
            case MoodUpdated(mood=mood) | MoodChanged(mood=mood):
                self._mood = mood
                self._trail.append(_point(mood))
                return self._timed() | {"trail": list(self._trail)}
            case DecisionMade(wish=wish):
                return self._explained(event.at, wish)
            case ClockStepped(offset=offset):
                self._offset = self._day.offset = offset
                known = self._parts["player"] is not None
                return self._timed() | (self._player() if known else {})
            case PlaybackChanged(playback=playback):
                self._playback, self._playback_at = playback, event.at
                return self._player()
            case ControlChanged(control=control):
                self._control = control
                return self._player()
            case Liked(song=song) | Unliked(song=song):
                if song == self._playback.uri:
                    self._playback = replace(self._playback, liked=isinstance(event, Liked))
                return self._player()
            case PresenceChanged(present=present):
                return {"presence": present}
            case SettingsReported(settings=settings):
                return {"settings": settings}
            case HealthReported(report=report):
                return {"health": _told(report)}
            case CommandRejected(message=message):
                return self._notice("refused", message)
            case TakenOver(why=why):
                return self._notice("taken over", why)
            case ProblemOccurred(part=part, message=message):
                return self._notice("problem", message, part)
            case Corrected() | Skipped() | ChoiceRefused() | CameraSwitched() | CommandReceived() | RestartRequested():
                return {}
            case _:
                return assert_never(event)

    def _player(self) -> dict[str, Any]:
        player = messages.player(self._playback, self._control, self._playback_at + self._offset)
        if (cover := cover_address(self._playback)) is not None:
            player["cover"] = cover
        # A dry run's state doesn't tell whether the music is paused, which the page's button needs.
        return {"player": player | {"liked": self._playback.liked, "playing": self._playback.state == "playing"}}

    def _explained(self, at: float, wish: Wish) -> dict[str, Any]:
        """A sentence about anything but the music leaves the reason for the music as it is."""
        if wish.about != "music":
            self._also = at, wish
            return self._timed()
        self._wish = at, wish
        if wish.act is not Act.KEEP and (self._parts["notice"] or {}).get("kind") == "problem":
            # The page shows a problem beside the reason that it is about.
            return self._timed() | {"also": None, "notice": None}
        if self._also is not None and (wish.act is not Act.KEEP or self._also[1].about != "volume"):
            self._also = None
            return self._timed() | {"also": None}
        return self._timed()

    def _notice(self, kind: str, text: str, part: str = "") -> dict[str, Any]:
        """A sentence that the page shows for a while; `number` distinguishes it from the last one."""
        self._notices += 1
        plain = told(text, part) if kind == "problem" else made_from(text)
        return {"notice": {"number": self._notices, "kind": kind, "text": text} | plain}

    def _timed(self) -> dict[str, Any]:
        """The parts that contain a wall clock time."""
        parts: dict[str, Any] = {}
        if self._mood is not None:
            parts["mood"] = messages.mood(self._mood, self._offset)
        for name, explained in (("why", self._wish), ("also", self._also)):
            if explained is not None:
                at, wish = explained
                parts[name] = messages.wish(wish) | {"why": wish.why, "at": utc_text(at + self._offset)}
                parts[name] |= made_from(wish.why)
                if name == "also":
                    parts[name]["about"] = wish.about
        return parts


def _point(mood: Mood) -> dict[str, Any]:
    payload = messages.mood(mood, 0.0)
    return {"valence": payload["valence"], "arousal": payload["arousal"], "mood": mood.mood}


def _told(report: dict[str, Any]) -> dict[str, Any]:
    """The payload of the topic `health`, with what the sentences are made from."""
    lists = {name: report[name] for name in ("problems", "notices") if name in report}
    return report | {name: [one | told(one["message"], one["part"]) for one in found] for name, found in lists.items()}
