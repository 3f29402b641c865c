"""Replaces what the real picamera2 lacks without a Pi's camera; call `install()` before anything imports picamera2.

Pictures come from libcamera's virtual camera, and picamera2 is the released version. Replaced are the display and
muxing libraries, the kernel's memory for buffers, the raw sensor modes, and the sensor's clock, because the virtual
camera returns a frame whenever one is requested.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import types
from typing import Any

# picamera2 imports these for previews, raw pictures and videos, which aren't used here.
NAME_ONLY = ("pykms", "prctl", "av", "pidng", "pidng.camdefs", "pidng.core")
DEFAULT_PERIOD = 1 / 30


class _Anything(type):
    def __getattr__(cls, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class _NameOnly(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name, (), {})


class Sensor:
    """The sensor's clock, which follows FrameDurationLimits.

    stalled: set while no frames come. periods: all requested frame durations, in seconds.
    """

    def __init__(self) -> None:
        self.stalled = threading.Event()
        self.periods: list[float] = []
        self._next = 0.0

    @property
    def period(self) -> float:
        return self.periods[-1] if self.periods else DEFAULT_PERIOD

    def set_limits(self, limits: tuple[int, int]) -> None:
        """Called when FrameDurationLimits reach libcamera; microseconds."""
        self.periods.append(limits[0] / 1e6)

    def frame(self) -> bool:
        """Wait until a frame is due; False while stalled."""
        if self.stalled.is_set():
            time.sleep(0.02)
            return False
        early = self._next - time.monotonic()
        if early > 0:
            time.sleep(early)
        # After a gap the clock starts again, so that two frames never come at once.
        self._next = max(self._next, time.monotonic()) + self.period
        return not self.stalled.is_set()


def install() -> Sensor:
    """Make `import picamera2` work on libcamera's virtual camera; returns the sensor, which a test can stall."""
    for name in NAME_ONLY:
        sys.modules[name] = _NameOnly(name)
    import libcamera
    import picamera2
    from picamera2 import dma_heap
    from picamera2.allocators import dmaallocator
    from picamera2.controls import Controls

    # Buffers: memory of this process instead of the kernel's DMA heaps, without cache flushes.
    class Heap:
        isValid = True  # noqa: N815  picamera2's name

        def alloc(self, name: str, size: int) -> Any:
            fd = os.memfd_create(name)
            os.truncate(fd, size)
            return dma_heap.UniqueFD(fd)

        def close(self) -> None:
            pass

    # The Pi's drivers expect all planes in one piece, the virtual camera luma and chroma separately.
    class SplitFrameBuffer:
        Plane = libcamera.FrameBuffer.Plane

        def __new__(cls, planes: list[Any]) -> Any:
            (luma,), chroma = planes, cls.Plane()
            total, luma.length = luma.length, luma.length * 2 // 3
            chroma.fd, chroma.offset, chroma.length = luma.fd, luma.length, total - luma.length
            return libcamera.FrameBuffer([luma, chroma])

    dmaallocator.DmaHeap = Heap
    dmaallocator.libcamera = types.SimpleNamespace(FrameBuffer=SplitFrameBuffer)
    dmaallocator.fcntl = types.SimpleNamespace(ioctl=lambda *_: 0)

    # Modes: the virtual camera has no raw one; its viewfinder mode is the largest.
    def modes(self: Any) -> list[dict[str, Any]]:
        mode = self.camera.generate_configuration([libcamera.StreamRole.Viewfinder]).at(0)
        return [{"format": str(mode.pixel_format), "size": (mode.size.width, mode.size.height)}]

    picamera2.Picamera2._get_raw_modes = modes

    sensor = Sensor()
    manager = type(picamera2.Picamera2._cm)
    handle_request = manager.handle_request

    def handle_when_due(self: Any, flushid: Any = None) -> None:
        # A stop flushes all requests immediately.
        if flushid is not None or sensor.frame():
            handle_request(self, flushid)

    manager.handle_request = handle_when_due
    get_controls = Controls.get_libcamera_controls

    def get_controls_and_set_limits(self: Any) -> Any:
        limits = self.make_dict().get("FrameDurationLimits")
        if limits is not None:
            sensor.set_limits(limits)
        return get_controls(self)

    Controls.get_libcamera_controls = get_controls_and_set_limits
    return sensor
