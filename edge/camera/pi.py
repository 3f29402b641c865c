"""The Pi's camera through picamera2, a system package (`apt install python3-picamera2`)."""

from __future__ import annotations

import contextlib
import gc
import logging
import time
from typing import Any

from edge.camera.grey import full_range, upright
from edge.camera.source import CALM_FPS
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest, Grey

log = logging.getLogger(__name__)
# Without a limit a capture waits for ever after a front-end time-out.
FRAME_TIMEOUT_S = 5.0
# The longest frame with a long exposure; tuning files end at 0.12 s.
LONG_FRAME_S = 0.125
_EXPOSURE_LONG = 2  # libcamera's AeExposureModeEnum.Long


class PiCamera:
    """Luma straight from the streams, without converting colours.

    Faces are searched for in the low-resolution stream. The main stream is larger and copied only while a far face
    needs it; it also makes the sensor use a mode with its full width, which some don't at 640 x 480.
    """

    name = "picamera2"

    def __init__(self, config: CameraConfig) -> None:
        self._config = config
        self._timeout_s = max(min(FRAME_TIMEOUT_S, config.stuck_after / 2), 1.0, 3 / config.fps)
        self._request = FrameRequest()
        self._seq = 0
        self._running = False
        self._camera: Any = None
        try:
            from picamera2 import MappedArray, Picamera2
        except ImportError:
            raise CameraError("camera: picamera2 is missing; run: sudo apt install python3-picamera2") from None
        self._mapped = MappedArray
        try:
            self._camera = Picamera2()
            self._configure()
            self._start()
        except Exception as error:  # libcamera may raise anything; it all means that there is no camera now
            self.close()
            raise CameraError(f"camera: the Pi's camera doesn't start ({error}); check its cable") from None

    def read(self) -> Frame:
        if self._camera is None:
            raise CameraError("camera: the Pi's camera was closed; open it again")
        try:
            if not self._running:
                self._start()
            grey, detail = self._capture()
        except Exception as error:
            grey, detail = self._retry(error)
        frame = Frame(self._seq, time.monotonic(), grey, detail)
        self._seq += 1
        return frame

    def adapt(self, request: FrameRequest) -> None:
        changed = request.calm != self._request.calm
        self._request = request
        if changed and self._running:
            # A camera that fails here also fails at the next frame, which handles it.
            with contextlib.suppress(Exception):
                self._camera.set_controls(self._controls())

    def rest(self) -> None:
        if self._running:
            self._running = False
            with contextlib.suppress(Exception):
                self._camera.stop()

    def close(self) -> None:
        camera, self._camera = self._camera, None
        self._running = False
        if camera is None:
            return
        # A pending capture would block `stop` for ever.
        for step in ("cancel_all_and_flush", "stop", "close"):
            # The camera may already be gone.
            with contextlib.suppress(Exception):
                getattr(camera, step)()
        # Its parts form reference cycles, which hold descriptors and memory until they are collected.
        del camera
        gc.collect()

    def _configure(self) -> None:
        """Configure the streams; done once, and kept over stop and start."""
        camera = self._camera
        width, height = self._config.width, self._config.height
        max_width, max_height = camera.sensor_resolution
        scale = max(1.0, min(self._config.detail, max_width / width, max_height / height))
        camera.configure(
            # A preview uses sYCC if the camera can: luma of full range.
            camera.create_preview_configuration(
                main={"size": (round(width * scale), round(height * scale)), "format": "YUV420"},
                lores={"size": (width, height), "format": "YUV420"},
                buffer_count=3,
                queue=False,
                display=None,
                encode=None,
            )
        )
        self._streams = camera.camera_configuration()
        colours = self._streams["colour_space"]
        self._full_range = str(getattr(colours, "range", "")).endswith("Full")

    def _controls(self) -> dict[str, Any]:
        rate = min(CALM_FPS, self._config.fps) if self._request.calm else self._config.fps
        shortest = longest = round(1_000_000 / rate)
        controls: dict[str, Any] = {}
        if self._config.exposure == "long":
            longest = max(longest, round(1_000_000 * LONG_FRAME_S))
            controls["AeExposureMode"] = _EXPOSURE_LONG
        controls["FrameDurationLimits"] = (shortest, longest)
        # A camera doesn't start with a control that it doesn't have.
        return {name: value for name, value in controls.items() if name in self._camera.camera_controls}

    def _start(self) -> None:
        # picamera2 forgets controls when it starts.
        self._camera.set_controls(self._controls())
        self._camera.start()
        self._running = True

    def _capture(self) -> tuple[Grey, Grey | None]:
        job = self._camera.capture_request(wait=False)
        request = self._camera.wait(job, timeout=self._timeout_s)
        try:
            detail = self._luma(request, "main") if self._request.detail and self._config.detail > 1 else None
            return self._luma(request, "lores"), detail
        finally:
            request.release()

    def _luma(self, request: Any, stream: str) -> Grey:
        """The Y plane of a stream, which comes first in all formats, without the padding of its lines."""
        (width, height), stride = self._streams[stream]["size"], self._streams[stream]["stride"]
        with self._mapped(request, stream, reshape=False, write=False) as mapped:
            plane = mapped.array[: height * stride].reshape(height, stride)[:, :width]
            # Copied in both cases, because the buffer goes back to the camera.
            grey = plane.copy() if self._full_range else full_range(plane)
        return upright(grey, self._config)

    def _retry(self, error: Exception) -> tuple[Grey, Grey | None]:
        """After a failure: stop, start and try once more; after that the daemon opens the camera again."""
        log.debug("picamera2: %s; started again", error or "time-out")
        try:
            self._camera.cancel_all_and_flush()
            self._running = False
            self._camera.stop()
            self._start()
            return self._capture()
        except Exception as second:
            reason = str(second) or str(error) or "time-out"
            raise CameraError(f"camera: the Pi's camera delivers no frame ({reason}); check its cable") from None
