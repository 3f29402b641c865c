"""Reads the faces of a frame; a face that stays as it was is read again only now and then.

The network takes nearly all of what a look at a settled room costs, and a face that didn't change says nothing new.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from edge.values import Expression, Face, Frame
from edge.vision.classifier import Classifier
from edge.vision.faces.change import FacePicture

# A face that changed by less than this keeps its reading, for so long: half of all looks at somebody who sits still
# are below 0.3, nine of ten below 0.5, and another expression is above 0.9.
UNCHANGED_MAX, KEPT_FOR_S = 0.4, 4.0


@dataclass(frozen=True, eq=False)
class _Reading:
    """What was read at `at`, and how the face looked then."""

    at: float
    picture: FacePicture
    expression: Expression


class FaceReader:
    """Uses the classifier where a face may have changed. kept: how many readings were used again."""

    def __init__(self, classifier: Classifier, *, keeps: bool = True) -> None:
        """keeps: False reads every face every time."""
        self.kept = 0
        self._classifier, self._keeps = classifier, keeps
        self._readings: dict[int, _Reading] = {}

    def read(self, frame: Frame, faces: dict[int, Face], *, settled: bool) -> dict[int, Expression]:
        """The expressions of these faces, by the numbers of their tracks.

        settled: more looks would change the mood little, so that readings may be kept.
        """
        before = self._readings if settled and self._keeps else {}
        self._readings = {}
        return {number: self._read(frame, face, number, before.get(number)) for number, face in faces.items()}

    def clear(self) -> None:
        """Forget all readings."""
        self._readings.clear()

    def _read(self, frame: Frame, face: Face, number: int, before: _Reading | None) -> Expression:
        view = self._classifier.view(frame.grey, face, frame.detail)
        recent = before is not None and 0 <= frame.at - before.at <= KEPT_FOR_S
        if before is not None and recent and before.picture.change(frame.grey) <= UNCHANGED_MAX:
            self.kept += 1
            self._readings[number] = before
            return replace(before.expression, quality=view.quality, exposed=view.exposed)
        expression = self._classifier.expression(view.part, view.quality, view.exposed)
        self._readings[number] = _Reading(frame.at, FacePicture(frame.grey, view.area), expression)
        return expression
