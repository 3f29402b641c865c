"""A Jetson's CSI camera, and any GStreamer pipeline, through `gst-launch-1.0` as a child process.

OpenCV from PyPI has no GStreamer, and Python's bindings are a system package. A child process needs neither: frames
come through a pipe, and a driver that crashes takes the child down, not the daemon. Not tried on a Jetson yet.
"""

from __future__ import annotations

import time

import numpy as np

from edge.camera.grey import full_range, upright
from edge.camera.gst_process import GstProcess
from edge.camera.source import redacted
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import Frame, FrameRequest


class GStreamerCamera:
    """Frames from a child process, which ends with the camera and with this process."""

    def __init__(self, source: str, config: CameraConfig) -> None:
        """source: jetson or a pipeline. Raises CameraError if the child doesn't start."""
        self.name = redacted(source)
        self._source, self._config = source, config
        self._stride, self._bytes = frame_bytes(config.width, config.height)
        self._seq = 0
        self._child: GstProcess | None = None
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

    def _start(self) -> GstProcess:
        self._child = GstProcess(self.name, self._source, self._config)
        return self._child


def frame_bytes(width: int, height: int) -> tuple[int, int]:
    """The stride of the luma plane and the size of all three planes of GStreamer's I420 frames, in bytes."""
    stride, chroma_stride = _round_up(width, 4), _round_up(_round_up(width, 2) // 2, 4)
    return stride, (stride + chroma_stride) * _round_up(height, 2)


def _round_up(number: int, step: int) -> int:
    return -(-number // step) * step
