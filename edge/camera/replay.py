"""Replays a video or a folder of pictures in place of a camera, in real time or as fast as frames are read."""

from __future__ import annotations

import itertools
import logging
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from edge.camera.films.cut_off import cut_off
from edge.camera.films.film import Film, Note, TimedPicture
from edge.camera.grey import to_grey
from edge.camera.picture_file import read_picture
from edge.camera.source import Wait
from edge.config import CameraConfig
from edge.errors import SourceError
from edge.system.file_names import as_text, is_text
from edge.values import Frame, FrameRequest

PICTURE_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
# Up to this many pictures are a slide show; more are the frames of a video.
SLIDES_MAX = 60
SLIDE_S = 2.0
# In real time the wait for the next picture is at most this share of `camera.stuck_after`.
REAL_WAIT_SHARE = 0.8
log = logging.getLogger(__name__)


def ignore(_: str) -> None:
    """A `Note` that is lost."""


class Replay:
    """Frames with the source's own times; in real time these start at the monotonic time of the first read, and long
    gaps are cut short.

    notes: what was missing in the source, a sentence each.
    """

    def __init__(self, name: str, path: Path, config: CameraConfig, *, wait: Wait, fast: bool, loop: bool) -> None:
        self.name = name
        self._path, self._config = path, config
        self._wait, self._fast, self._loop = wait, fast, loop
        self._seq = 0
        self._start: float | None = 0.0 if fast else None
        self._offset = self._last = 0.0
        self.notes: list[str] = []
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
            # A longer wait would count as a camera that is stuck, so a long gap is cut short.
            cut = max(0.0, early - REAL_WAIT_SHARE * self._config.stuck_after)
            self._start, due = self._start - cut, due - cut
            self._wait(early - cut)
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
        return _open(self._path, self._config, self._note)

    def _note(self, sentence: str) -> None:
        """Log what was missing, once however often the replay starts again."""
        if sentence not in self.notes:
            self.notes.append(sentence)
            log.warning("%s", sentence)


def open_replay(path: Path, config: CameraConfig, *, wait: Wait, fast: bool, loop: bool) -> Replay:
    """Open a video or a folder; raises SourceError if no picture can be read from it."""
    as_text(path, SourceError)
    try:
        path.stat()
        if not path.is_dir() and not path.is_file():
            raise SourceError(f"{path}: is neither a file nor a folder; name a video such as .mp4, .webm or .gif")
        if path.is_dir() and not _list_pictures(path):
            raise SourceError(f"{path}: contains no pictures; add .jpg or .png files")
        if path.is_file() and path.stat().st_size == 0:
            raise SourceError(f"{path}: is empty; name a video such as .mp4, .webm or .gif")
    except (FileNotFoundError, NotADirectoryError):
        raise SourceError(f"{path}: there is no such file or folder; name a video or a folder of pictures") from None
    except OSError as error:
        raise SourceError(f"{path}: can't be read: {error.strerror}") from None
    if next(_open(path, config, ignore), None) is None:
        if path.is_file() and (missing := cut_off(path)):
            raise SourceError(f"{path}: {missing}")
        what = "none of its pictures can be read" if path.is_dir() else "isn't a video that can be read"
        raise SourceError(f"{path}: {what}; name a video such as .mp4, .webm or .gif, or a folder of .jpg files")
    return Replay(str(path), path, config, wait=wait, fast=fast, loop=loop)


def _open(path: Path, config: CameraConfig, note: Note) -> Iterator[TimedPicture]:
    if path.is_dir() or path.suffix.lower() in PICTURE_SUFFIXES:
        return pictures(path, config, note)
    return video(path, config, note)


def video(path: Path, config: CameraConfig, note: Note = ignore) -> Iterator[TimedPicture]:
    """A video's frames with their times in seconds from its start; times never go back.

    note: called at the end with a sentence about each thing that was missing.
    """
    film = Film(path, config)
    yield from film.pictures()
    for sentence in film.notes:
        note(sentence)


def pictures(folder: Path, config: CameraConfig, note: Note = ignore) -> Iterator[TimedPicture]:
    """One picture, or those of a folder by name: up to SLIDES_MAX are shown for SLIDE_S each, more are a video.

    note: called at the end with a sentence about pictures that couldn't be read.
    """
    files = _list_pictures(folder) if folder.is_dir() else [folder]
    repeat = max(1, round(SLIDE_S * config.fps)) if len(files) <= SLIDES_MAX else 1
    count, broken = itertools.count(), []
    for file in files:
        picture = read_picture(file)
        if picture is None:
            broken.append(file.name)
            continue
        grey = to_grey(picture, config)
        for _ in range(repeat):
            yield next(count) / config.fps, grey
    if broken:
        pictures_ = "1 picture" if len(broken) == 1 else f"{len(broken)} pictures"
        note(f"{folder}: {pictures_} couldn't be read, the first of them {broken[0]}; the others were")


def is_slide_show(path: Path) -> bool:
    """Whether this is a picture, or a folder with few of them: each is shown for a while."""
    if path.is_dir():
        return len(_list_pictures(path)) <= SLIDES_MAX
    return path.suffix.lower() in PICTURE_SUFFIXES


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
