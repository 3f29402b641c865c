"""Runs the device: starts its threads, decides in the main one, and stops them in reverse order."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TextIO

from edge.config import Config
from edge.daemon import restore
from edge.daemon.assembly import assemble
from edge.daemon.fast_replay import replay_fast
from edge.daemon.inbox import SessionEnd
from edge.daemon.options import GOES_ON, Options
from edge.daemon.workers import DeviceWorkers
from edge.errors import ConfigError, MoodroomError
from edge.events import MoodUpdated
from edge.health.watchdog import Watchdog
from edge.system.memory import release_memory
from edge.system.signals import SignalFlags
from edge.system.systemd import SystemdNotifier
from edge.system.threads import Worker, stop_all
from edge.values import SIMULATED, Command, Playback, Reading

log = logging.getLogger(__name__)
# The interval between two health reports, and until the second one: rates are known a moment after the start.
HEALTH_EVERY_S, SECOND_HEALTH_AFTER_S = 30.0, 3.0
STOP_WITHIN_S = 2.0


class Session:
    """The daemon with one configuration."""

    def __init__(
        self, config: Config, options: Options, out: TextIO, *, settings: dict[str, str] | None = None
    ) -> None:
        """settings: what people had set before a reload; None at the start."""
        self.parts = assemble(config, options, out, settings=settings)
        self.next_config = config
        self._options, self._out = options, out

    def run(self, flags: SignalFlags, load: Callable[[], Config]) -> SessionEnd:
        """Run with a thread for each part; this one decides."""
        self._log_summary()
        parts = self.parts
        if not self._options.once:
            parts.dispatcher.switch.begin(time.monotonic(), parts.room.camera_on)
        workers = DeviceWorkers(parts, loop=not self._options.once)
        notifier, end = SystemdNotifier(), SessionEnd.STOPPED
        watchdog = workers.watchdog(notifier)
        try:
            for service in (parts.journal, parts.mqtt, parts.absence, parts.web):
                if service is not None:
                    service.start()
            for worker in workers.all:
                worker.start()
            notifier.notify("READY=1")
            end = self._loop(flags, load, watchdog)
            return end
        finally:
            # After STOPPING=1 systemd would kill the next session.
            notifier.notify("RELOADING=1" if end is SessionEnd.RELOAD else "STOPPING=1")
            self._stop(workers.all)

    def run_fast(self, flags: SignalFlags) -> SessionEnd:
        """Replay in one thread, on the video's own clock, so that two runs print the same lines."""
        self._log_summary()
        return replay_fast(self.parts, flags, loop=not self._options.once)

    def _loop(self, flags: SignalFlags, load: Callable[[], Config], watchdog: Watchdog) -> SessionEnd:
        """Handle what comes in, and do once a second what is due."""
        parts = self.parts
        second, report_at = 0.0, 0.0
        while not flags.stop:
            if (item := parts.inbox.get(timeout=0.5)) is not None:
                if isinstance(item, SessionEnd):
                    return item
                parts.dispatcher.handle(item)
            if dropped := parts.inbox.take_dropped():
                parts.dispatcher.report_dropped(dropped)
            now = time.monotonic()
            if now - second < 1.0:
                continue
            second = now
            self._every_second(now)
            if watchdog.camera_hangs(now):
                log.error("camera: stuck for %.0f s; exiting, so that systemd restarts it", watchdog.camera_timeout)
                return SessionEnd.STUCK
            watchdog.beat(now)
            if now >= report_at:
                report_at = now + (HEALTH_EVERY_S if report_at else SECOND_HEALTH_AFTER_S)
                parts.dispatcher.publish([parts.reporter.report(now)])
            if flags.reload or parts.dispatcher.restart:
                flags.reload = parts.dispatcher.restart = False
                if self._reload(load):
                    return SessionEnd.RELOAD
        return SessionEnd.STOPPED

    def _every_second(self, now: float) -> None:
        parts = self.parts
        parts.dispatcher.publish(parts.room.tick(now, now + parts.wall_clock.offset()))
        if parts.dispatcher.follower is not None:
            parts.dispatcher.publish(parts.dispatcher.follower.tick(now))
        parts.dispatcher.publish_settings(now)
        parts.dispatcher.retry(now)
        if parts.frame_pace.overdue(now):
            parts.dispatcher.publish(parts.room.lose_sight(now))
        if stepped := parts.reporter.tick(now, paused=not parts.room.looking):
            parts.dispatcher.publish(stepped)
            if parts.room.mood is not None:
                # `since` is now another wall clock time.
                parts.dispatcher.publish([MoodUpdated(now, parts.room.mood)])
        if parts.mqtt is not None:
            parts.mqtt.repeat_states()

    def _reload(self, load: Callable[[], Config]) -> bool:
        """Read the configuration again; False if it can't be used, and this session continues.

        All parts are put together once while the present ones still run. Reading the file finds a wrong key, but only
        this finds a missing video, model or password, while it is not too late.
        """
        try:
            new = self._loaded(load)
            assemble(new, self._options, self._out, settings={}).discard()
            release_memory()
        except Exception as error:  # a device that runs is better than none, whatever went wrong
            reason = str(error) if isinstance(error, MoodroomError) else f"{type(error).__name__}: {error}"
            log.error("%s; the configuration stays as it was", reason)
            self.parts.inbox.problem("configuration", f"{reason}; {GOES_ON}")
            return False
        log.info("configuration: reloaded; restarting all parts")
        self.next_config = new
        return True

    def _loaded(self, load: Callable[[], Config]) -> Config:
        """The configuration; the present one, where a backup is about to replace a file that can't be used."""
        try:
            return load()
        except ConfigError:
            if not restore.backup_is_pending():
                raise
            return self.next_config

    def _stop(self, workers: list[Worker]) -> None:
        parts = self.parts
        for name in stop_all(workers, STOP_WITHIN_S):
            log.warning("%s: didn't stop in time", name)
        # What the threads reported while they stopped.
        for item in parts.inbox.drain():
            if isinstance(item, (Reading, Playback, Command)):
                parts.dispatcher.handle(item)
        if parts.player.name not in SIMULATED:
            restore.save_playback(parts.director, parts.wall_clock.offset())
        for service in (parts.web, parts.absence, parts.mqtt, parts.journal):
            if service is not None:
                service.stop()

    def _log_summary(self) -> None:
        if self.parts.demo:
            log.info("camera: none found, so the demo clip is replayed; name a camera with camera.source")
        if self.parts.config.mqtt.host is None:
            log.info("mqtt: nothing is published; name a broker with mqtt.host")
        elif self.parts.mqtt is None:
            log.info("mqtt: a replay isn't published; add --publish if lamps and scenes shall follow it")
        if not self.parts.room.camera_on:
            log.info("camera: off, as it was left; set/camera ON switches it on")
