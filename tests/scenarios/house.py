"""A house to tell stories in: people, a room, a speaker, and the device that thinks between them.

Time is simulated; the room, the director, the queue of wishes and the thread's turn that drives the player are the real
ones, and so is the player in most stories.
"""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from edge.circumplex import CIRCUMPLEX
from edge.config import MusicConfig
from edge.daemon.restore import SAVED, as_commands
from edge.events import DecisionMade, Event
from edge.music.director import Director
from edge.players.driver import PlayerDriver
from edge.players.player import Player
from edge.players.wish_queue import WishQueue
from edge.room.commands import execute
from edge.room.room import Room
from edge.values import EXPRESSIONS, UNKNOWN, Act, Command, Control, Mood, Playback, Reading, Wish

Kind = TypeVar("Kind")
BERLIN = ZoneInfo("Europe/Berlin")
FINE, COARSE = 0.25, 1.0  # seconds from one moment to the next: fine enough for a fade, and where nothing is due
HAPPY, SAD, CALM, ANGRY = (f"spotify:playlist:{name}" for name in ("happysongs", "sadsongs", "calmsongs", "angrysongs"))
PROFILE = {
    "happy": {"play": HAPPY, "name": "Happy Songs"},
    "sad": {"play": SAD, "name": "Sad Songs"},
    "neutral": {"play": CALM, "name": "Calm Songs"},
    "angry": {"play": ANGRY, "name": "Angry Songs"},
    "default": "nothing",
}


class Time(Protocol):
    """What passes time."""

    monotonic: float

    def advance(self, seconds: float) -> None: ...


class Sundial:
    """Time where no simulated Spotify keeps it."""

    def __init__(self, at: float = 1000.0) -> None:
        self.monotonic = at

    def advance(self, seconds: float) -> None:
        self.monotonic += seconds


class _Wishes(WishQueue):
    """Nobody waits in simulated time."""

    def get(self, wait: float) -> Wish | None:
        return super().get(0)


def unix(text: str, zone: ZoneInfo = BERLIN) -> float:
    """`2026-11-21 18:00` on the wall -> Unix time."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


class House:
    """One room. `said` is every sentence that the device said; `did` what it asked of the player."""

    def __init__(self, time: Time, player: Player, *, offset: float | None = None, dice: int = 0, **music: Any) -> None:
        """offset: wall clock minus simulated clock, None where nobody knows the time. music: keys of `music`."""
        self.time, self.player, self.offset, self._music = time, player, offset, music
        self.config = MusicConfig.model_validate({"profiles": {"everyday": PROFILE}} | music)
        self.director = director = Director(self.config, rng=random.Random(dice), zone=BERLIN)
        if offset is not None:
            director.timetable.set_clock(time.monotonic, time.monotonic + offset)
        self.room = Room(director, music=self.config)
        self.events: list[Event] = []
        self.problems: list[str] = []
        self._posted: list[Any] = []
        self._wishes = _Wishes()
        self._playing = PlayerDriver(
            player,
            self._wishes,
            post=self._posted.append,
            clock=lambda: self.time.monotonic,
            wall=lambda: self.time.monotonic + (self.offset or 0.0),
        )
        self._mood, self._people = "absent", 0
        self._tick_at = time.monotonic
        # Long stories may take longer strides while nothing is due.
        self.coarse = COARSE

    # People.

    def feels(self, mood: str, seconds: float = 0.0) -> None:
        """Somebody is here and looks like this, for so long."""
        self._mood, self._people = mood, 1
        self.passes(seconds)

    def leaves(self, seconds: float = 0.0) -> None:
        """The room is empty, for so long."""
        self._mood, self._people = "absent", 0
        self.passes(seconds)

    def asks(self, name: str, value: str) -> list[Event]:
        """Somebody sets something on the page or in their home automation."""
        events = execute(self.room, self.time.monotonic, Command(name, value))
        self._tell(events)
        self.passes(FINE)
        return events

    # Time.

    def passes(self, seconds: float) -> None:
        until = self.time.monotonic + seconds
        while self.time.monotonic < until - 1e-6:
            now = self.time.monotonic
            if now >= self._tick_at:
                self._tick_at = now + 1.0
                self._second(now)
            self._playing.turn()
            posted, self._posted[:] = self._posted[:], []
            for item in posted:
                self._take(item)
            self.time.advance(min(max(FINE, min(self.coarse, self.player.wait())), until - now))

    def restart(self) -> None:
        """The device starts anew, as after a power cut; the player goes on as it is, and what people have set."""
        kept = {name: value for name, value in self.room.settings().items() if name in SAVED}
        self.__init__(self.time, self.player, offset=self.offset, **self._music)  # type: ignore[misc]
        self.room.restore(kept)
        for command in as_commands(kept):
            self._tell(execute(self.room, self.time.monotonic, command))

    def _second(self, now: float) -> None:
        if self.room.camera_on:
            self._tell(self.room.on_reading(self._reading(now)))
        self._tell(self.room.tick(now, None if self.offset is None else now + self.offset))

    def _reading(self, now: float) -> Reading:
        valence, arousal = CIRCUMPLEX.get(self._mood, (0.0, 0.0))
        sure = 0.0 if self._mood == UNKNOWN else 1.0
        return Reading(now, Mood(self._mood, sure, valence, arousal, self._people, now), self._people > 0)

    def _take(self, item: object) -> None:
        now = self.time.monotonic
        if isinstance(item, Playback):
            self._tell(self.room.on_playback(now, item))
        elif isinstance(item, Wish):
            self.room.on_abandoned(now, item)
        else:
            self.problems.append(str(getattr(item, "message", item)))

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            self.events.append(event)
            if isinstance(event, DecisionMade) and event.wish.act is not Act.KEEP:
                self._wishes.put(event.wish)

    # What happened.

    @property
    def decisions(self) -> list[Wish]:
        return [event.wish for event in self.events if isinstance(event, DecisionMade)]

    @property
    def said(self) -> list[str]:
        return [wish.why for wish in self.decisions]

    @property
    def did(self) -> list[Wish]:
        return [wish for wish in self.decisions if wish.act not in (Act.KEEP, Act.FORGET)]

    @property
    def control(self) -> Control:
        return self.room.control

    def happened(self, kind: type[Kind]) -> list[Kind]:
        """The events of this kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def forget(self) -> None:
        """What happened so far is of no interest."""
        self.events.clear()
        self.problems.clear()


assert set(CIRCUMPLEX) == set(EXPRESSIONS)
