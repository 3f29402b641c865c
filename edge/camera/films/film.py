"""Reads a video file picture by picture, with its own times, and notes what it lacks."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from edge.camera.aspect import pixel_aspect, square_pixels, square_size
from edge.camera.films.conversion import Picture, RepeatWatch, converts, look_unconverted, sampled
from edge.camera.films.cut_off import cut_off
from edge.camera.films.decoder import Decoding
from edge.camera.films.ffmpeg import program
from edge.camera.films.losses import Losses
from edge.camera.grey import to_grey, upright
from edge.camera.opencv_messages import silence_opencv
from edge.config import CameraConfig
from edge.errors import SourceError
from edge.values import Grey

silence_opencv()

# Seconds from the start, and the picture.
TimedPicture = tuple[float, Grey]
Note = Callable[[str], object]
# Larger pictures need more memory than the service may use; 8K has 33 million pixels.
PIXELS_MAX = 20_000_000
# So many pictures in a row that can't be decoded are the end, where the file doesn't tell how many there are.
UNDECODABLE_MAX, UNDECODABLE_LIMIT = 100, 100_000
# A time that jumps ahead by more is an error in the file; a time lapse or a pause is shorter.
JUMP_MAX_S = 86400.0
# Times may exceed the length that the file tells by this much.
LATE_MAX_S = 60.0
_RATES = (0.01, 240)
# The pictures by which it is known whether this OpenCV converts a film.
FIRST_PICTURES = 3
# Times that differ by less are the same; containers round them.
SAME_TIME_S = 0.002


@dataclass(frozen=True)
class _Facts:
    """What a file tells. width, height: in pixels. count: of pictures. step: seconds. length: seconds, or None."""

    width: int
    height: int
    aspect: float
    count: float
    step: float
    length: float | None


class Film:
    """One pass over a video file. notes: what was missing, told once it has been read."""

    def __init__(self, path: Path, config: CameraConfig) -> None:
        self._path, self._config = path, config
        # Absolute, because FFmpeg takes the beginning of a name such as 20:15.mp4 for a protocol.
        self._name = str(path.absolute())
        self.notes: list[str] = []
        self._losses = Losses(str(path))
        self._position = 0.0

    def pictures(self) -> Iterator[TimedPicture]:
        """The pictures with their times in seconds from the start, which never go back; raises SourceError.

        A picture that can't be decoded is left out.
        """
        # One decoder thread: more would only cost memory.
        capture = cv2.VideoCapture(self._name, cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
        try:
            facts = _facts(capture, self._config)
            self._position = -facts.step
            if facts.width * facts.height > PIXELS_MAX:
                # Its memory is needed now.
                capture.release()
                yield from self._reduced(facts)
            elif not (yield from self._converted(capture, facts)):
                capture.release()
                yield from self._deinterlaced(facts)
        finally:
            capture.release()

    def _converted(self, capture: cv2.VideoCapture, facts: _Facts) -> Generator[TimedPicture, None, bool]:
        """The pictures as OpenCV reads them; returns False as soon as it doesn't convert them any more."""
        # The first pictures wait until it is known whether this OpenCV converts them.
        samples: list[Picture] = []
        waiting: list[TimedPicture] = []
        repeats, taken, begins = RepeatWatch(), 0, None
        while (picture := self._next(capture, facts, taken)) is not None:
            taken += 1
            sample = sampled(picture)
            reported = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            begins = reported if begins is None else begins
            if taken <= FIRST_PICTURES:
                samples.append(sample)
            if taken == FIRST_PICTURES and look_unconverted(samples) and not converts(self._name, samples[0]):
                return self._begin_again(facts)
            if repeats.suspects(sample) and not converts(self._name, sample, reported - begins):
                return False
            grey = square_pixels(to_grey(picture, self._config), facts.aspect, self._config)
            waiting.append((self._timed(reported - begins, facts), grey))
            # Freed before the next one is decoded.
            del picture
            if taken >= FIRST_PICTURES:
                yield from waiting
                waiting.clear()
        if waiting and look_unconverted(samples) and not converts(self._name, samples[0]):
            return self._begin_again(facts)
        yield from waiting
        self._conclude(facts)
        return True

    def _begin_again(self, facts: _Facts) -> bool:
        """Forget the pictures so far, none of which was converted; returns False."""
        self._position, self._losses = -facts.step, Losses(str(self._path))
        return False

    def _deinterlaced(self, facts: _Facts) -> Iterator[TimedPicture]:
        """The pictures after the present position as ffmpeg reads them."""
        begin = self._position
        if program() is not None:
            yield from self._decoded(facts)
        if self._position > begin:
            self._conclude(facts)
            return
        when = f"from {begin + facts.step:.1f} s on " if begin > 0 else ""
        missing = program() is None
        advice = "install ffmpeg (sudo apt install ffmpeg)" if missing else "convert it to a progressive one"
        sentence = f"{self._path}: {when}its pictures are interlaced, which this version of OpenCV can't read; {advice}"
        if begin < 0:
            raise SourceError(sentence)
        self.notes.append(sentence)

    def _reduced(self, facts: _Facts) -> Iterator[TimedPicture]:
        """The pictures of a film too large for OpenCV, made smaller by ffmpeg: all, or only the key pictures."""
        if (yield from self._decoded(facts, large=True)):
            self._conclude(facts)
            return
        begin = self._position
        yield from self._decoded(facts, large=True, key_pictures=True)
        # ffmpeg's errors don't tell damage from too little memory.
        pixels = f"pictures of {facts.width} x {facts.height} pixels need too much memory or are damaged"
        advice = "make it smaller first, such as with ffmpeg -i FILM -vf scale=1280:-2 SMALL.mp4"
        if self._position < 0:
            raise SourceError(f"{self._path}: its {pixels}; {advice}")
        when = f"from {begin + facts.step:.1f} s on" if begin >= 0 else "all"
        what = "so only key pictures were read" if self._position > begin else "so they were not read"
        self.notes.append(f"{self._path}: {when} {pixels}, {what}; for all of them {advice}")

    def _decoded(
        self, facts: _Facts, *, large: bool = False, key_pictures: bool = False
    ) -> Generator[TimedPicture, None, bool]:
        """The pictures after the present position as ffmpeg reads them; returns whether it reached the end."""
        size = square_size(facts.width, facts.height, facts.aspect)
        decoding = Decoding(self._path, size, large=large, key_pictures=key_pictures)
        begin = self._position
        for at, grey in decoding.pictures():
            if at > begin + SAME_TIME_S:
                yield self._timed(at, facts), upright(grey, self._config)
        return decoding.complete

    def _next(self, capture: cv2.VideoCapture, facts: _Facts, taken: int) -> Picture | None:
        """The next picture that can be decoded; None at the end."""
        left = facts.count - taken
        limit = min(max(UNDECODABLE_MAX, left), UNDECODABLE_LIMIT) if left == left else UNDECODABLE_MAX
        failures = 0
        while failures < limit:
            ok, picture = capture.read()
            if ok and picture is not None:
                self._losses.undecodable(failures, max(0.0, self._position + facts.step))
                return picture
            failures += 1
        return None

    def _timed(self, reported: float, facts: _Facts) -> float:
        """The time of the next picture: as reported, in seconds from the start, or else a usual step later."""
        next_, length = self._position + facts.step, facts.length
        latest = self._position + JUMP_MAX_S if length is None else max(next_, length + LATE_MAX_S)
        self._position = reported if self._position < reported < latest else next_
        at = max(self._position, 0.0)
        self._losses.picture(at)
        return at

    def _conclude(self, facts: _Facts) -> None:
        self.notes += self._losses.notes(self._position + facts.step, facts.length)
        if not self.notes and (missing := cut_off(self._path)):
            self.notes.append(f"{self._path}: {missing}")


def _facts(capture: cv2.VideoCapture, config: CameraConfig) -> _Facts:
    width, height = (int(capture.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
    rate, count = capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT)
    known_rate = _RATES[0] <= rate <= _RATES[1]
    step = 1 / rate if known_rate else 1 / config.fps
    length = count * step if known_rate and 0 < count < 1e9 else None
    return _Facts(width, height, pixel_aspect(capture, config, width, height), count, step, length)
