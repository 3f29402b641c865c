"""The composition root: the only place that knows all parts, starts them and stops them in reverse order."""

from __future__ import annotations

import contextlib
import logging
import queue
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from pathlib import Path
from typing import TextIO

from edge import __version__, config_file, state
from edge.camera import is_replay, open_camera, public, settle
from edge.config import Config
from edge.director import Director
from edge.errors import ConfigError
from edge.health import Health, SystemdNotifier, memory_mb, slowdown, temperature, throttled
from edge.homeassistant import discovery
from edge.mqtt import Mqtt
from edge.outlets import JsonLines, MqttOutlet, Outlet, PlainLines
from edge.players import Player, open_player
from edge.room import Room
from edge.secret import secret
from edge.signals import Asked, signals
from edge.stations import Capture, Playing, Vision
from edge.values import UNKNOWN, Act, Command, Event, Frame, Mood, Playback, Problem, Reading, Wish
from edge.watch import BASE, Watch
from edge.wishes import Wishes
from edge.worker import Latest, Worker, stop_all

log = logging.getLogger(__name__)
# Seconds between two looks at how the device is, and until the second one; between two refusals in the log.
HEALTH_EVERY, FIRST_HEALTH, REFUSAL_EVERY = 30.0, 3.0, 60.0
STOP_WITHIN = 2.0


class End(Enum):
    """Why a session ended."""

    STOPPED = "stopped"
    OVER = "over"
    RELOAD = "reload"
    STUCK = "stuck"


@dataclass(frozen=True)
class Options:
    """What the command line says beside the configuration.

    once: end with the replay. fast: replay as quickly as frames can be processed, on the film's own clock.
    json: JSON lines on stdout instead of plain ones.
    """

    once: bool = False
    fast: bool = False
    json: bool = False


Item = Reading | Playback | Command | Problem | End


def run(load: Callable[[], Config], options: Options, out: TextIO | None = None) -> int:
    """Run until told to stop; gives the exit code. `load` reads the configuration, again on SIGHUP."""
    config = load()
    with signals() as asked:
        while True:
            session = Session(config, options, out or sys.stdout)
            end = session.run_fast(asked) if options.fast else session.run(asked, load)
            if end is not End.RELOAD:
                return 1 if end is End.STUCK else 0
            config = session.next_config


class Session:
    """The daemon with one configuration."""

    def __init__(self, config: Config, options: Options, out: TextIO) -> None:
        source = settle(config.camera.source)
        self._demo = config.camera.source == "auto" and source == "demo"
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
        self._inbox: queue.Queue[Item] = queue.Queue(maxsize=256)
        self._wishes = Wishes()
        self._outlets: list[Outlet] = []
        self._now = 0.0
        self._first: float | None = 0.0 if options.fast else None
        self._restart, self._refused_at = False, -REFUSAL_EVERY
        now = 0.0 if options.fast else time.monotonic()
        self._offset = 0.0 if options.fast else time.time() - now
        self.health = Health(config.camera.stuck_after, now)
        self.watch = Watch(self.config, base=BASE, nominal=options.fast)
        # A film that is to be replayed once isn't the camera that somebody switched off.
        on = options.once or state.read("camera") != "OFF"
        self.room = Room(Director(config.music), camera_on=on, music=config.music)
        clock = (lambda: self._now) if options.fast else time.monotonic
        self._player: Player = open_player(self.config, clock=clock, demo=self._demo or options.fast)
        self._mqtt = self._open_mqtt()
        self._add_outlets()

    def run(self, asked: Asked, load: Callable[[], Config]) -> End:
        """The real thing: one thread a part, this one decides."""
        self._say_what_is_used()
        frames: Latest[Frame] = Latest()
        capture = Capture(self.config.camera, frames, loop=not self._options.once, on=self._camera_on, seen=self._seen)
        vision = Vision(self.watch, frames, on=self._camera_on, post=self._post)
        player = Playing(self._player, self._wishes, post=self._post)
        workers = [
            Worker("player", player.turn, on_error=partial(self._problem, "player"), on_end=self._player.close),
            Worker("vision", vision.turn, on_error=partial(self._problem, "vision"), first_wait=0.1),
            Worker("capture", capture.turn, on_error=partial(self._problem, "camera"), on_end=capture.close),
        ]
        self._capture_worker = workers[-1]
        capture.stopping = self._capture_worker.stopping
        notifier = SystemdNotifier()
        try:
            if self._mqtt is not None:
                self._mqtt.start()
            for worker in workers:
                worker.start()
            notifier.tell("READY=1")
            return self._loop(asked, load, notifier)
        finally:
            notifier.tell("STOPPING=1")
            for name in stop_all(workers, STOP_WITHIN):
                log.warning("%s: didn't stop in time", name)
            self._drain()
            if self._mqtt is not None:
                self._mqtt.stop()

    def run_fast(self, asked: Asked) -> End:
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
                    self._tell(self.room.reading(reading))
                self._tell(self.room.tick(frame.at))
                self._tell(self.room.told_playback(frame.at, self._player.playback()))
        finally:
            camera.close()
            self._player.close()
            if self._mqtt is not None:
                self._mqtt.stop()
        return End.STOPPED if asked.stop else End.OVER

    def _camera_on(self) -> bool:
        return self.room.camera_on

    def _seen(self, frame: Frame | None) -> None:
        """Called by the capture thread for each frame, and with None at a replay's end."""
        if frame is None:
            self._post(End.OVER)
            return
        if self._first is None:
            self._first = frame.at
        if self.health.frame is None or "camera" in self.health.problems:
            self._problem("camera", "")
        self.health.frame = frame.at

    def _loop(self, asked: Asked, load: Callable[[], Config], notifier: SystemdNotifier) -> End:
        second, report_at = 0.0, 0.0
        while not asked.stop:
            with contextlib.suppress(queue.Empty):
                item = self._inbox.get(timeout=0.5)
                if isinstance(item, End):
                    return item
                self._take(item)
            now = time.monotonic()
            if now - second < 1.0:
                continue
            second = now
            self._tell([*self.room.tick(now), Event(now, "settings", self.room.settings())])
            if self._mqtt is not None:
                self._mqtt.tend()
            if self._capture_worker.busy_for(now) > 3 * self.config.camera.stuck_after and self.room.camera_on:
                log.error(
                    "camera: has been stuck for %.0f s; leaving, so that the system starts afresh",
                    3 * self.config.camera.stuck_after,
                )
                return End.STUCK
            self.health.paused = not self.room.camera_on
            if self.health.fresh(now):
                notifier.tell("WATCHDOG=1")
            if now >= report_at:
                # Rates are known a moment after the start.
                report_at = now + (HEALTH_EVERY if report_at else FIRST_HEALTH)
                self._tell([self._report(now)])
            if asked.reload or self._restart:
                asked.reload = self._restart = False
                if self._reload(load):
                    return End.RELOAD
        return End.STOPPED

    def _take(self, item: Item) -> None:
        now = time.monotonic()
        if isinstance(item, Reading):
            if self.health.look is None:
                log.info("ready: first look after %.1f s of CPU, %.0f MB in memory", time.process_time(), memory_mb())
            self.health.look = item.at
            self._solved("vision")
            self._tell(self.room.reading(item))
        elif isinstance(item, Playback):
            if item.state != "unavailable":
                self._solved("player")
            self._tell(self.room.told_playback(now, item))
        elif isinstance(item, Problem):
            if self.health.set_problem(item.part, item.message or None):
                if item.message:
                    log.warning("%s", item.message)
                self._tell([self._report(now)])
        elif isinstance(item, Command):
            self._obey(now, item)

    def _obey(self, now: float, command: Command) -> None:
        events = self.room.command(now, command)
        for event in events:
            if event.name == "camera":
                state.write("camera", "ON" if event.value else "OFF")
                log.info("camera: switched %s by %s", "on" if event.value else "off", command.origin)
            elif event.name == "restart":
                log.info("restart: asked for by %s", command.origin)
                self._restart = True
            elif event.name == "command_rejected" and now - self._refused_at >= REFUSAL_EVERY:
                self._refused_at = now
                log.info("command refused: %s (the next ones are told on MQTT only)", event.value["message"])
        self._tell([*events, Event(now, "settings", self.room.settings())])

    def _report(self, now: float) -> Event:
        # A machine that is too hot is helped at once, by looking less.
        self.watch.schedule.slower = slowdown(temperature(), throttled())
        report = self.health.report(now, self.watch.looks) | {"reasons": dict(self.watch.schedule.counts)}
        if self._mqtt is not None:
            report |= {"messages_sent": self._mqtt.sent, "events_dropped": self._mqtt.dropped}
        return Event(now, "health", report)

    def _tell(self, events: list[Event]) -> None:
        for event in events:
            wish = event.value if event.name == "decision" else None
            if isinstance(wish, Wish) and wish.act is not Act.KEEP:
                if self._options.fast:
                    self._player.apply(wish)
                else:
                    self._wishes.put(wish)
            for outlet in self._outlets:
                outlet(event)

    def _drain(self) -> None:
        """What the parts said while they were stopping."""
        with contextlib.suppress(queue.Empty):
            while True:
                item = self._inbox.get_nowait()
                if isinstance(item, (Reading, Playback)):
                    self._take(item)

    def _reload(self, load: Callable[[], Config]) -> bool:
        try:
            new = load()
        except ConfigError as error:
            log.error("%s; going on with the configuration as it was", error)
            return False
        log.info("configuration: read again; starting the parts anew")
        self.next_config = new
        return True

    def _problem(self, part: str, message: str | None) -> None:
        self._post(Problem(part, message or ""))

    def _solved(self, part: str) -> None:
        if part in self.health.problems:
            self._take(Problem(part, ""))

    def _post(self, item: Item) -> None:
        try:
            self._inbox.put_nowait(item)
        except queue.Full:
            log.debug("inbox: full, dropped %s", type(item).__name__)

    # Putting together.

    def _open_mqtt(self) -> Mqtt | None:
        mqtt = self.config.mqtt
        if mqtt.host is None:
            return None
        password = secret("mqtt_password", mqtt.password_file) if mqtt.username is not None else None
        return Mqtt(
            mqtt,
            device=self.config.device.id,
            password=password,
            on_command=self._post,
            on_problem=lambda text: self._problem("mqtt", text),
            home=discovery(self.config, version=__version__, temperature=temperature() is not None),
        )

    def _add_outlets(self) -> None:
        lines: Outlet = (
            JsonLines(self._out, time_of=self._source_time, offset=self._offset)
            if self._options.json
            else PlainLines(self._out, time_of=self._source_time)
        )
        self._outlets.append(lines)
        if self._mqtt is not None:
            self._outlets.append(MqttOutlet(self._mqtt, offset=self._offset))
            # Yesterday's mood may still lie on the broker.
            start = 0.0 if self._options.fast else time.monotonic()
            self._outlets[-1](Event(start, "mood", Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, start)))
            self._outlets[-1](Event(start, "settings", self.room.settings()))

    def _source_time(self, at: float) -> float:
        return 0.0 if self._first is None else max(0.0, at - self._first)

    def _say_what_is_used(self) -> None:
        if self._demo:
            log.info("camera: none found, so the demo clip is replayed; camera.source names another")
        if self._mqtt is None:
            log.info("mqtt: no broker is set (mqtt.host), so nothing is published")
        if not self.room.camera_on:
            log.info("camera: off, as it was left; set/camera ON switches it on")


def loader(path: Path | None, source: str | None) -> Callable[[], Config]:
    """Reads the configuration, with the command line's source in place of the file's."""

    def load() -> Config:
        config = config_file.load(path)
        if source is None:
            return config
        return config.model_copy(update={"camera": config.camera.model_copy(update={"source": source})})

    return load
