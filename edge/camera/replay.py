"""A film or a folder of pictures in place of a camera, in real time or as quickly as frames are asked for."""

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

# What FFmpeg and OpenCV say about a broken film, we say in one sentence.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
# OpenCV 4.11, which NumPy 1 needs, has it at another place; 2 means errors only.
_set_log_level: Callable[[int], int] = getattr(cv2, "setLogLevel", None) or cv2.utils.logging.setLogLevel
_set_log_level(2)

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
# A handful of photographs is a slide show; a long row of pictures is a film that somebody took apart.
SLIDES_AT_MOST = 60
SLIDE_SECONDS = 2.0
Shot = tuple[float, Grey]


class Replay:
    """Frames with the source's own time; in real time it starts at the machine's monotonic now."""

    def __init__(self, name: str, path: Path, config: CameraConfig, *, wait: Wait, fast: bool, loop: bool) -> None:
        self.name = name
        self._path, self._config = path, config
        self._wait, self._fast, self._loop = wait, fast, loop
        self._seq = 0
        self._start: float | None = 0.0 if fast else None
        self._offset = self._last = 0.0
        self._shots = self._open()

    def read(self) -> Frame | None:
        shot = next(self._shots, None)
        if shot is None and self._loop and self._seq:
            self._offset += self._last + 1 / self._config.fps
            self._shots = self._open()
            shot = next(self._shots, None)
            if shot is None:
                raise SourceError(f"{self._path}: nothing can be read from it any more; put it back")
        if shot is None:
            return None
        self._last, grey = shot
        if self._start is None:
            self._start = time.monotonic()
        at = self._start + self._offset + self._last
        if not self._fast and (early := at - time.monotonic()) > 0:
            self._wait(early)
        frame = Frame(self._seq, at, grey)
        self._seq += 1
        return frame

    def want(self, wanted: FrameRequest) -> None:
        """A film gives what it has."""

    def rest(self) -> None:
        """A film has no sensor."""

    def close(self) -> None:
        self._shots = iter(())
        self._loop = False

    def _open(self) -> Iterator[Shot]:
        return pictures(self._path, self._config) if self._path.is_dir() else film(self._path, self._config)


def open_replay(path: Path, config: CameraConfig, *, wait: Wait, fast: bool, loop: bool) -> Replay:
    """Open a film or a folder; raises SourceError in one sentence where neither can be read from it."""
    as_text(path, SourceError)
    try:
        if not path.exists():
            raise SourceError(f"{path}: there is no such file or folder to replay")
        if not path.is_dir() and not path.is_file():
            raise SourceError(f"{path}: is neither a file nor a folder; name a film such as .mp4, .webm or .gif")
        if path.is_dir() and not _list(path):
            raise SourceError(f"{path}: holds no pictures; a folder must hold .jpg or .png files")
        if path.is_file() and path.stat().st_size == 0:
            raise SourceError(f"{path}: is empty; name a film such as .mp4, .webm or .gif")
    except OSError as error:
        raise SourceError(f"{path}: can't be read: {error.strerror}") from None
    shots = pictures(path, config) if path.is_dir() else film(path, config)
    if next(shots, None) is None:
        what = "none of its pictures can be read" if path.is_dir() else "isn't a film that can be read"
        raise SourceError(f"{path}: {what}; name a film such as .mp4, .webm or .gif, or a folder of .jpg files")
    return Replay(str(path), path, config, wait=wait, fast=fast, loop=loop)


def film(path: Path, config: CameraConfig) -> Iterator[Shot]:
    """A film's frames with their times in seconds from its start; times never go back."""
    # One thread: a decoder with more of them only costs memory here.
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    try:
        rate = capture.get(cv2.CAP_PROP_FPS)
        step = 1 / rate if 0.1 <= rate <= 240 else 1 / config.fps
        at = -step
        while True:
            good, picture = capture.read()
            if not good:
                return
            told = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            at = told if at < told < at + 60 else at + step
            yield max(at, 0.0), to_grey(picture, config)
    finally:
        capture.release()


def pictures(folder: Path, config: CameraConfig) -> Iterator[Shot]:
    """A folder's pictures in the order of their names: a few are shown for SLIDE_SECONDS each, many are a film."""
    files = _list(folder)
    hold = max(1, round(SLIDE_SECONDS * config.fps)) if len(files) <= SLIDES_AT_MOST else 1
    count = itertools.count()
    for file in files:
        try:
            picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
        except cv2.error:  # such as one that claims to be larger than OpenCV bears
            picture = None
        if picture is None:
            continue
        grey = to_grey(picture, config)
        for _ in range(hold):
            yield next(count) / config.fps, grey


def _list(folder: Path) -> list[Path]:
    """The pictures in a folder; 2.jpg comes before 10.jpg."""
    try:
        found = [path for path in folder.iterdir() if path.suffix.lower() in PICTURES and os.path.isfile(path)]
    except FileNotFoundError:
        return []
    # OpenCV ends the process over a name that isn't text.
    found = [path for path in found if is_text(path.name)]
    return sorted(
        found, key=lambda path: [int(p) if p.isdecimal() else p for p in re.split(r"(\d+)", path.name.lower())]
    )
