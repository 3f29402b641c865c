"""USB cameras (V4L2) and network streams (RTSP, HTTP), through OpenCV."""

from __future__ import annotations

import contextlib
import logging
import time
from dataclasses import replace
from typing import Any

import cv2
import numpy as np

from edge.camera.answers.rtsp import rtsp_reason
from edge.camera.aspect import configured_aspect, pixel_aspect, square_pixels, square_size
from edge.camera.devices import first_video_device
from edge.camera.ffmpeg_stream import FfmpegStream
from edge.camera.films.conversion import CONVERTS_NOT_ALL, StillWatch, sampled
from edge.camera.films.ffmpeg import program
from edge.camera.grey import full_range, to_grey
from edge.camera.opencv_messages import silence_opencv
from edge.camera.picture_file import decode_picture
from edge.camera.source import CALM_FPS, is_stream, redacted
from edge.camera.v4l2 import MJPG, YUYV, Mode, choose, modes
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest

silence_opencv()

log = logging.getLogger(__name__)
_OPEN_TIMEOUT_MS, _READ_TIMEOUT_MS = 8000, 8000
# Cheap cameras begin with truncated pictures; more than this in a row mean a bad cable.
_BROKEN_FRAMES_MAX = 10


class OpenCvCamera:
    """A live camera; `read` waits for the next frame."""

    def __init__(self, source: str, config: CameraConfig) -> None:
        """source: v4l2 (the first camera), a number, /dev/videoN or an address. Raises CameraError."""
        device = source
        if source == "v4l2":
            first = first_video_device()
            if first is None:
                raise CameraError("camera: there is no /dev/video device; plug a camera in, or set camera.source")
            device = first
        self._device = f"/dev/video{device}" if device.isdigit() else device
        self.name = redacted(self._device)
        self._config = config
        self._seq, self._aspect = 0, 1.0
        self._due, self._interval = 0.0, 0.0
        self._capture: cv2.VideoCapture | None = None
        # What reads a stream whose pictures OpenCV doesn't convert, and the size of its pictures.
        self._program: FfmpegStream | None = None
        self._size = (0, 0)
        self._still = StillWatch() if is_stream(self._device) and CONVERTS_NOT_ALL else None
        self._open()

    def read(self) -> Frame:
        if self._program is not None:
            return replace(self._program.read(), seq=self._count())
        capture = self._capture or self._open()
        for _ in range(_BROKEN_FRAMES_MAX):
            # A frame that isn't needed is taken from the queue but not decoded.
            while (ok := capture.grab()) and time.monotonic() < self._due:
                pass
            ok, picture = capture.retrieve() if ok else (False, None)
            if not ok or picture is None:
                break
            luma = _luma(picture)
            if luma is not None:
                now = time.monotonic()
                self._due = now + self._interval
                if self._still is not None and self._still.suspects(sampled(picture), now) and program() is not None:
                    return self._read_with_program()
                grey = square_pixels(to_grey(luma, self._config), self._aspect, self._config)
                return Frame(self._count(), now, grey)
        raise CameraError(f"camera: {self.name} delivers no more frames; it is opened again")

    def _read_with_program(self) -> Frame:
        """A frame by ffmpeg, which reads the stream from now on: its pictures may be interlaced, or stand still."""
        self.rest()
        self._program = FfmpegStream(self._device, self._config, self._size)
        log.info("camera: the pictures of %s never change, so ffmpeg decodes them: they may be interlaced", self.name)
        return self.read()

    def _count(self) -> int:
        self._seq += 1
        return self._seq - 1

    def adapt(self, request: FrameRequest) -> None:
        if self._program is not None:
            self._program.adapt(request)
        rate = min(CALM_FPS, self._config.fps) if request.calm else None
        self._interval = 1 / rate if rate else 0.0
        self._due = self._due if request.calm else 0.0

    def rest(self) -> None:
        capture, self._capture = self._capture, None
        program, self._program = self._program, None
        if capture is not None:
            capture.release()
        if program is not None:
            program.close()

    def close(self) -> None:
        self.rest()

    def _open(self) -> cv2.VideoCapture:
        stream = is_stream(self._device)
        capture = _open_stream(self._device) if stream else _open_device(self._device, self._config)
        if not capture.isOpened():
            capture.release()
            if not stream:
                raise CameraError(f"camera: {self.name} doesn't open; is it plugged in, and may this user read it?")
            is_rtsp = self._device.lower().startswith("rtsp")
            reason = rtsp_reason(self._device) if is_rtsp else "it sends nothing that can be played"
            raise CameraError(f"camera: {self.name} doesn't open: {reason}")
        self._capture = capture
        width, height = (int(capture.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        aspect = pixel_aspect(capture, self._config, width, height) if stream else None
        self._aspect = aspect or configured_aspect(self._config, width, height) or 1.0
        self._size = square_size(max(1, width), max(1, height), self._aspect)
        return capture


def _open_stream(address: str) -> cv2.VideoCapture:
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_TIMEOUT_MS]
    return cv2.VideoCapture(address, cv2.CAP_FFMPEG, [*limits, cv2.CAP_PROP_N_THREADS, 1])


def _open_device(device: str, config: CameraConfig) -> cv2.VideoCapture:
    offered: list[Mode] = []
    with contextlib.suppress(OSError):
        # A device that can't be queried doesn't open either, which is reported later.
        offered = modes(device)
    mode = choose(offered, width=config.width, height=config.height, fps=config.fps)
    capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
    if mode is None:
        mode = Mode("", config.width, config.height, config.fps)
    else:
        # The format comes first, because each format has its own sizes.
        capture.set(cv2.CAP_PROP_FOURCC, _fourcc(mode.fourcc))
    settings = (
        (cv2.CAP_PROP_FRAME_WIDTH, mode.width),
        (cv2.CAP_PROP_FRAME_HEIGHT, mode.height),
        (cv2.CAP_PROP_FPS, config.fps),
        # A short queue keeps frames recent.
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    )
    for key, value in settings:
        capture.set(key, value)
    if int(capture.get(cv2.CAP_PROP_FOURCC)) in (_fourcc(YUYV), _fourcc(MJPG)):
        # Unconverted: only luma is needed.
        capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    return capture


def _fourcc(name: str) -> int:
    return cv2.VideoWriter.fourcc(*name)


def _luma(picture: np.ndarray[Any, Any]) -> np.ndarray[Any, Any] | None:
    """A picture as OpenCV returns it -> one for `to_grey`; None for a JPEG that can't be decoded."""
    if picture.ndim == 3 and picture.shape[2] == 2:
        # YUYV: every other byte is luma, in video range.
        return full_range(cv2.extractChannel(picture, 0))
    if 1 in picture.shape[:2]:
        # An undecoded JPEG in one row.
        return decode_picture(picture)
    return picture
