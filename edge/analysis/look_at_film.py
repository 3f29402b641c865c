"""Looks at a film from its beginning to its end, on the film's own clock: the same film gives the same analysis."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import cv2

from edge.analysis.film import Analysis, PersonSample, Sample
from edge.camera.replay import open_replay
from edge.config import Config, MoodConfig
from edge.errors import SourceError
from edge.room.mood import MoodFilter
from edge.system.file_names import as_text
from edge.values import Expression, Frame, Mood
from edge.vision.classifier import Classifier
from edge.vision.detector import Detector, open_detector
from edge.vision.pipeline import BASE, find_model
from edge.vision.tracks import Tracks

FPS = 5.0
# Times in films are rounded; a picture that comes this much early is the one that was meant.
EARLY = 0.005


def analyze(config: Config, film: Path, *, fps: float = FPS, step: Callable[[float], None] | None = None) -> Analysis:
    """Search and read every face in `fps` pictures a second.

    step: told how many seconds of the film are done. Raises SourceError for what isn't a film, ModelError.
    """
    as_text(film, SourceError)
    replay = open_replay(film, config.camera, wait=lambda _: None, fast=True, loop=False)
    try:
        looker = _Looker(config)
        samples: list[Sample] = []
        due, last, before = 0.0, 0.0, 0.0
        while (frame := replay.read()) is not None:
            before, last = last, frame.at
            if frame.at >= due - EARLY:
                samples.append(looker.look(frame))
                # Of a film with fewer pictures than that, each is looked at once.
                due = max(due + 1 / fps, frame.at)
                if step is not None:
                    step(frame.at)
    finally:
        replay.close()
    # The last picture stands as long as the one before did.
    return Analysis(str(film), last + (last - before), tuple(samples))


def length(film: Path) -> float | None:
    """A film's length in seconds as far as its file says; None where it doesn't. Raises SourceError for its name."""
    name = as_text(film, SourceError)
    if not os.path.isfile(name):
        return None
    capture = cv2.VideoCapture(name, cv2.CAP_FFMPEG)
    try:
        count, rate = capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FPS)
    finally:
        capture.release()
    seconds = count / rate if rate > 0 else 0.0
    return seconds if 0 < seconds < 7 * 86400 else None


class _Looker:
    """Detector, tracks, classifier, and a mood for the room and for each person."""

    def __init__(self, config: Config) -> None:
        self._classifier = Classifier(find_model(config.vision.model, BASE))
        self._detector: Detector = open_detector(config.vision, base=BASE)
        self._tracks, self._config = Tracks(), config.mood
        self._room = MoodFilter(config.mood, shares=self._classifier.shares)
        self._moods: dict[int, MoodFilter] = {}

    def look(self, frame: Frame) -> Sample:
        faces = self._detector.find(frame.grey)
        tracks = self._tracks.update(frame.at, faces)
        seen = {
            track.number: self._classifier.read(frame.grey, face) for track, face in zip(tracks, faces, strict=True)
        }
        reading = self._room.look(frame.at, seen)
        people = [
            PersonSample(
                track.number,
                track.box,
                self._alone(frame.at, track.number, seen[track.number]),
                seen[track.number].probabilities,
                seen[track.number].quality,
            )
            for track in sorted(tracks, key=lambda track: track.number)
        ]
        return Sample(frame.at, reading.mood, reading.present, tuple(people))

    def _alone(self, at: float, number: int, expression: Expression) -> Mood:
        """The mood of one person, by the same filter; who is seen is there."""
        if number not in self._moods:
            config: MoodConfig = self._config.model_copy(update={"enter_after": 0.0})
            self._moods[number] = MoodFilter(config, shares=self._classifier.shares)
        return self._moods[number].look(at, {number: expression}).mood
