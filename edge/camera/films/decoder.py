"""Decodes a video with the program ffmpeg, where OpenCV can't: interlaced pictures, and those of 8K."""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from edge.camera.films.ffmpeg import every_picture, program
from edge.values import Grey

END_TIMEOUT_S = 2.0
# The memory of the program, so that both together stay below the limit of the service.
MEMORY_MAX_BYTES = 300_000_000
# Decoders need only one picture for these, and several for all.
_KEY_PICTURES = ("-skip_frame", "nokey")
# Of each decoder and encoder: more threads need more memory.
_ONE_THREAD = ("-threads", "1")


class Decoding:
    """One run of ffmpeg over a video. complete: whether it read all of it, known at the end."""

    def __init__(self, path: Path, size: tuple[int, int], *, large: bool = False, key_pictures: bool = False) -> None:
        """size: width and height of the pictures with square pixels.

        large: nothing is deinterlaced, which takes memory, and the first error, such as too little of it, is the end.
        key_pictures: only those that need no others; it goes on after an error.
        """
        self.complete = False
        self._path, self._size = path, size
        self._options = _KEY_PICTURES if key_pictures else ("-xerror",) if large else ()
        self._deinterlace = "" if large else "yadif=deint=interlaced,"

    def pictures(self) -> Iterator[tuple[float, Grey]]:
        """The pictures, deinterlaced, with their times in seconds; none if ffmpeg can't decode it, or is missing."""
        if (ffmpeg := program()) is None:
            return
        times, times_in = os.pipe()
        try:
            process = self._start(ffmpeg, times_in)
        except BaseException:
            os.close(times)
            raise
        finally:
            os.close(times_in)
        assert process.stdout is not None
        try:
            yield from _timed(process.stdout.fileno(), times, self._size)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.complete = process.wait(END_TIMEOUT_S) == 0
        finally:
            process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_TIMEOUT_S)
            process.stdout.close()
            os.close(times)

    def _start(self, ffmpeg: str, times_in: int) -> subprocess.Popen[bytes]:
        wide, high = self._size
        process = subprocess.Popen(  # noqa: S603  fixed arguments; the path can't be an option
            [
                *(ffmpeg, "-v", "quiet", "-nostdin", *_ONE_THREAD, "-filter_complex_threads", "1", *self._options),
                *("-i", f"file:{self._path.absolute()}", "-filter_complex"),
                # Without cover pictures (V). The second output is the times of the first, in ms, a line each.
                f"[0:V:0]{self._deinterlace}scale={wide}:{high}:flags=area,setsar=1,format=gray,split[a][b]",
                *("-map", "[a]", *_ONE_THREAD, *every_picture(), "-f", "rawvideo", "pipe:1"),
                *("-map", "[b]", *_ONE_THREAD, *every_picture(), "-c:v", "rawvideo", "-flush_packets", "1"),
                *("-f", "mkvtimestamp_v2", f"pipe:{times_in}"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[times_in],
            # Each arena of a thread takes memory that no picture gets.
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
        )
        # It has read nothing of the video yet.
        with contextlib.suppress(OSError):
            resource.prlimit(process.pid, resource.RLIMIT_DATA, (MEMORY_MAX_BYTES, MEMORY_MAX_BYTES))
        return process


def _timed(pictures: int, times: int, size: tuple[int, int]) -> Iterator[tuple[float, Grey]]:
    """The pictures that come from one pipe with the times that come from another, in seconds from the first one.

    Both are read as they come: ffmpeg may write the next picture before the time of the last one.
    """
    wide, high = size
    plane, filled = bytearray(wide * high), 0
    done: deque[Grey] = deque()
    lines, first = b"", None
    with selectors.DefaultSelector() as selector:
        selector.register(pictures, selectors.EVENT_READ)
        selector.register(times, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select():
                if key.fd == pictures:
                    count = os.readv(pictures, [memoryview(plane)[filled:]])
                    filled += count
                    if filled == len(plane):
                        done.append(np.frombuffer(plane, np.uint8).reshape(high, wide))
                        plane, filled = bytearray(wide * high), 0
                else:
                    data = os.read(times, 4096)
                    count, lines = len(data), lines + data
                if count == 0:
                    selector.unregister(key.fd)
            while done and b"\n" in lines:
                line, _, lines = lines.partition(b"\n")
                if not line.startswith(b"#"):
                    at = int(line) / 1000
                    first = at if first is None else first
                    yield at - first, done.popleft()
