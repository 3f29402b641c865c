"""A simulated house for scenarios: people, a room, a speaker, and the device.

Time is simulated. The room, the director, the queue of wishes and the player's driver are real, and in most scenarios
so is the player.
"""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from edge.circumplex import CIRCUMPLEX
from edge.config import MusicConfig
from edge.daemon.restore import SAVED_SETTINGS, as_commands
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
# Seconds from one moment to the next: short enough for a fade, and where nothing is due.
MIN_STEP_S, MAX_STEP_S = 0.25, 1.0
HAPPY, SAD, CALM, ANGRY = (f"spotify:playlist:{name}" for name in ("happysongs", "sadsongs", "calmsongs", "angrysongs"))
PROFILE = {
    "happy": {"play": HAPPY, "name": "Happy Songs"},
    "sad": {"play": SAD, "name": "Sad Songs"},
    "neutral": {"play": CALM, "name": "Calm Songs"},
    "angry": {"play": ANGRY, "name": "Angry Songs"},
    "default": "nothing",
}


class Time(Protocol):
    """A clock that can be advanced."""

    monotonic: float

    def advance(self, seconds: float) -> None: ...


class SimulatedTime:
    """A clock for scenarios without the simulated Spotify, which has its own."""

    def __init__(self, at: float = 1000.0) -> None:
        self.monotonic = at

    def advance(self, seconds: float) -> None:
        self.monotonic += seconds


class _Wishes(WishQueue):
    """Doesn't wait, since time is simulated."""

    def get(self, wait: float) -> Wish | None:
        return super().get(0)


def unix_time(text: str, zone: ZoneInfo = BERLIN) -> float:
    """Return the Unix time of a local time such as `2026-11-21 18:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()


class House:
    """One room. reasons: the sentence of each decision. actions: the wishes for the player, without KEEP and FORGET."""

    def __init__(self, time: Time, player: Player, *, offset: float | None = None, seed: int = 0, **music: Any) -> None:
        """offset: wall clock minus simulated clock, None where the time isn't known. music: keys of `music`."""
        self.time, self.offset, self._music = time, offset, music
        # Scenarios also use what only their own kind of player has.
        self.player: Any = player
        self.config = MusicConfig.model_validate({"profiles": {"everyday": PROFILE}} | music)
        self.director = director = Director(self.config, rng=random.Random(seed), zone=BERLIN)
        if offset is not None:
            director.timetable.set_clock(time.monotonic, time.monotonic + offset)
        self.room = Room(director, music=self.config)
        self.events: list[Event] = []
        self.problems: list[str] = []
        self._posted: list[Any] = []
        self._wishes = _Wishes()
        self._driver = PlayerDriver(
            player,
            self._wishes,
            post=self._posted.append,
            clock=lambda: self.time.monotonic,
            wall=lambda: self.time.monotonic + (self.offset or 0.0),
        )
        self._mood, self._people = "absent", 0
        # How the camera tells the mood: with this confidence, and whether it has settled.
        self.confidence, self.settled = 1.0, True
        self._tick_at = time.monotonic
        # Long scenarios may advance in larger steps while nothing is due.
        self.max_step = MAX_STEP_S

    # People.

    def feels(self, mood: str, seconds: float = 0.0) -> None:
        """Somebody is here and in this mood for some seconds."""
        self._mood, self._people = mood, 1
        self.passes(seconds)

    def leaves(self, seconds: float = 0.0) -> None:
        """The room is empty for some seconds."""
        self._mood, self._people = "absent", 0
        self.passes(seconds)

    def command(self, name: str, value: str) -> list[Event]:
        """Somebody sends a command from the page or home automation. Returns the events that it caused."""
        events = execute(self.room, self.time.monotonic, Command(name, value))
        self._publish(events)
        self.passes(MIN_STEP_S)
        return events

    # Time.

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        until = self.time.monotonic + seconds
        while self.time.monotonic < until - 1e-6:
            now = self.time.monotonic
            self.moment()
            self.time.advance(min(max(MIN_STEP_S, min(self.max_step, self.player.wait())), until - now))

    def moment(self) -> None:
        """Do what is due now."""
        now = self.time.monotonic
        if now >= self._tick_at:
            self._tick_at = now + 1.0
            self._every_second(now)
        self._driver.turn()
        posted, self._posted[:] = self._posted[:], []
        for item in posted:
            self._handle(item)

    def restart(self) -> None:
        """Restart the device, as after a power cut: the player keeps playing, and the saved settings are restored."""
        saved = {name: value for name, value in self.room.settings().items() if name in SAVED_SETTINGS}
        self.__init__(self.time, self.player, offset=self.offset, **self._music)  # type: ignore[misc]
        self.room.restore(saved)
        for command in as_commands(saved):
            self._publish(execute(self.room, self.time.monotonic, command))

    def _every_second(self, now: float) -> None:
        if self.room.camera_on:
            self._publish(self.room.on_reading(self._reading(now)))
        self._publish(self.room.tick(now, None if self.offset is None else now + self.offset))

    def _reading(self, now: float) -> Reading:
        valence, arousal = CIRCUMPLEX.get(self._mood, (0.0, 0.0))
        confidence = 0.0 if self._mood == UNKNOWN else self.confidence
        mood = Mood(self._mood, confidence, valence, arousal, self._people, now)
        return Reading(now, mood, self._people > 0, settled=self.settled and self._mood in EXPRESSIONS)

    def _handle(self, item: object) -> None:
        now = self.time.monotonic
        if isinstance(item, Playback):
            self._publish(self.room.on_playback(now, item))
        elif isinstance(item, Wish):
            self.room.on_abandoned(now, item)
        else:
            self.problems.append(str(getattr(item, "message", item)))

    def _publish(self, events: list[Event]) -> None:
        for event in events:
            self.events.append(event)
            if isinstance(event, DecisionMade) and event.wish.act is not Act.KEEP:
                self._wishes.put(event.wish)

    # What happened.

    @property
    def decisions(self) -> list[Wish]:
        return [event.wish for event in self.events if isinstance(event, DecisionMade)]

    @property
    def reasons(self) -> list[str]:
        return [wish.why for wish in self.decisions]

    @property
    def actions(self) -> list[Wish]:
        return [wish for wish in self.decisions if wish.act not in (Act.KEEP, Act.FORGET)]

    @property
    def control(self) -> Control:
        return self.room.control

    def happened(self, kind: type[Kind]) -> list[Kind]:
        """Return the events of this kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def clear(self) -> None:
        """Forget the events and problems so far."""
        self.events.clear()
        self.problems.clear()


assert set(CIRCUMPLEX) == set(EXPRESSIONS)
