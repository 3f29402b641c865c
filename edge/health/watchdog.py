"""Feeds systemd's watchdog while the device works, and keeps the service's status line up to date."""

from __future__ import annotations

from edge.health.monitor import HealthMonitor
from edge.room.room import Room
from edge.system.systemd import SystemdNotifier
from edge.system.threads import Worker
from edge.vision.pipeline import Pipeline

# For so long an absent camera is retried in this process; some drivers then need a fresh one.
CAMERA_AWAY_MAX_S = 600.0


class Watchdog:
    """Feeds the watchdog while results are fresh or the camera is paused; used by the main thread."""

    def __init__(
        self,
        notifier: SystemdNotifier,
        health: HealthMonitor,
        *,
        room: Room,
        pipeline: Pipeline,
        capture: Worker,
        vision: Worker,
        stuck_after: float,
    ) -> None:
        """capture, vision: the threads that may hang. stuck_after: seconds after which one of their turns hangs."""
        self._notifier, self._health, self._room, self._pipeline = notifier, health, room, pipeline
        self._capture, self._vision, self._stuck_after = capture, vision, stuck_after
        # Seconds for which a read of the camera may hang before the process gives up.
        self.camera_timeout = 3 * stuck_after
        self._last_status = ""

    def camera_hangs(self, now: float) -> bool:
        """True if a read of the camera has hung for so long that only a fresh process helps."""
        return self._capture.busy_for(now) > self.camera_timeout and self._room.camera_on

    def beat(self, now: float) -> None:
        """Feed the watchdog if the device works, and send the status line if it changed."""
        self._health.last_examined = self._pipeline.last_examined
        self._health.paused = not self._room.looking or self._camera_is_away(now)
        if self._health.is_fresh(now) and not self._vision_hangs(now):
            self._notifier.notify("WATCHDOG=1")
        if (status := self._status()) != self._last_status:
            self._last_status = status
            self._notifier.notify(f"STATUS={status}")

    def _camera_is_away(self, now: float) -> bool:
        """True while the camera fails and is retried without hanging, for CAMERA_AWAY_MAX_S at most."""
        since = self._health.counted_from(self._health.last_frame)
        is_retried = self._capture.busy_for(now) <= self._stuck_after
        return "camera" in self._health.problems and is_retried and now - since < CAMERA_AWAY_MAX_S

    def _vision_hangs(self, now: float) -> bool:
        """True if a look doesn't end or its thread has died; frames may keep coming all the same."""
        return self._vision.busy_for(now) > self._stuck_after or self._vision.join(0)

    def _status(self) -> str:
        """The line that `systemctl status` shows."""
        activity = "looking" if self._room.looking else "the camera rests in quiet hours"
        activity = activity if self._room.camera_on else "the camera is switched off"
        return "; ".join([activity, *self._health.problems.values()]).replace("\n", " ")
