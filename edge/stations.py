"""What the three working threads do, a turn at a time: capture, vision, playing. Images stay between the first two."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from edge.camera import Camera, open_camera
from edge.config import CameraConfig
from edge.errors import PlayerError
from edge.players import Player
from edge.values import Frame, Playback, Reading
from edge.watch import Watch
from edge.wishes import Wishes
from edge.worker import Latest


class Capture:
    """Owns the camera: open while it is on, opened again after it failed."""

    def __init__(
        self,
        config: CameraConfig,
        frames: Latest[Frame],
        *,
        loop: bool,
        on: Callable[[], bool],
        seen: Callable[[Frame | None], None],
    ) -> None:
        """loop: a replay begins again. on: False while the camera must be closed. seen: is told each frame, or None."""
        self.stopping = threading.Event()
        self._config, self._frames, self._loop = config, frames, loop
        self._on, self._seen = on, seen
        self._camera: Camera | None = None

    def open(self) -> Camera:
        """Open the camera, if it isn't; raises CameraError or SourceError."""
        if self._camera is None:
            self._camera = open_camera(self._config, wait=self.stopping.wait, loop=self._loop)
        return self._camera

    def turn(self) -> None:
        if not self._on():
            self.close()
            self.stopping.wait(0.2)
            return
        try:
            frame = self.open().read()
        except BaseException:
            self.close()
            raise
        self._seen(frame)
        if frame is None:
            self.stopping.set()
        else:
            self._frames.put(frame)

    def close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            camera.close()


class Vision:
    """Looks at the newest frame, if it is worth it."""

    def __init__(
        self, watch: Watch, frames: Latest[Frame], *, on: Callable[[], bool], post: Callable[[Reading], None]
    ) -> None:
        self._watch, self._frames, self._on, self._post = watch, frames, on, post

    def turn(self) -> None:
        frame = self._frames.get(0.5)
        if not self._on():
            self._watch.clear()
            return
        if frame is not None and (reading := self._watch.frame(frame)) is not None:
            self._post(reading)


class Playing:
    """Owns the player: does what is wished, and tells what plays."""

    def __init__(self, player: Player, wishes: Wishes, *, post: Callable[[Playback], None]) -> None:
        self._player, self._wishes, self._post = player, wishes, post
        self._poll_at = 0.0

    def turn(self) -> None:
        # Short waits, so that a stop is never kept waiting by a slow poll.
        wish = self._wishes.get(min(0.5, max(0.0, self._poll_at - time.monotonic())))
        if wish is None and time.monotonic() < self._poll_at:
            return
        try:
            if wish is not None:
                self._player.apply(wish)
            self._post(self._player.playback())
        except PlayerError:
            # What played when it last answered may be long over.
            self._post(Playback("unavailable", self._player.name))
            raise
        self._poll_at = time.monotonic() + self._player.wait()
