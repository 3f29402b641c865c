"""Replays a film as fast as frames can be processed, in one thread and on the film's own clock."""

from __future__ import annotations

import logging

from edge.camera.opening import open_camera
from edge.daemon.assembly import Parts
from edge.daemon.inbox import SessionEnd
from edge.system.signals import SignalFlags
from edge.values import Frame, Problem
from edge.vision.pace import GAP_MIN_S

log = logging.getLogger(__name__)
CONNECT_WITHIN_S = 3.0


def replay_fast(parts: Parts, flags: SignalFlags, *, loop: bool) -> SessionEnd:
    """Replay until the film's end or a signal; waits a moment for the broker. loop: begin again at the end."""
    camera = open_camera(parts.config.camera, wait=lambda _: None, fast=True, loop=loop)
    try:
        for service in (parts.absence, parts.mqtt):
            if service is not None:
                service.start()
        if parts.mqtt is not None:
            parts.mqtt.wait_connected(CONNECT_WITHIN_S)
        while not flags.stop and (frame := camera.read()) is not None:
            _take(parts, frame)
    finally:
        for item in parts.inbox.drain():
            if isinstance(item, Problem) and item.message:
                log.warning("%s", item.message)
        camera.close()
        parts.player.close()
        for service in (parts.mqtt, parts.absence):
            if service is not None:
                service.stop()
    return SessionEnd.STOPPED if flags.stop else SessionEnd.OVER


def _take(parts: Parts, frame: Frame) -> None:
    """Do all that follows from a frame."""
    room, publish = parts.room, parts.dispatcher.publish
    before = parts.frame_pace.last
    if parts.frame_pace.frame(frame.at) and before is not None:
        parts.source_clock.now = before + GAP_MIN_S
        publish(room.lose_sight(before + GAP_MIN_S))
    parts.source_clock.now = frame.at
    reading = parts.pipeline.process(frame)
    if reading is not None:
        publish(room.on_reading(reading))
    publish(room.tick(frame.at))
    publish(room.on_playback(frame.at, parts.player.playback()))
    for abandoned in parts.player.take_abandoned():
        room.on_abandoned(frame.at, abandoned.wish)
