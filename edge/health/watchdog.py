"""What systemd hears once a second: whether the device still works, and what it is about."""

from __future__ import annotations

from edge.health.monitor import HealthMonitor
from edge.room.room import Room
from edge.system.systemd import SystemdNotifier
from edge.system.threads import Worker
from edge.vision.pipeline import Pipeline

# Seconds for which a camera that is away is tried again before a fresh process tries: some drivers need that.
AWAY = 600.0


class Watchdog:
    """Feeds the watchdog while results are fresh, or a pause is declared; used by the main thread."""

    def __init__(
        self,
        notifier: SystemdNotifier,
        health: HealthMonitor,
        *,
        room: Room,
        watch: Pipeline,
        capture: Worker,
        vision: Worker,
        stuck_after: float,
    ) -> None:
        """capture, vision: the threads that may hang. stuck_after: seconds after which a turn of theirs counts so."""
        self._notifier, self._health, self._room, self._watch = notifier, health, room, watch
        self._capture, self._vision, self._stuck_after = capture, vision, stuck_after
        # Seconds for which a read of the camera may hang.
        self.patience = 3 * stuck_after
        self._said = ""

    def stuck(self, now: float) -> bool:
        """True where a read of the camera hangs for so long that only a fresh process helps."""
        return self._capture.busy_for(now) > self.patience and self._room.camera_on

    def beat(self, now: float) -> None:
        """Note how the looks go, feed the watchdog if they do, and tell the status where it is another."""
        self._health.examined = self._watch.examined
        self._health.paused = not self._room.looking or self._camera_is_away(now)
        if self._health.fresh(now) and not self._vision_hangs(now):
            self._notifier.tell("WATCHDOG=1")
        if (status := self._status()) != self._said:
            self._said = status
            self._notifier.tell(f"STATUS={status}")

    def _camera_is_away(self, now: float) -> bool:
        """True while the camera fails, says so, and is tried again; for AWAY seconds, and not while a try hangs."""
        since = self._health.counted_from(self._health.frame)
        trying = self._capture.busy_for(now) <= self._stuck_after
        return "camera" in self._health.problems and trying and now - since < AWAY

    def _vision_hangs(self, now: float) -> bool:
        """True where a look goes on and on, or its thread is gone; frames may well go on coming meanwhile."""
        return self._vision.busy_for(now) > self._stuck_after or self._vision.join(0)

    def _status(self) -> str:
        """The one line that `systemctl status` shows."""
        looking = "looking" if self._room.looking else "the camera rests in quiet hours"
        looking = looking if self._room.camera_on else "the camera is switched off"
        return "; ".join([looking, *self._health.problems.values()]).replace("\n", " ")
