"""Replays a video or a folder of pictures in place of a camera, in real time or as fast as frames are read."""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2

from edge.camera.grey import to_grey
from edge.camera.source import Wait
from edge.config import CameraConfig
from edge.errors import SourceError
from edge.system.file_names import as_text, is_text
from edge.values import Frame, FrameRequest, Grey

# FFmpeg and OpenCV print many lines about a broken video; `open_replay` raises one sentence.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# OpenCV 4.11, which NumPy 1 needs, has it in another module.
_set_log_level: Callable[[int], int] = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
_LOG_ERRORS_ONLY = 2
_set_log_level(_LOG_ERRORS_ONLY)

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
# Up to this many pictures are a slide show; more are the frames of a video.
SLIDES_MAX = 60
SLIDE_S = 2.0
# A frame's time is believed if it is later than the last one by at most this much.
FRAME_GAP_MAX_S = 60.0
# Seconds from the start, and the picture.
TimedPicture = tuple[float, Grey]


class Replay:
    """Frames with the source's own times; in real time these start at the monotonic time of the first read."""

    def __init__(self, name: str, path: Path, config: CameraConfig, *, wait: Wait, fast: bool, loop: bool) -> None:
        self.name = name
        self._path, self._config = path, config
        self._wait, self._fast, self._loop = wait, fast, loop
        self._seq = 0
        self._start: float | None = 0.0 if fast else None
        self._offset = self._last = 0.0
        self._pictures = self._open()

    def read(self) -> Frame | None:
        picture = next(self._pictures, None)
        if picture is None and self._loop and self._seq:
            self._offset += self._last + 1 / self._config.fps
            self._pictures = self._open()
            picture = next(self._pictures, None)
            if picture is None:
                raise SourceError(f"{self._path}: nothing can be read from it any more; put it back")
        if picture is None:
            return None
        self._last, grey = picture
        if self._start is None:
            self._start = time.monotonic()
        due = self._start + self._offset + self._last
        if not self._fast and (early := due - time.monotonic()) > 0:
            self._wait(early)
        frame = Frame(self._seq, due, grey)
        self._seq += 1
        return frame

    def adapt(self, request: FrameRequest) -> None:
        """Nothing to do: a replay has fixed frames."""

    def rest(self) -> None:
        """Nothing to do: a replay has no sensor."""

    def close(self) -> None:
        self._pictures = iter(())
        self._loop = False

    def _open(self) -> Iterator[TimedPicture]:
        return pictures(self._path, self._config) if self._path.is_dir() else video(self._path, self._config)


def open_replay(path: Path, config: CameraConfig, *, wait: Wait, fast: bool, loop: bool) -> Replay:
    """Open a video or a folder; raises SourceError if no picture can be read from it."""
    as_text(path, SourceError)
    try:
        if not path.exists():
            raise SourceError(f"{path}: there is no such file or folder; name a video or a folder of pictures")
        if not path.is_dir() and not path.is_file():
            raise SourceError(f"{path}: is neither a file nor a folder; name a video such as .mp4, .webm or .gif")
        if path.is_dir() and not _list_pictures(path):
            raise SourceError(f"{path}: contains no pictures; add .jpg or .png files")
        if path.is_file() and path.stat().st_size == 0:
            raise SourceError(f"{path}: is empty; name a video such as .mp4, .webm or .gif")
    except OSError as error:
        raise SourceError(f"{path}: can't be read: {error.strerror}") from None
    frames = pictures(path, config) if path.is_dir() else video(path, config)
    if next(frames, None) is None:
        what = "none of its pictures can be read" if path.is_dir() else "isn't a video that can be read"
        raise SourceError(f"{path}: {what}; name a video such as .mp4, .webm or .gif, or a folder of .jpg files")
    return Replay(str(path), path, config, wait=wait, fast=fast, loop=loop)


def video(path: Path, config: CameraConfig) -> Iterator[TimedPicture]:
    """A video's frames with their times in seconds from its start; times never go back."""
    # One decoder thread: more would only cost memory.
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    try:
        rate = capture.get(cv2.CAP_PROP_FPS)
        step = 1 / rate if 0.1 <= rate <= 240 else 1 / config.fps
        position = -step
        while True:
            ok, picture = capture.read()
            if not ok:
                return
            reported = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            position = reported if position < reported < position + FRAME_GAP_MAX_S else position + step
            yield max(position, 0.0), to_grey(picture, config)
    finally:
        capture.release()


def pictures(folder: Path, config: CameraConfig) -> Iterator[TimedPicture]:
    """A folder's pictures by name: up to SLIDES_MAX are shown for SLIDE_S each, more are the frames of a video."""
    files = _list_pictures(folder)
    repeat = max(1, round(SLIDE_S * config.fps)) if len(files) <= SLIDES_MAX else 1
    count = itertools.count()
    for file in files:
        try:
            picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        except cv2.error:  # such as a picture larger than OpenCV allows
            picture = None
        if picture is None:
            continue
        grey = to_grey(picture, config)
        for _ in range(repeat):
            yield next(count) / config.fps, grey


def _list_pictures(folder: Path) -> list[Path]:
    """The pictures in a folder, in natural order: 2.jpg comes before 10.jpg."""
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() in PICTURE_SUFFIXES and os.path.isfile(path)]
    except FileNotFoundError:
        return []
    # OpenCV ends the process over a name that isn't valid text.
    files = [path for path in files if is_text(path.name)]
    return sorted(
        files, key=lambda path: [int(p) if p.isdecimal() else p for p in re.split(r"(\d+)", path.name.lower())]
    )
