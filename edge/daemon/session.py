"""The composition root: the only place that knows all parts, starts them and stops them in reverse order."""

from __future__ import annotations

import logging
import random
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TextIO

from edge import __version__
from edge.camera.capture import Capture
from edge.camera.opening import open_camera, settle
from edge.camera.source import AUTO, DEMO, is_replay, public
from edge.config import Config, JournalConfig
from edge.daemon import last_time
from edge.daemon.console import JsonLines, LogLines, Outlet, PlainLines
from edge.daemon.dispatcher import Dispatcher
from edge.daemon.inbox import Inbox, SessionEnd
from edge.daemon.options import Options
from edge.daemon.restore import Settings, as_commands, over_reload
from edge.errors import ConfigError, MoodroomError
from edge.events import MoodUpdated, SettingsReported
from edge.health.machine import temperature
from edge.health.monitor import HealthMonitor
from edge.health.reporter import HealthReporter
from edge.health.wall_clock import WallClock
from edge.health.watchdog import Watchdog
from edge.journal.entry import JournalEntry
from edge.journal.learner import Learner
from edge.journal.writer import Journal
from edge.library.background import refreshing
from edge.library.resolver import resolver
from edge.mqtt.device import MqttDevice
from edge.mqtt.discovery import discovery
from edge.mqtt.outlet import MqttOutlet
from edge.music.director import Director
from edge.players.driver import PlayerDriver
from edge.players.player import Player, open_player
from edge.players.waiting import WishQueue
from edge.room.commands import execute
from edge.room.room import Room
from edge.system import logs, state
from edge.system.database import default_path
from edge.system.secrets import secret
from edge.system.signals import SignalFlags, signals
from edge.system.systemd import SystemdNotifier
from edge.system.threads import Latest, Worker, stop_all
from edge.system.time_zone import zone
from edge.values import UNKNOWN, Frame, Mood, Playback, Problem, Reading
from edge.vision.looking import Looking
from edge.vision.pipeline import BASE, Pipeline
from edge.web.opening import open_web

log = logging.getLogger(__name__)
# Seconds between two looks at how the device is, and until the second one.
HEALTH_EVERY, FIRST_HEALTH = 30.0, 3.0
STOP_WITHIN = 2.0


def run(load: Callable[[], Config], options: Options, out: TextIO | None = None) -> int:
    """Run until told to stop; gives the exit code. `load` reads the configuration, again on SIGHUP."""
    config = load()
    settings: dict[str, str] | None = None
    with signals() as asked:
        while True:
            session = Session(config, options, out or sys.stdout, settings=settings)
            end = session.run_fast(asked) if options.fast else session.run(asked, load)
            if end is not SessionEnd.RELOAD:
                return 1 if end is SessionEnd.STUCK else 0
            before, config = config.music.profile, session.next_config
            settings = over_reload(session.room.settings(), before=before, now=config.music.profile)


class Session:
    """The daemon with one configuration."""

    def __init__(
        self, config: Config, options: Options, out: TextIO, *, settings: dict[str, str] | None = None
    ) -> None:
        """settings: what people had set before a reload; None where this is the start."""
        # A service waits for its camera: nobody would see that the room on the page and on MQTT is the demo clip's.
        waits = SystemdNotifier().listened_to and not (options.once or options.fast)
        source = config.camera.source if waits else settle(config.camera.source)
        self._demo = config.camera.source == AUTO and source == DEMO
        if options.once and not is_replay(source):
            raise ConfigError(
                f"--once: ends with a replay, and {public(source)} is a live camera; name a film with --source"
            )
        camera = config.camera.model_copy(update={"source": source})
        if is_replay(source):
            # What can't be replayed is refused before anything starts; a camera that fails is tried again later.
            open_camera(camera, wait=lambda _: None, fast=True).close()
        self.config = self.next_config = config.model_copy(update={"camera": camera})
        self._options, self._out = options, out
        self._inbox, self._wishes, self._now = Inbox(), WishQueue(), 0.0
        self._first: float | None = 0.0 if options.fast else None
        now = 0.0 if options.fast else time.monotonic()
        self._clock = WallClock(now, 0.0 if options.fast else time.time())
        self.health = HealthMonitor(config.camera.stuck_after, now)
        self.watch = Pipeline(self.config, base=BASE, nominal=options.fast)
        # A film that is to be replayed once isn't the camera that somebody switched off.
        on = options.once or state.switched_on("camera")
        # Two fast replays are alike; the real thing needn't be.
        dice = random.Random(0 if options.fast else None)  # noqa: S311 (no secret)
        journal = config.journal if not options.fast else config.journal.model_copy(update={"enabled": False})
        self._journal, self._learner = open_journal(journal, problem=partial(self._inbox.problem, "journal"))
        weigh = self._learner.weigh if config.journal.learn and not options.fast else None
        director = Director(config.music, rng=dice, weigh=weigh, zone=zone(config.music.time_zone))
        if not options.fast:
            director.times.clock(now, now + self._clock.offset())
            last_time.recall(director, self._clock.offset())
        self._director = director
        self.room = Room(director, camera_on=on, music=config.music)
        clock = (lambda: self._now) if options.fast else time.monotonic
        self._player: Player = open_player(self.config, clock=clock, demo=self._demo or options.fast, resolver=resolver)
        self._mqtt = self._open_mqtt()
        web = partial(open_web, self.config, post=self._inbox.post, problem=self._inbox.problem, health=self.health)
        self._web = None if options.fast else web(offset=self._clock.offset())
        upkeep = self._upkeep = HealthReporter(
            self.health,
            self._clock,
            watch=self.watch,
            player=self._player,
            mqtt=self._mqtt,
            calmest=max(config.schedule.settled, config.schedule.empty),
        )
        self._hub = Dispatcher(
            self.room, self.health, upkeep, wish=self._player.apply if options.fast else self._wishes.put
        )
        self._add_outlets()
        if not options.once and not options.fast:
            kept = Settings(config.music.profile)
            found = kept.load() if settings is None else settings
            self.room.restore(found)
            for command in as_commands(found):
                self._hub.tell(execute(self.room, now, command))
            self._hub.outlets.append(kept)

    def run(self, asked: SignalFlags, load: Callable[[], Config]) -> SessionEnd:
        """The real thing: one thread a part, this one decides."""
        self._say_what_is_used()
        frames: Latest[Frame] = Latest()
        capture = Capture(
            self.config.camera,
            frames,
            loop=not self._options.once,
            on=lambda: self.room.camera_on,
            resting=lambda: self.room.resting,
            seen=self._seen,
            wanted=lambda: self.watch.wanted,
        )
        vision = Looking(self.watch, frames, on=lambda: self.room.looking, post=self._inbox.post)
        player = PlayerDriver(self._player, self._wishes, post=self._inbox.post)
        workers = [
            Worker("player", player.turn, on_error=partial(self._inbox.problem, "player"), on_end=self._player.close),
            Worker("vision", vision.turn, on_error=partial(self._inbox.problem, "vision"), first_wait=0.1),
            Worker("capture", capture.turn, on_error=partial(self._inbox.problem, "camera"), on_end=capture.close),
        ]
        _, looks, captures = workers
        capture.stopping = captures.stopping
        workers += refreshing(self.config, self._hub.outlets, partial(self._inbox.problem, "library"))
        notifier, end = SystemdNotifier(), SessionEnd.STOPPED
        pulse = Watchdog(
            notifier,
            self.health,
            room=self.room,
            watch=self.watch,
            capture=captures,
            vision=looks,
            stuck_after=self.config.camera.stuck_after,
        )
        try:
            for service in (self._journal, self._mqtt, self._web):
                if service is not None:
                    service.start()
            for worker in workers:
                worker.start()
            notifier.tell("READY=1")
            end = self._loop(asked, load, pulse)
            return end
        finally:
            # To systemd a stop is for good: it would kill what starts anew.
            notifier.tell("RELOADING=1" if end is SessionEnd.RELOAD else "STOPPING=1")
            for name in stop_all(workers, STOP_WITHIN):
                log.warning("%s: didn't stop in time", name)
            # What the parts said while they were stopping.
            for item in self._inbox.rest():
                if isinstance(item, (Reading, Playback)):
                    self._hub.take(item)
            last_time.keep(self._director, self._clock.offset())
            for service in (self._web, self._mqtt, self._journal):
                if service is not None:
                    service.stop()

    def run_fast(self, asked: SignalFlags) -> SessionEnd:
        """A replay in one thread on the film's own clock: two runs give the same lines."""
        self._say_what_is_used()
        camera = open_camera(self.config.camera, wait=lambda _: None, fast=True, loop=not self._options.once)
        try:
            if self._mqtt is not None:
                self._mqtt.start()
                self._mqtt.wait_connected(3.0)
            while not asked.stop and (frame := camera.read()) is not None:
                self._now = frame.at
                reading = self.watch.frame(frame)
                if reading is not None:
                    self._hub.tell(self.room.on_reading(reading))
                self._hub.tell(self.room.tick(frame.at))
                self._hub.tell(self.room.on_playback(frame.at, self._player.playback()))
                for gone in self._player.given_up():
                    self.room.on_abandoned(frame.at, gone.wish)
        finally:
            for item in self._inbox.rest():
                if isinstance(item, Problem) and item.message:
                    log.warning("%s", item.message)
            camera.close()
            self._player.close()
            if self._mqtt is not None:
                self._mqtt.stop()
        return SessionEnd.STOPPED if asked.stop else SessionEnd.OVER

    def _seen(self, frame: Frame | None) -> None:
        """Called by the capture thread for each frame, and with None at a replay's end."""
        if frame is None:
            self._inbox.post(SessionEnd.OVER)
            return
        if self._first is None:
            self._first = frame.at
        if self.health.frame is None or "camera" in self.health.problems:
            self._inbox.problem("camera", "")
        self.health.framed(frame.at)
        if self._web is not None:
            self._web.offer(frame)

    def _loop(self, asked: SignalFlags, load: Callable[[], Config], pulse: Watchdog) -> SessionEnd:
        second, report_at = 0.0, 0.0
        while not asked.stop:
            if (item := self._inbox.get(timeout=0.5)) is not None:
                if isinstance(item, SessionEnd):
                    return item
                self._hub.take(item)
            now = time.monotonic()
            if now - second < 1.0:
                continue
            second = now
            self._hub.tell(self.room.tick(now, now + self._clock.offset()))
            self._hub.tell_settings(now)
            if clock := self._upkeep.second(now, off=not self.room.looking):
                # The mood's beginning is told anew, as the clock says it now.
                self._hub.tell([*clock, *([MoodUpdated(now, self.room.mood)] if self.room.mood else [])])
            if self._mqtt is not None:
                self._mqtt.tend()
            if pulse.stuck(now):
                log.error(
                    "camera: has been stuck for %.0f s; leaving, so that the system starts afresh", pulse.patience
                )
                return SessionEnd.STUCK
            pulse.beat(now)
            if now >= report_at:
                # Rates are known a moment after the start.
                report_at = now + (HEALTH_EVERY if report_at else FIRST_HEALTH)
                self._hub.tell([self._upkeep.report(now)])
            if asked.reload or self._hub.restart:
                asked.reload = self._hub.restart = False
                if self._reload(load):
                    return SessionEnd.RELOAD
        return SessionEnd.STOPPED

    def _reload(self, load: Callable[[], Config]) -> bool:
        """Read the configuration again; False where it can't be taken, and this session goes on.

        All parts are put together once while these still run: a wrong key is seen in the file, but a film, a model or a
        password that isn't there only then, and without these it would be too late.
        """
        try:
            new = load()
            Session(new, self._options, self._out, settings={})._player.close()
        except Exception as error:  # whatever it is, a device that runs is better than none
            said = str(error) if isinstance(error, MoodroomError) else f"{type(error).__name__}: {error}"
            log.error("%s; going on with the configuration as it was", said)
            return False
        log.info("configuration: read again; starting the parts anew")
        self.next_config = new
        return True

    # Putting together.

    def _open_mqtt(self) -> MqttDevice | None:
        mqtt = self.config.mqtt
        if mqtt.host is None:
            return None
        password = secret("mqtt_password", mqtt.password_file) if mqtt.username is not None else None
        return MqttDevice(
            mqtt,
            device=self.config.device.id,
            password=password,
            on_command=self._inbox.post,
            on_problem=lambda text: self._inbox.problem("mqtt", text),
            home=discovery(self.config, version=__version__, temperature=temperature() is not None),
        )

    def _add_outlets(self) -> None:
        lines: Outlet = LogLines() if logs.in_journal() else PlainLines(self._out, time_of=self._source_time)
        if self._options.json:
            lines = JsonLines(self._out, time_of=self._source_time, offset=self._clock.offset())
        self._hub.outlets += [lines, self._learner]
        if self._journal is not None:
            self._hub.outlets.append(self._journal)
        if self._mqtt is not None:
            self._hub.outlets.append(MqttOutlet(self._mqtt, offset=self._clock.offset()))
            # Yesterday's mood may still lie on the broker.
            start = 0.0 if self._options.fast else time.monotonic()
            self._hub.outlets[-1](MoodUpdated(start, Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, start)))
            self._hub.outlets[-1](SettingsReported(start, self.room.settings()))
        if self._web is not None:
            self._hub.outlets.append(self._web.board)

    def _source_time(self, at: float) -> float:
        return 0.0 if self._first is None else max(0.0, at - self._first)

    def _say_what_is_used(self) -> None:
        if self._demo:
            log.info("camera: none found, so the demo clip is replayed; camera.source names another")
        if self._mqtt is None:
            log.info("mqtt: no broker is set (mqtt.host), so nothing is published")
        if not self.room.camera_on:
            log.info("camera: off, as it was left; set/camera ON switches it on")


def open_journal(config: JournalConfig, *, problem: Callable[[str], None]) -> tuple[Journal | None, Learner]:
    """The journal, not started yet, and None where it is off; then what is learnt lasts until the next start.

    problem: is told a fault of the journal, and "" once it is over; in a thread of its own.
    """
    if not config.enabled:
        return None, Learner(lambda _: None, learn=config.learn)
    # Each knows the other: outcomes go into the journal, and come back from it at the start.
    journal = Journal(default_path(), keep=config.keep, on_problem=problem)
    learner = Learner(journal.put, learn=config.learn)
    journal.on_outcomes = learner.told
    journal.put(JournalEntry(time.time(), "start", text="the device started"))
    return journal, learner
