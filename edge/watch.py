"""The way of a frame: motion, schedule, detector, tracks, classifier, mood. One thread owns it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from edge.config import Config
from edge.errors import ModelError
from edge.mood import RoomMood
from edge.schedule import Schedule, Step
from edge.tracks import Tracks
from edge.values import Face, Frame, Reading
from edge.vision.classifier import Classifier
from edge.vision.detector import Detector, open_detector
from edge.vision.motion import Motion

Cost = Callable[[Step], float]
# What a look counts as in a fast replay, where two runs must decide alike whatever the machine does meanwhile.
NOMINAL = {Step.DETECT: 0.010, Step.CLASSIFY: 0.001}


class Watch:
    """Looks at frames that are worth it."""

    def __init__(self, config: Config, *, base: Path, nominal: bool = False) -> None:
        """base: the folder that relative model paths start from. nominal: costs are NOMINAL, not measured."""
        self._motion, self._tracks = Motion(), Tracks()
        self.schedule = Schedule(config.schedule)
        self._classifier = Classifier(find_model(config.vision.model, base))
        self._mood = RoomMood(config.mood, shares=self._classifier.shares)
        self._detector: Detector = open_detector(config.vision, base=base)
        self._nominal = nominal
        self.looks = 0

    @property
    def detector(self) -> str:
        return self._detector.name

    def frame(self, frame: Frame) -> Reading | None:
        """A reading where the frame was worth a look, else None."""
        started = time.thread_time()
        plan = self.schedule.plan(frame.at, self._motion.measure(frame.grey))
        if plan.step is Step.SKIP:
            return None
        reading = self._look(frame, plan.step)
        cost = NOMINAL[plan.step] if self._nominal else time.thread_time() - started
        occupied = bool(self._tracks.held)
        self.schedule.looked(frame.at, plan.step, cost, occupied=occupied, settled=self._mood.settled)
        self._motion.keep()
        self.looks += 1
        return reading

    def clear(self) -> None:
        """Forget everybody and the picture, as when the camera is switched off."""
        self._tracks.clear()
        self._motion.clear()
        self._mood.clear()

    def _look(self, frame: Frame, step: Step) -> Reading:
        if step is Step.DETECT:
            faces = self._detector.find(frame.grey)
        else:
            faces = [Face(track.box, 1.0) for track in self._tracks.held if frame.at - track.seen <= 1.0]
        people = self._tracks.update(frame.at, faces)
        seen = {person.number: self._classifier.read(frame.grey, person.box) for person in people}
        return self._mood.look(frame.at, seen)


def find_model(name: str, base: Path) -> Path:
    """The model's path: absolute, or below the working folder, the project (`base`) or the installed package."""
    path = Path(name).expanduser()
    places = [path] if path.is_absolute() else [path, base / path, Path(__file__).parent / path]
    for place in places:
        if place.is_file():
            return place
    raise ModelError(f"vision.model: {name} isn't there; set it to the .tflite file")
