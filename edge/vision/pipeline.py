"""The way of a frame: motion, schedule, detector, tracks, classifier, mood. One thread owns it."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from edge.config import Config
from edge.errors import ModelError
from edge.room.mood import MoodFilter
from edge.values import Face, Frame, FrameRequest, Reading
from edge.vision.classifier import Classifier
from edge.vision.detector import Detector, open_detector
from edge.vision.motion import FrameChange, Motion
from edge.vision.scheduler import LookKind, Plan, Scheduler
from edge.vision.tracks import Tracks

T = TypeVar("T")
# The project's folder, or where the package is installed.
BASE = Path(__file__).resolve().parents[2]
# What a look counts as in a fast replay, where two runs must decide alike whatever the machine does meanwhile.
NOMINAL = {LookKind.DETECT: 0.008, LookKind.CLASSIFY: 0.002}
# Seconds for which somebody who wasn't found again is still looked for where they were.
FOLLOW = 1.0
STILL = FrameChange(0.0, 0.0)


class Pace(Protocol):
    """What decides which frames are looked at: the scheduler, or what it is compared with."""

    counts: Counter[str]
    slower: float

    @property
    def calm(self) -> bool: ...

    def wants_motion(self, now: float) -> bool: ...

    def plan(self, now: float, motion: float, near: float = 0.0) -> Plan: ...

    def looked(
        self, now: float, step: LookKind, cost: float, *, occupied: bool, settled: bool, lost: bool = False
    ) -> None: ...


class Pipeline:
    """Looks at frames that are worth it."""

    def __init__(self, config: Config, *, base: Path, nominal: bool = False, pace: Pace | None = None) -> None:
        """base: the folder that relative model paths start from.

        nominal: looks count as NOMINAL instead of what they cost. pace: decides instead of the scheduler.
        """
        self._motion, self._tracks = Motion(), Tracks()
        self.schedule: Pace = pace or Scheduler(config.schedule)
        self._classifier = Classifier(find_model(config.vision.model, base))
        self._mood = MoodFilter(config.mood, shares=self._classifier.shares)
        self._detector: Detector = open_detector(config.vision, base=base)
        self._nominal = nominal
        self._lost = self._far = False
        self.wanted = FrameRequest()
        self.looks = 0
        # When the newest frame came that was looked at, or was found not worth it; an error leaves it as it was.
        self.examined: float | None = None
        self.spent: defaultdict[str, float] = defaultdict(float)

    @property
    def detector(self) -> str:
        return self._detector.name

    def frame(self, frame: Frame) -> Reading | None:
        """A reading where the frame was worth a look, else None."""
        reading = self._examine(frame)
        self.examined = frame.at
        return reading

    def _examine(self, frame: Frame) -> Reading | None:
        started = time.thread_time()
        change = STILL
        if self.schedule.wants_motion(frame.at):
            people = [track.box for track in self._tracks.held]
            change = self._timed("motion", lambda: self._motion.measure(frame.grey, at=frame.at, people=people))
        plan = self.schedule.plan(frame.at, change.elsewhere, change.near)
        if plan.step is LookKind.SKIP:
            return None
        reading = self._look(frame, plan.step)
        cost = NOMINAL[plan.step] if self._nominal else time.thread_time() - started
        self.schedule.looked(
            frame.at,
            plan.step,
            cost,
            occupied=bool(self._tracks.held),
            settled=self._mood.settled,
            lost=self._lost,
        )
        self._motion.keep()
        self.looks += 1
        self.wanted = FrameRequest(self.schedule.calm, self._far)
        return reading

    def clear(self) -> None:
        """Forget everybody and the picture, as when the camera is switched off."""
        self._tracks.clear()
        self._motion.clear()
        self._mood.clear()
        self.wanted = FrameRequest()

    def _look(self, frame: Frame, step: LookKind) -> Reading:
        grey = frame.grey
        if step is LookKind.DETECT:
            faces = self._timed("detect", lambda: self._detector.find(grey))
            self._lost = False
        else:
            followed = [track.box for track in self._tracks.held if frame.at - track.seen <= FOLLOW]
            found = self._timed("follow", lambda: [self._detector.find_near(grey, box) for box in followed])
            faces = _distinct([face for face in found if face is not None])
            self._lost = len(faces) < len(followed)
        people = self._tracks.update(frame.at, faces)
        pairs = list(zip(people, faces, strict=True))
        self._far = any(self._classifier.far(face) for face in faces)
        seen = self._timed(
            "classify", lambda: {p.number: self._classifier.read(grey, face, frame.detail) for p, face in pairs}
        )
        return self._timed("mood", lambda: self._mood.look(frame.at, seen))

    def _timed(self, stage: str, call: Callable[[], T]) -> T:
        """Do it, and add the CPU seconds that it took to the stage's."""
        started = time.thread_time()
        result = call()
        self.spent[stage] += time.thread_time() - started
        return result


def _distinct(faces: list[Face]) -> list[Face]:
    """Two people who stand close may both be found as the nearer one; that is one face."""
    kept: list[Face] = []
    for face in faces:
        if all(face.box.overlap(other.box) < 0.5 for other in kept):
            kept.append(face)
    return kept


def find_model(name: str, base: Path) -> Path:
    """The model's path: absolute, or below the working folder, the project (`base`) or the installed package."""
    path = Path(name).expanduser()
    places = [path] if path.is_absolute() else [path, base / path, Path(__file__).parents[1] / path]
    for place in places:
        if os.path.isfile(place):
            return place
    raise ModelError(f"vision.model: {name} isn't there; set it to the .tflite file")
