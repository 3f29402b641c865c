"""Where everything meets: what comes in changes the room, and what the room says goes to the player and the outlets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence

from edge.daemon.console import Outlet
from edge.daemon.inbox import Item, SessionEnd
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
from edge.health.machine import memory_mb
from edge.health.monitor import HealthMonitor
from edge.health.reporter import HealthReporter
from edge.room.commands import execute
from edge.room.room import Room
from edge.system import state
from edge.values import Act, Command, Playback, Problem, Reading, Wish

log = logging.getLogger(__name__)
# Seconds between two refusals in the log.
REFUSAL_EVERY = 60.0


class Dispatcher:
    """Used by the main thread alone."""

    def __init__(
        self, room: Room, health: HealthMonitor, upkeep: HealthReporter, *, wish: Callable[[Wish], None]
    ) -> None:
        """wish: brings a wish to the player."""
        self.room, self._health, self._upkeep, self._wish = room, health, upkeep, wish
        self.outlets: list[Outlet] = []
        self.restart = False
        self._refused_at = -REFUSAL_EVERY

    def take(self, item: Item) -> None:
        """Something came in."""
        now = time.monotonic()
        if isinstance(item, Reading):
            if self._health.look is None:
                log.info("ready: first look after %.1f s of CPU, %.0f MB in memory", time.process_time(), memory_mb())
            self._health.looked(item)
            self._solved("vision")
            self.tell(self.room.on_reading(item))
        elif isinstance(item, Playback):
            self._health.player = now
            if item.state != "unavailable":
                self._solved("player")
            self.tell(self.room.on_playback(now, item))
        elif isinstance(item, Problem):
            if self._health.set_problem(item.part, item.message or None):
                self.tell([self._upkeep.report(now)])
        elif isinstance(item, Command):
            self._obey(now, item)
        elif isinstance(item, Wish):
            self.room.on_abandoned(now, item)
        elif not isinstance(item, SessionEnd):
            self.tell([item])

    def tell(self, events: Sequence[Event]) -> None:
        """Wishes go to the player, and everything to everybody who listens."""
        for event in events:
            if isinstance(event, DecisionMade) and event.wish.act is not Act.KEEP:
                self._wish(event.wish)
            for outlet in self.outlets:
                outlet(event)

    def tell_settings(self, now: float) -> None:
        """What people have set; outlets pass on only what changed."""
        self.tell([SettingsReported(now, self.room.settings())])

    def _obey(self, now: float, command: Command) -> None:
        events = execute(self.room, now, command)
        for event in events:
            match event:
                case CameraSwitched(on=on):
                    state.write("camera", "ON" if on else "OFF")
                    log.info("camera: switched %s by %s", "on" if on else "off", command.origin)
                case RestartRequested():
                    log.info("restart: asked for by %s", command.origin)
                    self.restart = True
                case CommandRejected(message=message):
                    if now - self._refused_at >= REFUSAL_EVERY:
                        self._refused_at = now
                        log.info("command refused: %s (the next ones are told on MQTT only)", message)
                case (
                    MoodUpdated()
                    | MoodChanged()
                    | DecisionMade()
                    | PlaybackChanged()
                    | ControlChanged()
                    | TakenOver()
                    | Skipped()
                    | Liked()
                    | PresenceChanged()
                    | SettingsReported()
                    | CommandReceived()
                    | ProblemOccurred()
                    | HealthReported()
                    | ClockStepped()
                ):
                    pass
                case _:
                    assert_never(event)
        self.tell([CommandReceived(now, command), *events])
        self.tell_settings(now)

    def _solved(self, part: str) -> None:
        if part in self._health.problems:
            self.take(Problem(part, ""))
