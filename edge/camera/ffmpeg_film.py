"""Decodes a video with the program ffmpeg, where OpenCV can't: interlaced pictures, since OpenCV 4.13."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from edge.camera.grey import upright
from edge.config import CameraConfig
from edge.errors import SourceError
from edge.values import Grey

RATE_MAX, END_TIMEOUT_S = 30.0, 2.0


def decoded(
    path: Path, config: CameraConfig, *, rate: float | None, size: tuple[int, int], after: float = 0.0
) -> Iterator[tuple[float, Grey]]:
    """A video's pictures, deinterlaced; their times from `after` on. Raises SourceError.

    rate: pictures a second; None where it is unknown. size: width and height of the pictures with square pixels.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise SourceError(
            f"{path}: its pictures are interlaced, which this version of OpenCV can't read; install ffmpeg "
            "(sudo apt install ffmpeg)"
        )
    rate = min(rate or config.fps, RATE_MAX)
    wide, high = size
    filters = f"yadif,fps={rate:.6f},scale={wide}:{high},setsar=1"
    process = subprocess.Popen(  # noqa: S603  fixed arguments; the path can't be an option
        [
            *(program, "-v", "quiet", "-nostdin", "-threads", "1", "-i", f"file:{path.absolute()}", "-an", "-sn"),
            *("-vf", filters, "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        index = 0
        while len(plane := process.stdout.read(wide * high)) == wide * high:
            grey = np.frombuffer(plane, np.uint8).reshape(high, wide)
            if index / rate >= after - 1e-6:
                yield index / rate, upright(grey, config)
            index += 1
    finally:
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_TIMEOUT_S)
        if process.stdout is not None:
            process.stdout.close()
