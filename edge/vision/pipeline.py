"""How one frame passes: motion, scheduler, detector, tracks, classifier, mood. Used by one thread."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from edge.config import Config
from edge.errors import ModelError
from edge.room.mood import MoodFilter
from edge.values import Box, Face, Frame, FrameRequest, Reading
from edge.vision.classifier import Classifier
from edge.vision.detector import Detector, open_detector
from edge.vision.faces.reader import FaceReader
from edge.vision.last_places import LastPlaces
from edge.vision.liveness.verdict import Liveness
from edge.vision.motion import FrameChange, MotionGate
from edge.vision.pace import FramePace, LookPace
from edge.vision.region import SEARCH_WIDTH_PX, SURE_WIDTH_PX, as_boxes, distinct, outside
from edge.vision.scheduler import MOTION_SHARE, FramePolicy, LookKind, Scheduler
from edge.vision.tracks import Track, Tracks

T = TypeVar("T")
# The project's folder, or the folder where the package is installed.
BASE = Path(__file__).resolve().parents[2]
# The CPU cost of a look in a fast replay, so that two runs decide alike on any machine.
NOMINAL_COST_S = {LookKind.DETECT: 0.008, LookKind.CLASSIFY: 0.002}
# Somebody who wasn't found again is searched for in the last place for this long.
FOLLOW_FOR_S = 1.0
# After so long somebody may be anywhere: whoever isn't in the last place is searched for in the same look.
SEARCH_AT_ONCE_AFTER_S = 1.5
# A far search is due this often while nobody is in view, and after motion; its nominal cost comes on top of a search's.
FAR_EVERY_S, FAR_AFTER_MOTION_S, NOMINAL_FAR_S = 6.0, 1.0, 0.016
# Two faces that overlap by more than this (intersection over union) are one.
SAME_FACE_OVERLAP = 0.5
# The frame before a look is compared with it if it isn't older than this.
FRAME_BEFORE_S = 0.5
NO_CHANGE = FrameChange(0.0, 0.0)


class Pipeline:
    """From frames to readings; most frames are skipped.

    scheduler: decides which frames are looked at. frame_request: what the camera should deliver next.
    looks: their number. cpu_seconds: the CPU time of each stage. last_examined: when the newest frame was taken that
    was looked at or skipped without an error.
    """

    def __init__(self, config: Config, *, base: Path, nominal: bool = False, policy: FramePolicy | None = None) -> None:
        """Open the model and the detector; raises ModelError.

        base: the folder from which relative model paths start. nominal: looks count as NOMINAL_COST_S instead of their
        real cost. policy: used instead of the scheduler; each face is then read in each look.
        """
        self.scheduler: FramePolicy = policy or Scheduler(config.schedule)
        self.frame_request = FrameRequest()
        self.looks = 0
        self.cpu_seconds: defaultdict[str, float] = defaultdict(float)
        self.last_examined: float | None = None
        self._ignore = config.vision.ignore
        self._motion, self._tracks, self._last_places = MotionGate(self._ignore), Tracks(), LastPlaces()
        self._frame_pace, self._look_pace = FramePace(), LookPace()
        self._classifier = Classifier(find_model(config.vision.model, base))
        self._reader = FaceReader(self._classifier, keeps=policy is None)
        self._mood = MoodFilter(config.mood, shares=self._classifier.shares)
        self._detector: Detector = open_detector(config.vision, base=base)
        self._liveness = Liveness(enabled=config.vision.liveness)
        self._before: Frame | None = None
        self._nominal = nominal
        self._lost = self._far = False
        self._far_turn, self._last_far = 0, -FAR_EVERY_S

    @property
    def detector(self) -> str:
        """The name of the detector."""
        return self._detector.name

    def process(self, frame: Frame) -> Reading | None:
        """A reading if the frame was looked at, None if it was skipped."""
        reading = self._examine(frame)
        self.last_examined, self._before = frame.at, frame
        return reading

    def clear(self) -> None:
        """Forget everybody and the picture, for example when the camera is switched off."""
        self._tracks.clear()
        self._mood.clear()
        self._look_pace.clear()
        self.frame_request = FrameRequest()
        self._forget_picture()

    def _forget_picture(self) -> None:
        """Forget what was where, but not who is present: a camera may change its size or turn its picture meanwhile."""
        self._motion.clear()
        self._last_places.clear()
        self._reader.clear()
        self._liveness.clear()
        self._before = None

    def _examine(self, frame: Frame) -> Reading | None:
        started = time.thread_time()
        if self._frame_pace.frame(frame.at):
            self.clear()
        if self._before is not None and self._before.grey.shape != frame.grey.shape:
            self._forget_picture()
        change = NO_CHANGE
        if self.scheduler.needs_motion(frame.at):
            people = [track.box for track in self._people] or self._last_places.boxes
            change = self._timed("motion", lambda: self._motion.measure(frame.grey, timestamp=frame.at, people=people))
            self._timed("liveness", lambda: self._liveness.watch(frame.at, self._motion.fine, frame.grey.shape))
            self._timed("places", lambda: self._last_places.watch(frame.at, frame.grey, self._elsewhere(frame)))
        plan = self.scheduler.plan(frame.at, change.elsewhere, change.near)
        if plan.kind is LookKind.SKIP:
            return None
        turn = self._far_turn
        kind, reading = self._look(frame, plan.kind, moves=change.elsewhere >= MOTION_SHARE)
        nominal = NOMINAL_COST_S[kind] + NOMINAL_FAR_S * (self._far_turn - turn)
        cost = nominal if self._nominal else time.thread_time() - started
        self.scheduler.record_look(
            frame.at,
            kind,
            cost,
            occupied=bool(self._people),
            settled=self._mood.settled and not self._liveness.pending,
            lost=self._lost,
        )
        self._motion.set_reference()
        self.looks += 1
        self.frame_request = FrameRequest(self.scheduler.calm, self._far)
        return reading

    def _elsewhere(self, frame: Frame) -> list[Box]:
        """Where movement is no sign of life: on televisions, and in the areas that are ignored."""
        return [*self._liveness.screens(frame.at), *as_boxes(self._ignore, frame.grey.shape)]

    @property
    def _people(self) -> list[Track]:
        """All tracks but pictures, including people who weren't found in the last look."""
        return [track for track in self._tracks.all if not self._liveness.is_picture(track.number)]

    def _look(self, frame: Frame, kind: LookKind, *, moves: bool) -> tuple[LookKind, Reading]:
        """Look; returns also what kind of look it was: with nobody to follow, the frame is searched."""
        # Whoever such a picture shows may have left.
        faces = [] if frame.fault else self._follow(frame) if kind is LookKind.CLASSIFY else None
        if faces is None:
            kind, faces = LookKind.DETECT, self._search(frame, moves=moves)
        held_for = self._look_pace.look(frame.at)
        faces = outside(faces, self._ignore, frame.grey.shape)
        tracks = self._tracks.update(frame.at, faces, held_for)
        alive = self._timed("liveness", lambda: self._alive(frame, tracks, held_for))
        people = [(track, face) for track, face in zip(tracks, faces, strict=True) if track.number in alive]
        self._far = any(self._classifier.is_far(face) for _, face in people)
        expressions = self._timed(
            "classify",
            lambda: self._reader.read(
                frame, {track.number: face for track, face in people}, settled=self._mood.settled
            ),
        )
        if self._last_places.forget(self._liveness.is_on_screen) and not people:
            # Whoever seemed to be present is a film.
            self._mood.clear()
        self._last_places.look([track for track, _ in people])
        moved_at = self._last_places.moved_at
        reading = self._timed(
            "mood", lambda: self._mood.look(frame.at, expressions, moved_at=moved_at, held_for=held_for)
        )
        if not people and not reading.present:
            self._last_places.clear()
        return kind, replace(reading, pictures=self._liveness.pictures)

    def _alive(self, frame: Frame, tracks: list[Track], held_for: float) -> set[int]:
        """The numbers of the tracks that are people, not pictures."""
        before = self._before
        recent = before is not None and 0 < frame.at - before.at <= FRAME_BEFORE_S
        grey_before = before.grey if before is not None and recent else None
        return self._liveness.look(frame.at, frame.grey, tracks, before=grey_before, held_for=held_for)

    def _search(self, frame: Frame, *, moves: bool) -> list[Face]:
        """All faces in the frame; those that are too far for a search are followed, or searched for at full size."""
        faces = self._timed("detect", lambda: self._detector.find(frame.grey))
        self._lost = False
        sure = SURE_WIDTH_PX * max(1.0, frame.grey.shape[1] / SEARCH_WIDTH_PX)
        far = [box for box in self._followed(frame.at) if box.w < sure]
        missed = [box for box in far if all(face.box.overlap(box) < SAME_FACE_OVERLAP for face in faces)]
        near = self._timed("follow", lambda: [self._detector.find_near(frame.grey, box) for box in missed])
        faces = distinct([*faces, *(face for face in near if face is not None)], SAME_FACE_OVERLAP)
        wait = FAR_AFTER_MOTION_S if moves or None in near else FAR_EVERY_S
        if (all(map(self._is_picture, faces)) or None in near) and not 0 <= frame.at - self._last_far < wait:
            far_faces = self._timed("far", lambda: self._detector.find_far(frame.grey, self._far_turn))
            faces = distinct([*faces, *far_faces], SAME_FACE_OVERLAP)
            self._far_turn, self._last_far = self._far_turn + 1, frame.at
        return faces

    def _is_picture(self, face: Face) -> bool:
        """Whether this face is a picture that is known, or on a television, so that it's nobody."""
        pictures = (track.box for track in self._tracks.all if self._liveness.is_picture(track.number))
        same = any(face.box.overlap(box) >= SAME_FACE_OVERLAP for box in pictures)
        return same or self._liveness.is_on_screen(face.box)

    def _followed(self, now: float) -> list[Box]:
        """Where the people are who were found a moment ago."""
        last = now if self._look_pace.last is None else self._look_pace.last
        since = min(last, now - FOLLOW_FOR_S)
        return [track.box for track in self._people if track.last_seen >= since]

    def _follow(self, frame: Frame) -> list[Face] | None:
        """The faces that are found again near their last places; None if the frame must be searched."""
        last = frame.at if self._look_pace.last is None else self._look_pace.last
        boxes = self._followed(frame.at)
        if not boxes:
            return None
        faces = self._timed("follow", lambda: [self._detector.find_near(frame.grey, box) for box in boxes])
        found = distinct([face for face in faces if face is not None], SAME_FACE_OVERLAP)
        self._lost = len(found) < len(boxes)
        return None if self._lost and frame.at - last > SEARCH_AT_ONCE_AFTER_S else found

    def _timed(self, stage: str, call: Callable[[], T]) -> T:
        """Call, and add the CPU time to the stage's."""
        started = time.thread_time()
        result = call()
        self.cpu_seconds[stage] += time.thread_time() - started
        return result


def find_model(name: str, base: Path) -> Path:
    """The model's path: absolute, or below the working folder, the project (`base`) or the installed package.

    Raises ModelError if there is no such file.
    """
    path = Path(name).expanduser()
    places = [path] if path.is_absolute() else [path, base / path, Path(__file__).parents[1] / path]
    for place in places:
        if os.path.isfile(place):
            return place
    raise ModelError(f"vision.model: there is no file {name}; set it to the .tflite file")
