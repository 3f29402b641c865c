"""The Pi's camera through picamera2, which belongs to the system (`apt install python3-picamera2`)."""

from __future__ import annotations

import contextlib
import gc
import logging
import time
from typing import Any

from edge.camera.grey import full_range, upright
from edge.camera.source import CALM
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest, Grey

log = logging.getLogger(__name__)
# Seconds to wait for a frame at most: without a limit a capture waits for ever after a front-end time-out.
WAIT = 5.0
# The longest frame in seconds that a long exposure may make of it; tuning files end at 0.12.
LONGEST = 0.125
_LONG = 2  # libcamera's AeExposureModeEnum.Long


class PiCamera:
    """Luma straight from the streams: no colour is ever converted.

    The low-resolution stream is what is looked at. The main stream is larger, and copied only while far faces want it;
    it also makes the sensor use a mode that sees its whole width, which some don't at 640 x 480.
    """

    name = "picamera2"

    def __init__(self, config: CameraConfig) -> None:
        self._config = config
        self._wait = max(min(WAIT, config.stuck_after / 2), 1.0, 3 / config.fps)
        self._wanted = FrameRequest()
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
        except Exception as error:  # libcamera raises what it likes; each means: no camera now
            self.close()
            raise CameraError(f"camera: the Pi's camera doesn't start ({error}); is its cable in place?") from None

    def read(self) -> Frame:
        if self._camera is None:
            raise CameraError("camera: the Pi's camera was closed; open it again")
        try:
            if not self._running:
                self._start()
            grey, detail = self._capture()
        except Exception as error:
            grey, detail = self._once_more(error)
        frame = Frame(self._seq, time.monotonic(), grey, detail)
        self._seq += 1
        return frame

    def want(self, wanted: FrameRequest) -> None:
        changed = wanted.calm != self._wanted.calm
        self._wanted = wanted
        if changed and self._running:
            # A camera that fails here fails at the next frame as well, and is mended there.
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
        # A capture that still waits would keep `stop` waiting for ever.
        for step in ("cancel_all_and_flush", "stop", "close"):
            # A camera that is already gone can't be closed better.
            with contextlib.suppress(Exception):
                getattr(camera, step)()
        # Its parts refer to each other in circles, and hold descriptors and memory until they are collected.
        del camera
        gc.collect()

    def _configure(self) -> None:
        """Once in a camera's life: stop and start are all that follows."""
        camera = self._camera
        wide, high = self._config.width, self._config.height
        most_wide, most_high = camera.sensor_resolution
        times = max(1.0, min(self._config.detail, most_wide / wide, most_high / high))
        camera.configure(
            # A preview's colours are sYCC where the camera can: luma of full range.
            camera.create_preview_configuration(
                main={"size": (round(wide * times), round(high * times)), "format": "YUV420"},
                lores={"size": (wide, high), "format": "YUV420"},
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
        rate = min(CALM, self._config.fps) if self._wanted.calm else self._config.fps
        shortest = longest = round(1_000_000 / rate)
        controls: dict[str, Any] = {}
        if self._config.exposure == "long":
            longest = max(longest, round(1_000_000 * LONGEST))
            controls["AeExposureMode"] = _LONG
        controls["FrameDurationLimits"] = (shortest, longest)
        # A control that a camera doesn't have stops it from starting.
        return {name: value for name, value in controls.items() if name in self._camera.camera_controls}

    def _start(self) -> None:
        # picamera2 forgets controls when it starts.
        self._camera.set_controls(self._controls())
        self._camera.start()
        self._running = True

    def _capture(self) -> tuple[Grey, Grey | None]:
        job = self._camera.capture_request(wait=False)
        request = self._camera.wait(job, timeout=self._wait)
        try:
            detail = self._luma(request, "main") if self._wanted.detail and self._config.detail > 1 else None
            return self._luma(request, "lores"), detail
        finally:
            request.release()

    def _luma(self, request: Any, stream: str) -> Grey:
        """A stream's Y plane, which comes first in all of its formats, without the stride's padding."""
        (width, height), stride = self._streams[stream]["size"], self._streams[stream]["stride"]
        with self._mapped(request, stream, reshape=False, write=False) as mapped:
            plane = mapped.array[: height * stride].reshape(height, stride)[:, :width]
            # A copy either way: the buffer goes back to the camera.
            grey = plane.copy() if self._full_range else full_range(plane)
        return upright(grey, self._config)

    def _once_more(self, error: Exception) -> tuple[Grey, Grey | None]:
        """After a time-out: stop, start, and one more try; the daemon opens the camera anew after that."""
        log.debug("picamera2: %s; started again", error or "time-out")
        try:
            self._camera.cancel_all_and_flush()
            self._running = False
            self._camera.stop()
            self._start()
            return self._capture()
        except Exception as again:
            why = str(again) or str(error) or "time-out"
            raise CameraError(f"camera: the Pi's camera gives no frame ({why}); is its cable in place?") from None
