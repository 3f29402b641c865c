"""What the model can't tell becomes `unknown`, or is told with little confidence."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from edge.config import MoodConfig
from edge.room.mood import MoodFilter
from edge.values import EXPRESSIONS, Box, Expression, Face, Grey, Mood
from edge.vision.classifier import Classifier
from tests.vision.outputs import MODEL, demo_faces

SIDE_PX = 96
# A number at which no home automation acts.
LITTLE = 0.6
DEMO = dict(zip(EXPRESSIONS, demo_faces(), strict=True))


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(MODEL)


def read(classifier: Classifier, face: Grey, random: np.random.Generator) -> Expression:
    """The expression of a face in a frame, with the noise of a sensor."""
    large = cv2.resize(face, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR)
    frame = np.clip(large + random.normal(0, 2, large.shape), 0, 255).astype(np.uint8)
    side = SIDE_PX / 1.1
    return classifier.read(frame, Face(Box((SIDE_PX - side) / 2, (SIDE_PX - side) / 2, side, side), 0.9))


def always(face: Grey) -> Callable[[], Grey]:
    """A person whose face never changes."""
    return lambda: face


def told(classifier: Classifier, *people: Callable[[], Grey]) -> Mood:
    """The mood after twelve looks."""
    room, random = MoodFilter(MoodConfig(), shares=classifier.shares), np.random.default_rng(1)
    for look in range(12):
        faces = {number: read(classifier, face(), random) for number, face in enumerate(people)}
        mood = room.look(look * 0.42, faces).mood
    return mood


def is_unsure(mood: Mood) -> bool:
    return mood.mood == "unknown" or mood.confidence < LITTLE


def test_a_face_that_can_be_read_is_told(classifier: Classifier) -> None:
    happy = told(classifier, always(DEMO["happy"]))
    assert happy.mood == "happy" and happy.confidence > 0.8


@pytest.mark.parametrize("grain", [0.0, 0.7, 1.0])
def test_noise_is_unknown(classifier: Classifier, grain: float) -> None:
    random = np.random.default_rng(3)

    def noise() -> Grey:
        fine = random.normal(128, 60, (48, 48))
        coarse = fine if grain == 0 else cv2.GaussianBlur(fine, (0, 0), grain)
        return np.clip(coarse, 0, 255).astype(np.uint8)

    still = noise()
    assert is_unsure(told(classifier, noise)) and is_unsure(told(classifier, always(still)))


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_a_strongly_blurred_face_is_unsure(classifier: Classifier, name: str) -> None:
    blurred = cv2.GaussianBlur(DEMO[name], (0, 0), 4)
    assert is_unsure(told(classifier, always(blurred)))


def test_half_hidden_faces_are_mostly_unsure(classifier: Classifier) -> None:
    wrong = []
    for name, face in DEMO.items():
        for half in (np.s_[24:, :], np.s_[:24, :], np.s_[:, 24:]):
            hidden = face.copy()
            hidden[half] = 128
            mood = told(classifier, always(hidden))
            if mood.mood != name:
                wrong.append((name, mood.mood, round(mood.confidence, 2)))
    assert sum(confidence for _, _, confidence in wrong) / len(wrong) < LITTLE


@pytest.mark.parametrize(("one", "other"), [("happy", "sad"), ("neutral", "angry"), ("surprise", "sad")])
def test_two_people_of_two_minds_have_no_mood(classifier: Classifier, one: str, other: str) -> None:
    assert is_unsure(told(classifier, always(DEMO[one]), always(DEMO[other])))
    assert told(classifier, always(DEMO["happy"]), always(DEMO["happy"])).mood == "happy"
