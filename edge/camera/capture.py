"""The capture thread: it owns the camera, opens it and opens it again after a fault."""

from __future__ import annotations

import threading
from collections.abc import Callable

from edge.camera.opening import open_camera
from edge.camera.source import Camera
from edge.config import CameraConfig
from edge.system.threads import Latest
from edge.values import Frame, FrameRequest


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
        wanted: Callable[[], FrameRequest] = FrameRequest,
        resting: Callable[[], bool] = lambda: False,
    ) -> None:
        """loop: a replay begins again. on: False while the camera must be closed. seen: is told each frame, or None.

        wanted: what looking needs of the camera now. resting: True while the sensor must be stopped, as in quiet hours.
        """
        self.stopping = threading.Event()
        self._config, self._frames, self._loop = config, frames, loop
        self._on, self._seen, self._wanted, self._resting = on, seen, wanted, resting
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
        if self._resting():
            if self._camera is not None:
                self._camera.rest()
            self.stopping.wait(0.2)
            return
        try:
            camera = self.open()
            camera.want(self._wanted())
            frame = camera.read()
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
