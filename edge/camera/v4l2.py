"""Lists a USB camera's modes (Video4Linux2's VIDIOC_ENUM_*), and chooses the cheapest that fits."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# linux/videodev2.h; the numbers are the same on all processors that Linux calls asm-generic, ARM and x86 among them.
ENUM_FMT, ENUM_FRAMESIZES, ENUM_FRAMEINTERVALS = 0xC0405602, 0xC02C564A, 0xC034564B
CAPTURE, DISCRETE = 1, 1
_RESULTS_MAX = 256
# A camera that accepts any size in a range is offered these.
_USUAL_SIZES = ((640, 480), (800, 600), (1280, 720), (1920, 1080))
# The formats that are supported; almost every camera has one of them.
YUYV, MJPG = "YUYV", "MJPG"
Ioctl = Callable[[int, int, bytearray], object]


@dataclass(frozen=True)
class Mode:
    """A format and size that a camera offers. fps: the highest rate."""

    fourcc: str
    width: int
    height: int
    fps: float


def choose(modes: list[Mode], *, width: int, height: int, fps: float) -> Mode | None:
    """The cheapest mode that fits; None if the camera has neither YUYV nor MJPG.

    Preferred in this order: fast enough; the smallest picture of at least this size, or the largest if all are smaller;
    YUYV, whose luma needs no decoding.
    """
    known = [mode for mode in modes if mode.fourcc in (YUYV, MJPG)]
    fitting = [mode for mode in known if mode.width >= width and mode.height >= height]

    def cost(mode: Mode) -> tuple[bool, int, bool, float]:
        area = mode.width * mode.height
        return mode.fps < fps, area if fitting else -area, mode.fourcc != YUYV, -mode.fps

    return min(fitting or known, key=cost, default=None)


def modes(device: str, *, ioctl: Ioctl = fcntl.ioctl) -> list[Mode]:
    """All modes of the camera at /dev/videoN; empty if it reports none. Raises OSError."""
    handle = os.open(device, os.O_RDWR | os.O_NONBLOCK)
    try:
        return [
            Mode(fourcc.to_bytes(4, "little").decode("latin-1"), width, height, fps)
            for fourcc in _formats(handle, ioctl)
            for width, height in _sizes(handle, fourcc, ioctl)
            for fps in [_rate(handle, fourcc, width, height, ioctl)]
        ]
    finally:
        os.close(handle)


def _formats(handle: int, ioctl: Ioctl) -> Iterator[int]:
    """The formats, by struct v4l2_fmtdesc: index, type, flags, description[32], pixelformat, mbus_code, reserved[3]."""
    for result in _results(handle, ENUM_FMT, 64, ioctl, lambda index: struct.pack("=II", index, CAPTURE)):
        yield struct.unpack_from("=I", result, 44)[0]


def _sizes(handle: int, fourcc: int, ioctl: Ioctl) -> Iterator[tuple[int, int]]:
    """By struct v4l2_frmsizeenum: index, pixel_format, type, then a size, or the smallest, the largest and the step."""
    for result in _results(handle, ENUM_FRAMESIZES, 44, ioctl, lambda index: struct.pack("=II", index, fourcc)):
        kind, width, max_width, _, height, max_height, _ = struct.unpack_from("=7I", result, 8)
        if kind == DISCRETE:
            yield width, max_width
            continue
        yield from (s for s in _USUAL_SIZES if width <= s[0] <= max_width and height <= s[1] <= max_height)
        return


def _rate(handle: int, fourcc: int, width: int, height: int, ioctl: Ioctl) -> float:
    """By struct v4l2_frmivalenum: index, pixel_format, width, height, type, then a fraction of a second."""
    best = 0.0

    def query(index: int) -> bytes:
        return struct.pack("=4I", index, fourcc, width, height)

    for result in _results(handle, ENUM_FRAMEINTERVALS, 52, ioctl, query):
        kind, numerator, denominator = struct.unpack_from("=3I", result, 16)
        best = max(best, denominator / max(1, numerator))
        if kind != DISCRETE:
            break
    return best


def _results(handle: int, request: int, size: int, ioctl: Ioctl, query: Callable[[int], bytes]) -> Iterator[bytearray]:
    """The kernel's results for index 0, 1, ... until there are no more."""
    for index in range(_RESULTS_MAX):
        result = bytearray(query(index).ljust(size, b"\0"))
        try:
            ioctl(handle, request, result)
        except OSError:
            return
        yield result
