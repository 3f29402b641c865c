"""The queue to the thread that decides: what the other threads report, and what people request."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from enum import Enum

from edge.events import Event
from edge.music.following.report import RoomReport
from edge.sentences import cleaned
from edge.values import Command, Playback, PresenceReport, Problem, Reading, Wish

MAX_ITEMS, MAX_COMMANDS = 256, 128
# Handled before all others, and never dropped for another: a person wants to be unseen now.
PRIVACY = "camera"
# Names of dropped commands that are counted; anybody can invent names.
MAX_COUNTED = 32


class SessionEnd(Enum):
    """Why a session ended."""

    STOPPED = "stopped"
    OVER = "over"
    RELOAD = "reload"
    STUCK = "stuck"


# A Wish in the inbox is one that the player gave up.
Item = Reading | Playback | Command | PresenceReport | RoomReport | Problem | Event | Wish | SessionEnd


class Inbox:
    """A bounded queue; any thread puts items in, one takes them out.

    If too much waits, the newest command of each name counts, and the newest reading.
    """

    def __init__(self) -> None:
        self._ready = threading.Condition()
        # Each with its number, so that reports and commands are taken out in the order in which they came.
        self._items: deque[tuple[int, Item]] = deque()
        self._commands: deque[tuple[int, Command]] = deque()
        self._number = 0
        self._dropped: Counter[str] = Counter()

    def post(self, item: Item) -> None:
        """Add an item; never waits. What is dropped for it is counted, if it is a command."""
        with self._ready:
            self._number += 1
            if isinstance(item, Command):
                if len(self._commands) >= MAX_COMMANDS:
                    self._drop_command(item.name)
                self._commands.append((self._number, item))
            else:
                if len(self._items) >= MAX_ITEMS:
                    self._drop_item()
                self._items.append((self._number, item))
            self._ready.notify()

    def problem(self, part: str, message: str | None) -> None:
        """Post that a part doesn't work, and the fix; without a message, that it works again."""
        self.post(Problem(part, cleaned(message or "")))

    def get(self, timeout: float) -> Item | None:
        """The camera's switch first, else the oldest item; None if none came within `timeout` seconds."""
        end = time.monotonic() + timeout
        with self._ready:
            while not (self._items or self._commands):
                if (left := end - time.monotonic()) <= 0:
                    return None
                self._ready.wait(left)
            return self._take()

    def drain(self) -> Iterator[Item]:
        """Take out the items that are left."""
        while (item := self.get(0.0)) is not None:
            yield item

    def take_dropped(self) -> dict[str, int]:
        """How many commands of each name were dropped since the last call."""
        with self._ready:
            dropped, self._dropped = self._dropped, Counter()
            return dict(dropped)

    # With the lock held.

    def _take(self) -> Item:
        for entry in self._commands:
            if entry[1].name == PRIVACY:
                self._commands.remove(entry)
                return entry[1]
        if not self._items or (self._commands and self._commands[0][0] < self._items[0][0]):
            return self._commands.popleft()[1]
        return self._items.popleft()[1]

    def _drop_command(self, name: str) -> None:
        """Drop the oldest command that a newer one of its name replaces, the new one's name first; else the oldest."""
        waiting = Counter(command.name for _, command in self._commands)
        waiting[name] += 1
        same = (entry for entry in self._commands if entry[1].name == name)
        replaced = (entry for entry in self._commands if waiting[entry[1].name] > 1)
        others = (entry for entry in self._commands if entry[1].name != PRIVACY)
        entry = next(same, None) or next(replaced, None) or next(others, self._commands[0])
        self._commands.remove(entry)
        known = entry[1].name in self._dropped or len(self._dropped) < MAX_COUNTED
        self._dropped[entry[1].name if known else "others"] += 1

    def _drop_item(self) -> None:
        """Drop the oldest reading, else the oldest report of a player, else the oldest item but the session's end."""
        kinds: tuple[type | tuple[type, ...], ...] = (Reading, Playback, object)
        for kind in kinds:
            for entry in self._items:
                if isinstance(entry[1], kind) and not isinstance(entry[1], SessionEnd):
                    self._items.remove(entry)
                    return
