"""Analyses a video from its beginning to its end, on its own clock, so that two runs have the same result."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median

import cv2

from edge.analysis.film import Analysis, PersonSample, Sample
from edge.camera.replay import SLIDE_S, open_replay
from edge.config import Config, MoodConfig
from edge.errors import SourceError
from edge.room.mood import MoodFilter
from edge.system.file_names import as_text
from edge.values import Expression, Frame, Mood
from edge.vision.classifier import Classifier
from edge.vision.detector import Detector, open_detector
from edge.vision.pace import FramePace, LookPace, is_gap
from edge.vision.pipeline import BASE, find_model
from edge.vision.tracks import Tracks

LOOKS_PER_SECOND = 5.0
# Times in videos are rounded; a frame that is early by this much is on time.
TIME_TOLERANCE_S = 0.005
# A longer length is an error in the file.
LENGTH_MAX_S = 7 * 86400


def analyze(
    config: Config, video: Path, *, fps: float = LOOKS_PER_SECOND, step: Callable[[float], None] | None = None
) -> Analysis:
    """Find and read every face in `fps` frames a second.

    step: called with the seconds that are done. Raises SourceError for an unusable file, ModelError for the model.
    """
    as_text(video, SourceError)
    replay = open_replay(video, config.camera, wait=lambda _: None, fast=True, loop=False)
    try:
        analyzer = _VideoAnalyzer(config)
        samples: list[Sample] = []
        due = 0.0
        times: list[float] = []
        while (frame := replay.read()) is not None:
            times.append(frame.at)
            analyzer.picture(frame.at)
            if frame.at >= due - TIME_TOLERANCE_S:
                samples.append(analyzer.look(frame))
                # In a video with fewer frames each is looked at once.
                due = max(due + 1 / fps, frame.at)
                if step is not None:
                    step(frame.at)
    finally:
        replay.close()
    usual = median(later - at for at, later in pairwise(times)) if len(times) > 1 else SLIDE_S
    # A picture lasts as long as others usually do, and so does the last one.
    gaps = [(at + usual, later) for at, later in pairwise(times) if is_gap(later - at, usual)]
    return Analysis(str(video), times[-1] + usual if times else 0.0, tuple(samples), tuple(gaps), tuple(replay.notes))


def length(video: Path) -> float | None:
    """A video's length in seconds; None if its file doesn't contain it. Raises SourceError for an invalid name."""
    name = as_text(video, SourceError)
    if not os.path.isfile(name):
        return None
    capture = cv2.VideoCapture(str(video.absolute()), cv2.CAP_FFMPEG)
    try:
        count, rate = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
    finally:
        capture.release()
    seconds = count / rate if rate > 0 else 0.0
    return seconds if 0 < seconds < LENGTH_MAX_S else None


class _VideoAnalyzer:
    """Detector, tracks, classifier, and a mood filter for the room and for each person."""

    def __init__(self, config: Config) -> None:
        self._classifier = Classifier(find_model(config.vision.model, BASE))
        self._detector: Detector = open_detector(config.vision, base=BASE)
        self._tracks, self._pace, self._frame_pace = Tracks(), LookPace(), FramePace()
        # Whoever is in view is present at once: a film or photograph may be short.
        self._config: MoodConfig = config.mood.model_copy(update={"enter_after": 0.0})
        self._room = MoodFilter(self._config, shares=self._classifier.shares)
        self._filters: dict[int, MoodFilter] = {}
        self._far_turn = 0

    def picture(self, now: float) -> None:
        """Take the time of each picture of the video: after a gap everybody is new."""
        if self._frame_pace.frame(now):
            self._tracks.clear()
            self._pace.clear()
            self._room.clear()
            self._filters.clear()

    def look(self, frame: Frame) -> Sample:
        faces = self._detector.find(frame.grey)
        if not faces:
            faces, self._far_turn = self._detector.find_far(frame.grey, self._far_turn), self._far_turn + 1
        held_for = self._pace.look(frame.at)
        tracks = self._tracks.update(frame.at, faces, held_for)
        expressions = {
            track.number: self._classifier.read(frame.grey, face) for track, face in zip(tracks, faces, strict=True)
        }
        reading = self._room.look(frame.at, expressions, held_for=held_for)
        people = [
            PersonSample(
                track.number,
                track.box,
                self._mood_of(frame.at, track.number, expressions[track.number]),
                expressions[track.number].probabilities,
                expressions[track.number].quality,
            )
            for track in sorted(tracks, key=lambda track: track.number)
        ]
        return Sample(frame.at, reading.mood, reading.present, tuple(people))

    def _mood_of(self, now: float, number: int, expression: Expression) -> Mood:
        """The mood of one person, by the same filter."""
        if number not in self._filters:
            self._filters[number] = MoodFilter(self._config, shares=self._classifier.shares)
        return self._filters[number].look(now, {number: expression}).mood
