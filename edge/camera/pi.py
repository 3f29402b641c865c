"""The Pi's camera through picamera2, which belongs to the system (`apt install python3-picamera2`)."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import numpy as np

from edge.camera.grey import to_grey
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, Grey

_WAIT_S = 5.0
_STRETCH = np.clip((np.arange(256) - 16) * 255 // 219, 0, 255).astype(np.uint8)


class PiCamera:
    """Luma straight from the low-resolution stream: no colour is ever converted."""

    name = "picamera2"

    def __init__(self, config: CameraConfig) -> None:
        try:
            from picamera2 import Picamera2
        except ImportError:
            raise CameraError("camera: picamera2 is missing; run: sudo apt install python3-picamera2") from None
        self._size = (config.width, config.height)
        self._rotate = config.rotate
        self._seq = 0
        self._camera: Any = None
        try:
            self._camera = Picamera2()
            period = round(1_000_000 / config.fps)
            self._camera.configure(
                self._camera.create_video_configuration(
                    main={"size": self._size},
                    lores={"size": self._size, "format": "YUV420"},
                    controls={"FrameDurationLimits": (period, period)},
                    buffer_count=3,
                    queue=False,
                    display=None,
                    encode=None,
                )
            )
            self._camera.start()
        except Exception as error:  # libcamera raises what it likes; each means: no camera now
            self.close()
            raise CameraError(f"camera: the Pi's camera doesn't start ({error}); is its cable in place?") from None

    def read(self) -> Frame:
        try:
            job = self._camera.capture_array("lores", wait=False)
            # Without a limit a capture waits for ever after a front-end time-out.
            planes = self._camera.wait(job, timeout=_WAIT_S)
        except Exception as error:
            with contextlib.suppress(Exception):
                # Else the capture that still waits would keep `stop` waiting for ever.
                self._camera.cancel_all_and_flush()
            raise CameraError(f"camera: the Pi's camera gives no frame ({str(error) or 'time-out'})") from None
        frame = Frame(self._seq, time.monotonic(), to_grey(self._luma(planes), self._rotate))
        self._seq += 1
        return frame

    def close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is None:
            return
        for step in ("stop", "close"):
            # A camera that is already gone can't be closed better.
            with contextlib.suppress(Exception):
                getattr(camera, step)()

    def _luma(self, planes: np.ndarray[Any, Any]) -> Grey:
        """The Y plane without the stride's padding, stretched from video range 16-235 to 0-255."""
        width, height = self._size
        return np.asarray(_STRETCH[planes[:height, :width]], np.uint8)
