"""A network stream through the program ffmpeg, where OpenCV doesn't convert its pictures: interlaced ones."""

from __future__ import annotations

import time

import numpy as np

from edge.camera.films.ffmpeg import every_picture
from edge.camera.frame_process import FrameProcess
from edge.camera.grey import upright
from edge.camera.source import CALM_FPS, redacted
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest

# What an address may lead to; files may not be read.
_PROTOCOLS = "pipe,udp,rtp,rtsp,rtsps,rtmp,rtmps,http,https,tls,tcp,crypto"


class FfmpegStream:
    """Frames from a child process, which ends with the camera and with this process."""

    def __init__(self, address: str, config: CameraConfig, size: tuple[int, int]) -> None:
        """size: width and height of the pictures with square pixels. Raises CameraError if ffmpeg doesn't start."""
        self.name = redacted(address)
        if not address.isprintable():
            raise CameraError(f"camera: {self.name} isn't a valid address; check camera.source")
        self._config, self._size = config, size
        self._seq, self._due, self._interval = 0, 0.0, 1 / config.fps
        wide, high = size
        filters = f"yadif=deint=interlaced,scale={wide}:{high}:flags=area,setsar=1"
        # A list on stdin, since every user of this machine can see a program's arguments.
        listed = "file '" + address.replace("'", "'\\''") + "'\n"
        self._child = FrameProcess(
            self.name,
            "ffmpeg",
            lambda out: [
                *("-v", "quiet", "-threads", "1", "-filter_threads", "1", "-f", "concat", "-safe", "0"),
                *("-protocol_whitelist", _PROTOCOLS, "-i", "pipe:0", "-an", "-sn", "-vf", filters),
                # All pictures, whatever their times, which some cameras set back.
                *(*every_picture(), "-pix_fmt", "gray", "-f", "rawvideo", f"pipe:{out}"),
            ],
            install="sudo apt install ffmpeg",
            given=listed.encode("utf-8", "replace"),
        )

    def read(self) -> Frame:
        """The newest frame; raises CameraError if the stream ends or delivers nothing."""
        wide, high = self._size
        while True:
            plane = self._child.read(wide * high)
            now = time.monotonic()
            # A frame that isn't needed is taken from the pipe, so that the next ones are recent.
            if now >= self._due and not self._child.has_more():
                break
        self._due = now + self._interval
        frame = Frame(self._seq, now, upright(np.frombuffer(plane, np.uint8).reshape(high, wide), self._config))
        self._seq += 1
        return frame

    def adapt(self, request: FrameRequest) -> None:
        """Follow the request: fewer frames while calm."""
        self._interval = 1 / min(CALM_FPS, self._config.fps) if request.calm else 1 / self._config.fps
        self._due = self._due if request.calm else 0.0

    def close(self) -> None:
        """End the child process."""
        self._child.end()
