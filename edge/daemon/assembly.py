"""Puts the parts of the device together; the composition root, with `session`, which runs them."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TextIO

from edge.camera.source import AUTO, CAMERA, DEMO, source_kind
from edge.config import Config
from edge.daemon import restore
from edge.daemon.broker import open_absence, open_mqtt
from edge.daemon.camera_switch import camera_is_on
from edge.daemon.console import JsonLines, LogLines, Outlet, PlainLines
from edge.daemon.dispatcher import Dispatcher
from edge.daemon.inbox import Inbox
from edge.daemon.journal import open_journal
from edge.daemon.library import publishing, song_resolver
from edge.daemon.options import Options
from edge.daemon.source import SourceClock, settle_source
from edge.events import MoodUpdated, SettingsReported
from edge.health.monitor import HealthMonitor
from edge.health.reporter import HealthReporter
from edge.health.wall_clock import WallClock
from edge.journal.learner import Learner
from edge.journal.writer import Journal
from edge.mqtt.absence import Absence
from edge.mqtt.device import MqttDevice
from edge.mqtt.outlet import MqttOutlet
from edge.music.director import Director
from edge.players.player import Player, open_player
from edge.players.wish_queue import WishQueue
from edge.room.commands import execute
from edge.room.room import Room
from edge.system import logs
from edge.system.time_zone import zone
from edge.values import SIMULATED, UNKNOWN, Mood
from edge.vision.pace import FramePace
from edge.vision.pipeline import BASE, Pipeline
from edge.web.opening import open_web

if TYPE_CHECKING:
    from edge.web.server import Server


@dataclass
class Parts:
    """All parts of the device with one configuration; none of them has a thread yet.

    config: with the camera's source settled. demo: no camera was found, so the demo clip takes its place.
    journal, mqtt, web: None where they are switched off, or not for a replay.
    absence: tells a home that the device is offline, during a replay.
    """

    config: Config
    demo: bool
    inbox: Inbox
    wishes: WishQueue
    source_clock: SourceClock
    frame_pace: FramePace
    wall_clock: WallClock
    health: HealthMonitor
    pipeline: Pipeline
    director: Director
    room: Room
    player: Player
    journal: Journal | None
    mqtt: MqttDevice | None
    absence: Absence | None
    web: Server | None
    reporter: HealthReporter
    dispatcher: Dispatcher

    def discard(self) -> None:
        """Close what was opened, without having started anything."""
        self.player.close()


def assemble(config: Config, options: Options, out: TextIO, *, settings: dict[str, str] | None = None) -> Parts:
    """Put the parts together; raises MoodroomError if the configuration can't work.

    out: takes the lines for people or programs. settings: what people had set before a reload; None at the start.
    """
    auto = config.camera.source == AUTO
    config = settle_source(config, options)
    source = source_kind(config.camera.source)
    fast, inbox, wishes, source_clock = options.fast, Inbox(), WishQueue(), SourceClock(fast=options.fast)
    now = 0.0 if fast else time.monotonic()
    wall_clock = WallClock(now, 0.0 if fast else time.time())
    health = HealthMonitor(config.camera.stuck_after, now)
    pipeline = Pipeline(config, base=BASE, nominal=fast)
    journal, learner = open_journal(config.journal, problem=partial(inbox.problem, "journal"))
    director = _open_director(config, learner, wall_clock, now, fast=fast)
    # The camera's switch doesn't count for a video that is replayed once.
    room = Room(
        director,
        camera_on=options.once or camera_is_on(settings or {}),
        music=config.music,
        source=source,
        presence_expires=config.mqtt.presence_expires,
        likes=learner.likes,
    )
    player = open_player(
        config,
        clock=(lambda: source_clock.now) if fast else time.monotonic,
        demo=source == DEMO or fast,
        resolver=song_resolver,
        publish=publishing(config, inbox),
    )
    published = options.publish or source == CAMERA
    mqtt = open_mqtt(config, inbox) if published else None
    web = None
    if not fast:
        web = open_web(
            config,
            post=inbox.post,
            problem=inbox.problem,
            health=health,
            offset=wall_clock.offset(),
            file=options.file,
            overridden=options.overridden,
        )
    reporter = HealthReporter(
        health,
        wall_clock,
        pipeline=pipeline,
        player=player,
        mqtt=mqtt,
        longest_look_interval=max(config.schedule.settled, config.schedule.empty),
    )
    dispatcher = Dispatcher(room, health, reporter, wish=player.apply if fast else wishes.put)
    dispatcher.has_camera = source == CAMERA
    if config.music.follow and mqtt is not None and not fast:
        # Imported here because most homes have one device.
        from edge.daemon.follower import Follower

        dispatcher.follower = Follower(config, room, publish=mqtt.publish_report)
    parts = Parts(
        config=config,
        demo=auto and source == DEMO,
        inbox=inbox,
        wishes=wishes,
        source_clock=source_clock,
        frame_pace=FramePace(),
        wall_clock=wall_clock,
        health=health,
        pipeline=pipeline,
        director=director,
        room=room,
        player=player,
        journal=journal,
        mqtt=mqtt,
        absence=None if published else open_absence(config),
        web=web,
        reporter=reporter,
        dispatcher=dispatcher,
    )
    dispatcher.outlets.append(_console(parts, options, out))
    if player.name not in SIMULATED or options.journal:
        # What nobody heard says nothing about tastes.
        dispatcher.outlets.append(learner)
    _add_outlets(parts, now)
    if not options.once and not fast:
        _restore_settings(parts, settings, now)
    return parts


def _open_director(config: Config, learner: Learner, wall_clock: WallClock, now: float, *, fast: bool) -> Director:
    # Two fast replays make the same choices.
    rng = random.Random(0 if fast else None)  # noqa: S311 (no secret)
    weigh = learner.weigh if config.journal.learn and not fast else None
    director = Director(config.music, rng=rng, weigh=weigh, zone=zone(config.music.time_zone))
    if not fast:
        director.timetable.set_clock(now, now + wall_clock.offset())
        restore.restore_playback(director, wall_clock.offset())
    return director


def _console(parts: Parts, options: Options, out: TextIO) -> Outlet:
    source_time = parts.source_clock.since_first
    if options.json:
        return JsonLines(out, source_time=source_time, offset=parts.wall_clock.offset())
    return LogLines() if logs.in_journal() else PlainLines(out, source_time=source_time)


def _add_outlets(parts: Parts, now: float) -> None:
    outlets = parts.dispatcher.outlets
    if parts.journal is not None:
        outlets.append(parts.journal)
    if parts.mqtt is not None:
        outlet = MqttOutlet(parts.mqtt, offset=parts.wall_clock.offset())
        outlets.append(outlet)
        # The broker may still retain the mood of an earlier run.
        source = source_kind(parts.config.camera.source)
        outlet(MoodUpdated(now, Mood(UNKNOWN, 0.0, 0.0, 0.0, 0, now, source)))
        outlet(SettingsReported(now, parts.room.settings()))
    if parts.web is not None:
        outlets.append(parts.web.board)


def _restore_settings(parts: Parts, settings: dict[str, str] | None, now: float) -> None:
    """Set what people had set before a restart or reload, and save it from now on."""
    saved = restore.SavedSettings(parts.config.music.profile)
    before = saved.load() if settings is None else settings
    parts.room.restore(before)
    for command in restore.as_commands(before):
        parts.dispatcher.publish(execute(parts.room, now, command))
    parts.dispatcher.outlets.append(saved)
