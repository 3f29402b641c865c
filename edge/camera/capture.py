"""One turn of the capture thread: open the camera if necessary, read a frame, and pass it on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from edge.camera.films.conversion import CONVERTS_NOT_ALL
from edge.camera.films.ffmpeg import program
from edge.camera.opening import open_camera
from edge.camera.picture_watch import INSTALL_FFMPEG, PictureWatch
from edge.camera.source import Camera, is_replay, is_stream
from edge.config import CameraConfig
from edge.system.threads import Latest
from edge.values import Frame, FrameRequest

# How long a turn waits while the camera is off or at rest.
CAMERA_OFF_WAIT_S = 0.2


class Capture:
    """Owns the camera: opens it while it is switched on, and again after a failure."""

    def __init__(
        self,
        config: CameraConfig,
        frames: Latest[Frame],
        *,
        loop: bool,
        is_on: Callable[[], bool],
        on_frame: Callable[[Frame | None], None],
        request: Callable[[], FrameRequest] = FrameRequest,
        is_resting: Callable[[], bool] = lambda: False,
    ) -> None:
        """loop: a replay starts again at its end. is_on: returns False while the camera must be closed.

        on_frame: called with each frame, and with None at a replay's end. request: returns what the pipeline needs.
        is_resting: returns True while the sensor must be stopped, as in quiet hours.
        """
        self.stopping = threading.Event()
        self._config, self._frames, self._loop = config, frames, loop
        self._is_on, self._on_frame, self._request, self._is_resting = is_on, on_frame, request, is_resting
        self._camera: Camera | None = None
        # A film may stand still.
        self._watch = None if is_replay(config.source) else PictureWatch(_advice(config.source))

    @property
    def is_open(self) -> bool:
        """Whether the camera is open now; any thread may ask."""
        return self._camera is not None

    def open(self) -> Camera:
        """The camera, opened if it isn't; raises CameraError or SourceError."""
        if self._camera is None:
            self._camera = open_camera(self._config, wait=self.stopping.wait, loop=self._loop)
        return self._camera

    def turn(self) -> None:
        """Read one frame, or wait a moment while the camera is off or at rest; raises CameraError or SourceError."""
        if not self._is_on():
            self.close()
            self.stopping.wait(CAMERA_OFF_WAIT_S)
            return
        if self._is_resting():
            if self._camera is not None:
                self._camera.rest()
            self.stopping.wait(CAMERA_OFF_WAIT_S)
            return
        try:
            camera = self.open()
            camera.adapt(self._request())
            frame = camera.read()
        except BaseException:
            self.close()
            raise
        if frame is not None and self._watch is not None and (fault := self._watch.fault(frame)):
            frame = replace(frame, fault=fault)
        self._on_frame(frame)
        if frame is None:
            self.stopping.set()
        else:
            self._frames.put(frame)

    def close(self) -> None:
        """Release the camera."""
        camera = self._camera
        try:
            if camera is not None:
                camera.close()
        finally:
            self._camera = None


def _advice(source: str) -> str:
    """What else may help if the picture never changes."""
    unreadable = is_stream(source) and CONVERTS_NOT_ALL and program() is None
    return INSTALL_FFMPEG if unreadable else ""
