"""A Jetson's CSI camera, and any GStreamer pipeline, through `gst-launch-1.0` as a child process.

OpenCV from PyPI has no GStreamer, and Python's bindings are a system package. A child process needs neither: frames
come through a pipe, and a driver that crashes takes the child down, not the daemon. Not tried on a Jetson yet.
"""

from __future__ import annotations

import math
import shlex
import time

import numpy as np

from edge.camera.frame_process import FrameProcess
from edge.camera.grey import full_range, upright
from edge.camera.source import redacted
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest

_INSTALL = "sudo apt install gstreamer1.0-tools gstreamer1.0-plugins-base"


class GStreamerCamera:
    """Frames from a child process, which ends with the camera and with this process."""

    def __init__(self, source: str, config: CameraConfig) -> None:
        """source: jetson or a pipeline. Raises CameraError if the child doesn't start."""
        self.name = redacted(source)
        self._source, self._config = source, config
        self._stride, self._bytes = frame_bytes(config.width, config.height)
        self._seq = 0
        self._child: FrameProcess | None = None
        self._start()

    def read(self) -> Frame:
        child = self._child or self._start()
        try:
            planes = child.read(self._bytes)
        except CameraError:
            self.rest()
            raise
        height, width = self._config.height, self._config.width
        luma = np.frombuffer(planes, np.uint8, self._stride * height).reshape(height, self._stride)[:, :width]
        frame = Frame(self._seq, time.monotonic(), upright(full_range(luma), self._config))
        self._seq += 1
        return frame

    def adapt(self, request: FrameRequest) -> None:
        """Nothing to do: the pipeline's rate is fixed, and a frame costs no more than its copy."""

    def rest(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def close(self) -> None:
        self.rest()

    def _start(self) -> FrameProcess:
        self._child = FrameProcess(
            self.name,
            "gst-launch-1.0",
            lambda out: ["-q", *pipeline(self._source, self._config, out=out)],
            install=_INSTALL,
            # Other lines may contain a property's value, and so a password.
            reasons=("ERROR: from element", "no element"),
        )
        return self._child


def frame_bytes(width: int, height: int) -> tuple[int, int]:
    """The stride of the luma plane and the size of all three planes of GStreamer's I420 frames, in bytes."""
    stride, chroma_stride = _round_up(width, 4), _round_up(_round_up(width, 2) // 2, 4)
    return stride, (stride + chroma_stride) * _round_up(height, 2)


def _round_up(number: int, step: int) -> int:
    return -(-number // step) * step


def pipeline(source: str, config: CameraConfig, *, out: int) -> list[str]:
    """The arguments of gst-launch-1.0, which writes I420 frames of the configured size to the descriptor `out`.

    source: jetson, or the beginning of a pipeline; a prefix `gst:` and an appsink at its end are removed.
    Raises CameraError if the source can't be parsed.
    """
    # This only drops frames: a slower source stays slow.
    rate = f"videorate drop-only=true max-rate={math.ceil(config.fps)}"
    frames = f"video/x-raw,format=I420,width={config.width},height={config.height}"
    # One buffer, and the oldest is dropped, so that a frame is always recent.
    sink = f"! queue leaky=downstream max-size-buffers=1 ! fdsink fd={out} sync=false"
    if source == "jetson":
        # Frames are dropped before they are converted; the converter also scales.
        return f"nvarguscamerasrc ! video/x-raw(memory:NVMM) ! {rate} ! nvvidconv ! {frames} {sink}".split()
    try:
        words = shlex.split(source.removeprefix("gst:"))
    except ValueError:
        raise CameraError("camera.source: the pipeline has an unmatched quotation mark; add the missing one") from None
    if "!" in words and words[len(words) - words[::-1].index("!")].startswith("appsink"):
        words = words[: len(words) - words[::-1].index("!") - 1]
    if not words:
        raise CameraError("camera.source: gst: needs a pipeline's beginning, such as gst:videotestsrc ! videoconvert")
    # Frames that already fit pass through unchanged; bt601 makes every source video range.
    return words + f"! {rate} ! videoconvert ! videoscale ! {frames},colorimetry=bt601 {sink}".split()
