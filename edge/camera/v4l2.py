"""Which pictures a USB camera can give (Video4Linux2's VIDIOC_ENUM_*), and the one to ask for."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass

# linux/videodev2.h; the numbers are the same on all processors that Linux calls asm-generic, ARM and x86 among them.
ENUM_FMT, ENUM_FRAMESIZES, ENUM_FRAMEINTERVALS = 0xC0405602, 0xC02C564A, 0xC034564B
CAPTURE, DISCRETE = 1, 1
_MOST = 256
# What is asked for where nothing was enumerated: each camera of the kind has it.
YUYV, MJPG = "YUYV", "MJPG"
Ioctl = Callable[[int, int, bytearray], object]


@dataclass(frozen=True)
class Mode:
    """One way in which a camera can give pictures. fps: the most that it gives so."""

    fourcc: str
    width: int
    height: int
    fps: float


def choose(modes: list[Mode], *, width: int, height: int, fps: float) -> Mode | None:
    """The mode that costs least and gives what is wanted; None where a camera has neither YUYV nor MJPG.

    Quick enough, then the least picture that isn't smaller than wanted, then YUYV: its luma needs no decoding. Where
    all are smaller, the largest.
    """
    known = [mode for mode in modes if mode.fourcc in (YUYV, MJPG)]
    fitting = [mode for mode in known if mode.width >= width and mode.height >= height]

    def cost(mode: Mode) -> tuple[bool, int, bool, float]:
        area = mode.width * mode.height
        return mode.fps < fps, area if fitting else -area, mode.fourcc != YUYV, -mode.fps

    return min(fitting or known, key=cost, default=None)


def modes(device: str, *, ioctl: Ioctl = fcntl.ioctl) -> list[Mode]:
    """All that the camera at /dev/videoN says it can do; empty where it doesn't say. Raises OSError."""
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
    for asked in _answers(handle, ENUM_FMT, 64, ioctl, lambda index: struct.pack("=II", index, CAPTURE)):
        yield struct.unpack_from("=I", asked, 44)[0]


def _sizes(handle: int, fourcc: int, ioctl: Ioctl) -> Iterator[tuple[int, int]]:
    """By struct v4l2_frmsizeenum: index, pixel_format, type, then a size, or the least, the most and the step."""
    for asked in _answers(handle, ENUM_FRAMESIZES, 44, ioctl, lambda index: struct.pack("=II", index, fourcc)):
        kind, width, most_wide, _, high, most_high, _ = struct.unpack_from("=7I", asked, 8)
        if kind == DISCRETE:
            yield width, most_wide
            continue
        # Any size between two: the usual ones stand for them.
        usual = [(640, 480), (800, 600), (1280, 720), (1920, 1080)]
        yield from (size for size in usual if width <= size[0] <= most_wide and high <= size[1] <= most_high)
        return


def _rate(handle: int, fourcc: int, width: int, height: int, ioctl: Ioctl) -> float:
    """By struct v4l2_frmivalenum: index, pixel_format, width, height, type, then a part of a second, least first."""
    best = 0.0

    def ask(index: int) -> bytes:
        return struct.pack("=4I", index, fourcc, width, height)

    for asked in _answers(handle, ENUM_FRAMEINTERVALS, 52, ioctl, ask):
        kind, seconds, parts = struct.unpack_from("=3I", asked, 16)
        best = max(best, parts / max(1, seconds))
        if kind != DISCRETE:
            break
    return best


def _answers(handle: int, request: int, size: int, ioctl: Ioctl, ask: Callable[[int], bytes]) -> Iterator[bytearray]:
    """The kernel's answers for index 0, 1, ... until it has no more."""
    for index in range(_MOST):
        asked = bytearray(ask(index).ljust(size, b"\0"))
        try:
            ioctl(handle, request, asked)
        except OSError:
            return
        yield asked
