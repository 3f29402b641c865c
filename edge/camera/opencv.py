"""USB cameras (V4L2) and network streams (RTSP, HTTP), through OpenCV."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import cv2
import numpy as np

from edge.camera.grey import full_range, to_grey
from edge.camera.source import CALM, first_video_device, is_stream, public
from edge.camera.v4l2 import MJPG, YUYV, Mode, choose, modes
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest

_OPEN_MS, _READ_MS = 8000, 8000
# Cheap cameras begin with pictures that are cut off; more of them in a row are a bad cable.
_BROKEN_AT_MOST = 10


class OpenCvCamera:
    """A live camera; a read waits for the next frame."""

    def __init__(self, source: str, config: CameraConfig) -> None:
        """source: v4l2 (the first camera), a number, /dev/videoN or an address. Raises CameraError."""
        device = source
        if source == "v4l2":
            found = first_video_device()
            if found is None:
                raise CameraError("camera: there is no /dev/video device; plug a camera in, or set camera.source")
            device = found
        self._device = f"/dev/video{device}" if device.isdigit() else device
        self.name = public(self._device)
        self._config = config
        self._seq = 0
        self._due, self._apart = 0.0, 0.0
        self._capture: cv2.VideoCapture | None = None
        self._open()

    def read(self) -> Frame:
        capture = self._capture or self._open()
        for _ in range(_BROKEN_AT_MOST):
            # A frame that nobody needs is taken from the queue, so that none grows old there, but not decoded.
            while (good := capture.grab()) and time.monotonic() < self._due:
                pass
            good, picture = capture.retrieve() if good else (False, None)
            if not good or picture is None:
                break
            luma = _luma(picture)
            if luma is not None:
                now = time.monotonic()
                self._due = now + self._apart
                frame = Frame(self._seq, now, to_grey(luma, self._config))
                self._seq += 1
                return frame
        raise CameraError(f"camera: {self.name} gives no more frames; it is opened again")

    def want(self, wanted: FrameRequest) -> None:
        rate = min(CALM, self._config.fps) if wanted.calm else None
        self._apart = 1 / rate if rate else 0.0
        self._due = self._due if wanted.calm else 0.0

    def rest(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def close(self) -> None:
        self.rest()

    def _open(self) -> cv2.VideoCapture:
        stream = is_stream(self._device)
        capture = _open_stream(self._device) if stream else _open_device(self._device, self._config)
        if not capture.isOpened():
            capture.release()
            raise CameraError(f"camera: {self.name} doesn't open; is it plugged in, and may this user read it?")
        self._capture = capture
        return capture


def _open_stream(address: str) -> cv2.VideoCapture:
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_MS]
    return cv2.VideoCapture(address, cv2.CAP_FFMPEG, [*limits, cv2.CAP_PROP_N_THREADS, 1])


def _open_device(device: str, config: CameraConfig) -> cv2.VideoCapture:
    offered: list[Mode] = []
    with contextlib.suppress(OSError):
        # A device that can't be asked doesn't open either, and that is said in one sentence.
        offered = modes(device)
    mode = choose(offered, width=config.width, height=config.height, fps=config.fps)
    capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
    if mode is None:
        mode = Mode("", config.width, config.height, config.fps)
    else:
        # The format first: sizes are the format's.
        capture.set(cv2.CAP_PROP_FOURCC, _fourcc(mode.fourcc))
    wanted = (
        (cv2.CAP_PROP_FRAME_WIDTH, mode.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, mode.height),
        (cv2.CAP_PROP_FPS, config.fps),
        # A short queue, so that a frame that is looked at shows now and not a second ago.
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    )
    for key, value in wanted:
        capture.set(key, value)
    if int(capture.get(cv2.CAP_PROP_FOURCC)) in (_fourcc(YUYV), _fourcc(MJPG)):
        # As it comes from the camera: luma needs no colours.
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    return capture


def _fourcc(name: str) -> int:
    return cv2.VideoWriter.fourcc(*name)


def _luma(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """What OpenCV gives -> something for `to_grey`; None for a JPEG that can't be decoded."""
    if picture.ndim == 3 and picture.shape[2] == 2:
        # YUYV: every other byte is luma, in video's range.
        return full_range(cv2.extractChannel(picture, 0))
    if 1 in picture.shape[:2]:
        # A JPEG as it came, in one row.
        return cv2.imdecode(picture.reshape(-1), cv2.IMREAD_GRAYSCALE)
    return picture
