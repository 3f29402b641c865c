"""The device's threads for the camera, the looks, the player and the library, and what one does with each frame."""

from __future__ import annotations

from functools import partial

from edge.camera.capture import Capture
from edge.camera.source import is_stream
from edge.daemon.assembly import Parts
from edge.daemon.inbox import SessionEnd
from edge.daemon.library import refresh_workers
from edge.health.watchdog import Watchdog
from edge.players.driver import PlayerDriver
from edge.system.systemd import SystemdNotifier
from edge.system.threads import Latest, Worker
from edge.values import Frame
from edge.vision.loop import VisionLoop

# A camera that fails again within this time is tried more and more rarely, and its problem stands.
CAMERA_HEALTHY_AFTER_S = 60.0


class DeviceWorkers:
    """all: the threads in the order of their start."""

    def __init__(self, parts: Parts, *, loop: bool) -> None:
        """loop: a replay begins again at its end."""
        self._parts = parts
        frames: Latest[Frame] = Latest()
        capture = Capture(
            parts.config.camera,
            frames,
            loop=loop,
            is_on=lambda: parts.room.camera_on,
            is_resting=lambda: parts.room.resting,
            on_frame=self._on_frame,
            request=lambda: parts.pipeline.frame_request,
        )
        parts.dispatcher.camera_open = lambda: capture.is_open
        vision = VisionLoop(parts.pipeline, frames, is_on=lambda: parts.room.looking, post=parts.inbox.post)
        player = PlayerDriver(parts.player, parts.wishes, post=parts.inbox.post)
        problem = parts.inbox.problem
        self._vision = Worker("vision", vision.turn, on_error=partial(problem, "vision"), first_wait_s=0.1)
        self._capture = Worker(
            "capture",
            capture.turn,
            on_error=partial(problem, "camera"),
            on_end=capture.close,
            healthy_after_s=CAMERA_HEALTHY_AFTER_S,
            may_linger=is_stream(parts.config.camera.source),
        )
        capture.stopping = self._capture.stopping
        player_worker = Worker("player", player.turn, on_error=partial(problem, "player"), on_end=parts.player.close)
        parts.reporter.player_busy = player_worker.busy_for
        self.all = [
            player_worker,
            self._vision,
            self._capture,
            *refresh_workers(parts.config, parts.dispatcher.outlets, parts.inbox),
        ]

    def watchdog(self, notifier: SystemdNotifier) -> Watchdog:
        """What notices that one of them hangs."""
        return Watchdog(
            notifier,
            self._parts.health,
            room=self._parts.room,
            pipeline=self._parts.pipeline,
            capture=self._capture,
            vision=self._vision,
            stuck_after=self._parts.config.camera.stuck_after,
        )

    def _on_frame(self, frame: Frame | None) -> None:
        """Called by the capture thread with each frame, and with None at the end of a replay."""
        parts = self._parts
        if frame is None:
            parts.inbox.post(SessionEnd.OVER)
            return
        if parts.source_clock.first is None:
            parts.source_clock.first = frame.at
        told = parts.health.problems.get("camera", "")
        again = bool(told) and not self._capture.relapsing(frame.at)
        if frame.fault:
            if frame.fault != told:
                parts.inbox.problem("camera", frame.fault)
        elif parts.health.last_frame is None or again:
            parts.inbox.problem("camera", "")
        parts.health.record_frame(frame.at)
        parts.frame_pace.frame(frame.at)
        if parts.web is not None:
            parts.web.offer(frame)
