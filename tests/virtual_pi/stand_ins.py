"""What the real picamera2 lacks in a machine without a Pi's camera; `install()` before anything imports picamera2.

libcamera's virtual camera gives pictures, picamera2 itself is the released one. Stood in for are the display and
muxing libraries, the kernel's memory for buffers, the raw sensor modes, and the sensor's clock: the virtual camera
gives a frame whenever it is asked for one.
"""

from __future__ import annotations

import os
import sys
import threading
import time
import types
from typing import Any

# Picamera2 imports them for previews, raw pictures and films, which nobody asks of it here.
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
    """The sensor's clock, which follows FrameDurationLimits, and its cable.

    periods: each frame duration that was asked for, seconds.
    """

    def __init__(self) -> None:
        self.stalled = threading.Event()
        self.periods: list[float] = []
        self._next = 0.0

    @property
    def period(self) -> float:
        return self.periods[-1] if self.periods else DEFAULT_PERIOD

    def asked(self, limits: tuple[int, int]) -> None:
        """FrameDurationLimits reached libcamera."""
        self.periods.append(limits[0] / 1e6)

    def frame(self) -> bool:
        """Wait until a frame is due; False where none will come."""
        if self.stalled.is_set():
            time.sleep(0.02)
            return False
        early = self._next - time.monotonic()
        if early > 0:
            time.sleep(early)
        # After a gap the clock begins anew: no two frames at once.
        self._next = max(self._next, time.monotonic()) + self.period
        return not self.stalled.is_set()


def install() -> Sensor:
    """Make `import picamera2` work on libcamera's virtual camera; gives the sensor, to be stalled."""
    for name in NAME_ONLY:
        sys.modules[name] = _NameOnly(name)
    import libcamera
    import picamera2
    from picamera2 import dma_heap
    from picamera2.allocators import dmaallocator
    from picamera2.controls import Controls

    # Buffers: memory of this process in place of the kernel's DMA heaps, which needs no cache to be flushed.
    class Heap:
        isValid = True  # noqa: N815  picamera2's name

        def alloc(self, name: str, size: int) -> Any:
            fd = os.memfd_create(name)
            os.truncate(fd, size)
            return dma_heap.UniqueFD(fd)

        def close(self) -> None:
            pass

    # The Pi's drivers take a picture's planes in one piece; the virtual camera wants luma and chroma told apart.
    class Halved:
        Plane = libcamera.FrameBuffer.Plane

        def __new__(cls, planes: list[Any]) -> Any:
            (luma,), chroma = planes, cls.Plane()
            whole, luma.length = luma.length, luma.length * 2 // 3
            chroma.fd, chroma.offset, chroma.length = luma.fd, luma.length, whole - luma.length
            return libcamera.FrameBuffer([luma, chroma])

    dmaallocator.DmaHeap = Heap
    dmaallocator.libcamera = types.SimpleNamespace(FrameBuffer=Halved)
    dmaallocator.fcntl = types.SimpleNamespace(ioctl=lambda *_: 0)

    # Modes: the virtual camera has no raw one, and what it gives a viewfinder is its largest.
    def modes(self: Any) -> list[dict[str, Any]]:
        found = self.camera.generate_configuration([libcamera.StreamRole.Viewfinder]).at(0)
        return [{"format": str(found.pixel_format), "size": (found.size.width, found.size.height)}]

    picamera2.Picamera2._get_raw_modes = modes

    sensor = Sensor()
    manager = type(picamera2.Picamera2._cm)
    handle = manager.handle_request

    def paced(self: Any, flushid: Any = None) -> None:
        # A stop flushes what is there at once.
        if flushid is not None or sensor.frame():
            handle(self, flushid)

    manager.handle_request = paced
    tell = Controls.get_libcamera_controls

    def told(self: Any) -> Any:
        limits = self.make_dict().get("FrameDurationLimits")
        if limits is not None:
            sensor.asked(limits)
        return tell(self)

    Controls.get_libcamera_controls = told
    return sensor
