"""USB cameras (V4L2), network streams (RTSP, HTTP) and GStreamer pipelines, through OpenCV."""

from __future__ import annotations

import time

import cv2

from edge.camera import first_video_device, is_stream, public
from edge.camera.grey import to_grey
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame

_OPEN_MS, _READ_MS = 8000, 8000


class OpenCvCamera:
    """A live camera; a read waits for the next frame."""

    def __init__(self, source: str, config: CameraConfig) -> None:
        """source: v4l2 (the first camera), a number, /dev/videoN, an address, or a pipeline that ends in appsink."""
        device = source
        if source == "v4l2":
            found = first_video_device()
            if found is None:
                raise CameraError("camera: there is no /dev/video device; plug a camera in, or set camera.source")
            device = found
        device = f"/dev/video{device}" if device.isdigit() else device
        self.name = public(device)
        self._rotate = config.rotate
        self._seq = 0
        self._capture = _open(device, config)
        if not self._capture.isOpened():
            self.close()
            raise CameraError(f"camera: {self.name} doesn't open; is it plugged in, and may this user read it?")

    def read(self) -> Frame:
        good, picture = self._capture.read()
        if not good or picture is None:
            raise CameraError(f"camera: {self.name} gives no more frames; it is opened again")
        frame = Frame(self._seq, time.monotonic(), to_grey(picture, self._rotate))
        self._seq += 1
        return frame

    def close(self) -> None:
        self._capture.release()


def _open(name: str, config: CameraConfig) -> cv2.VideoCapture:
    if " ! " in name:
        if not cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER):
            raise CameraError("camera: this OpenCV has no GStreamer; use an address or a /dev/video device instead")
        return cv2.VideoCapture(name, cv2.CAP_GSTREAMER)
    if is_stream(name):
        limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_MS]
        return cv2.VideoCapture(name, cv2.CAP_FFMPEG, [*limits, cv2.CAP_PROP_N_THREADS, 1])
    capture = cv2.VideoCapture(name, cv2.CAP_V4L2)
    # A short queue, so that a frame that is looked at shows now and not a second ago.
    wanted = (
        (cv2.CAP_PROP_FRAME_WIDTH, config.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, config.height),
        (cv2.CAP_PROP_FPS, config.fps),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    )
    for key, value in wanted:
        capture.set(key, value)
    return capture
