"""Passes what comes in to the room, and the room's events to the player and the outlets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from edge.daemon.camera_switch import CameraSwitch
from edge.daemon.console import Outlet
from edge.daemon.inbox import Item, SessionEnd
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
from edge.health.machine import memory_mb
from edge.health.monitor import HealthMonitor
from edge.health.reporter import HealthReporter
from edge.music.following.report import RoomReport
from edge.room.commands import execute
from edge.room.home_presence import SENSOR
from edge.room.room import Room
from edge.sentences import Sentence
from edge.system.memory import release_memory
from edge.values import Act, Command, Playback, PresenceReport, Problem, Reading, Wish

if TYPE_CHECKING:
    from edge.daemon.follower import Follower

log = logging.getLogger(__name__)
# The shortest interval between two rejected commands in the log.
LOG_REJECTION_EVERY_S = 60.0
# A camera that has delivered no frame for longer doesn't look at the room.
LOOKING_FRAME_AGE_MAX_S = 5.0
# The part under which `health` lists a switch that can't be saved.
SWITCH_PART = "camera switch"


class Dispatcher:
    """Used by the main thread alone.

    restart: a person requested a restart of the daemon.
    """

    def __init__(
        self, room: Room, health: HealthMonitor, reporter: HealthReporter, *, wish: Callable[[Wish], None]
    ) -> None:
        """wish: called with each wish that the player should fulfil."""
        self.room, self._health, self._reporter, self._wish = room, health, reporter, wish
        self.outlets: list[Outlet] = []
        self.restart = False
        # False where a film or the demo clip is shown.
        self.has_camera = True
        # Whether the camera is still open, whatever its switch says: it takes a moment to close.
        self.camera_open: Callable[[], bool] = lambda: False
        self.switch = CameraSwitch()
        # None where music doesn't follow people.
        self.follower: Follower | None = None
        self._logged_rejection = -LOG_REJECTION_EVERY_S
        # The kinds of outlet errors that were logged.
        self._logged_errors: set[tuple[str, str]] = set()

    def handle(self, item: Item) -> None:
        """Take an item from the inbox, and publish the events that follow from it."""
        now = time.monotonic()
        match item:
            case Reading():
                if self._health.last_look is None:
                    # What only the loading of the parts needed.
                    release_memory()
                    log.info(
                        "ready: first look after %.1f s of CPU, %.0f MB in memory", time.process_time(), memory_mb()
                    )
                self._health.record_look(item)
                self._clear_problem("vision")
                self.publish(self.room.on_reading(item))
            case Playback():
                self._health.last_playback = now
                if item.state != "unavailable":
                    self._clear_problem("player")
                self.publish(self.room.on_playback(now, item))
            case Problem(part=part, message=message):
                if self._health.set_problem(part, message or None):
                    self.publish([self._reporter.report(now)])
            case Command():
                self._execute(now, item)
            case PresenceReport(present=present):
                self.publish(self.room.on_presence(now, SENSOR, present))
            case RoomReport():
                if self.follower is not None:
                    self.publish(self.follower.see(now, item))
            case Wish():
                self.room.on_abandoned(now, item)
            case SessionEnd():
                pass
            case _:
                self.publish([item])

    def publish(self, events: Sequence[Event]) -> None:
        """Pass wishes to the player, and all events to all outlets."""
        for event in events:
            if isinstance(event, DecisionMade) and event.wish.act is not Act.KEEP:
                self._wish(event.wish)
            for outlet in self.outlets:
                self._pass_on(event, outlet)

    def _pass_on(self, event: Event, outlet: Outlet) -> None:
        """Call an outlet; whatever it raises costs it this event only, and is logged once for each kind."""
        try:
            outlet(event)
        except BrokenPipeError:
            raise  # the reader of stdout has gone, which ends the program
        except Exception as error:  # error boundary: a message must not end the device
            part = type(outlet).__name__
            kind = (part, type(error).__name__)
            if kind not in self._logged_errors:
                self._logged_errors.add(kind)
                log.warning("%s: left out an event: %s: %s", part, kind[1], error)
            log.debug("%s", part, exc_info=True)

    def publish_settings(self, now: float) -> None:
        """Publish what people have set; outlets pass on only what changed."""
        looking = "ON" if self._looks(now) else "OFF"
        self.publish([SettingsReported(now, self.room.settings() | {"looking": looking})])

    def _looks(self, now: float) -> bool:
        """Whether a camera's sensor delivers frames now, or hasn't been closed yet after it was switched off."""
        last = self._health.last_frame
        recent = last is not None and now - last <= LOOKING_FRAME_AGE_MAX_S
        if not self.room.camera_on:
            return self.has_camera and self.camera_open()
        return self.has_camera and self.room.looking and recent

    def _execute(self, now: float, command: Command) -> None:
        events = execute(self.room, now, command)
        for event in events:
            match event:
                case CameraSwitched(on=on):
                    log.info("camera: switched %s by %s", "on" if on else "off", command.origin)
                case RestartRequested():
                    log.info("restart: requested by %s", command.origin)
                    self.restart = True
                case CommandRejected(message=message):
                    if now - self._logged_rejection >= LOG_REJECTION_EVERY_S:
                        self._logged_rejection = now
                        log.info("command refused: %s (for a minute, others are published on MQTT only)", message)
                case (
                    MoodUpdated()
                    | MoodChanged()
                    | DecisionMade()
                    | PlaybackChanged()
                    | ControlChanged()
                    | TakenOver()
                    | Corrected()
                    | Skipped()
                    | Liked()
                    | Unliked()
                    | ChoiceRefused()
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
        if command.name == "camera" and not any(isinstance(event, CommandRejected) for event in events):
            # Written also if it was so already: perhaps it couldn't be written then.
            events += self._save_switch(now)
        self.publish([CommandReceived(now, command), *events])
        self.publish_settings(now)

    def report_dropped(self, dropped: Mapping[str, int]) -> None:
        """Answer the commands that were dropped. dropped: their number by name."""
        now = time.monotonic()
        for name, count in dropped.items():
            text = f"{count} request{'s' if count > 1 else ''} came faster than they could be carried out, so newer "
            text += "ones count; send fewer"
            log.warning("command refused: %s: %s", name, text)
            self.publish([CommandRejected(now, name, f"{name}: {text}")])

    def retry(self, now: float) -> None:
        """Try again to save the camera's switch, if that failed."""
        if self.switch.retry(now):
            self.handle(Problem(SWITCH_PART, ""))

    def _save_switch(self, now: float) -> list[Event]:
        """Save the camera's switch; where it can't be saved, whoever used it is told."""
        if self.switch.save(now, self.room.camera_on):
            self._clear_problem(SWITCH_PART)
            return []
        log.warning("camera: %s", self.switch.fault)
        self.handle(Problem(SWITCH_PART, self.switch.fault))
        return [ProblemOccurred(now, "camera", Sentence("camera: {why}", why=self.switch.fault))]

    def _clear_problem(self, part: str) -> None:
        if part in self._health.problems:
            self.handle(Problem(part, ""))
