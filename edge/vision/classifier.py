"""Reads the expression of a face with a TFLite model and its sidecar."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edge.errors import ModelError
from edge.system.reading import read_bytes
from edge.values import EXPRESSIONS, Box, Expression, Face, Grey
from edge.vision import sidecar
from edge.vision.crop import cut, square
from edge.vision.faces.clarity import clarity
from edge.vision.faces.facing import facing
from edge.vision.faces.visibility import VisibilityModel
from edge.vision.sidecar import EQUAL_SHARES, Head
from edge.vision.tflite import PACKAGES, open_interpreter

# The shipped model has 0.1 MB.
MODEL_MAX_BYTES = 64 * 2**20
# Quality (0..1) is never lower than this.
QUALITY_MIN = 0.05
# A face of fewer pixels than this contains less than the model could use.
FULL_DETAIL_PX = 48
# The probability that mouth and eyes can be seen: at which a face is read as any other, and at which it isn't read.
VISIBLE, COVERED = 0.4, 0.1


@dataclass(frozen=True, eq=False)
class FaceView:
    """The part of a frame that shows a face.

    area: its square, in pixels of the frame. part: (size, size), the model's input. quality, exposed: 0..1, as of
    Expression.
    """

    area: Box
    part: Grey
    quality: float
    exposed: float


class Classifier:
    """Classifies faces; for use by one thread."""

    def __init__(self, model: Path, *, packages: tuple[str, ...] = PACKAGES) -> None:
        """Load `model` and its sidecar; raises ModelError.

        packages: the TFLite runtimes to try, in order.
        """
        keys = sidecar.read(model.with_suffix(".json"))
        _check_sum(model, keys.values.get("sha256"))
        runtime = self._interpreter = open_interpreter(model, packages=packages)
        description = sidecar.check(keys, runtime.get_input_details(), runtime.get_output_details())
        self.labels, self.size = description.labels, description.size
        self._input, self._heads = description.input, description.heads
        self._margin, self._raised = description.margin, description.raised
        self._levels = _input_levels(description.mean, description.std, description.scale, description.zero_point)
        self._order = [self.labels.index(name) for name in EXPRESSIONS]
        self._visibility = VisibilityModel()

    @property
    def shares(self) -> dict[str, tuple[float, ...]]:
        """For each head how common each of EXPRESSIONS is in its training set, each 0..1; equal where unknown."""
        return {name: head.shares for name, head in self._heads.items()}

    @property
    def training_shares(self) -> tuple[float, ...]:
        """What the probabilities of `expression` are multiplied by to fit a set like its training set."""
        head = self._heads["expression"]
        return head.shares if head.prior_free else EQUAL_SHARES

    def is_far(self, face: Face) -> bool:
        """True if the face has fewer pixels in the frame than the model's input."""
        return square(face.box, margin=self._margin, raised=self._raised).w < self.size

    def read(self, grey: Grey, face: Face, detail: Grey | None = None) -> Expression:
        """The expression of a face that a detector found in a (height, width) frame.

        detail: the same picture at a larger size, from which a far face is cropped.
        """
        view = self.view(grey, face, detail)
        return self.expression(view.part, view.quality, view.exposed)

    def view(self, grey: Grey, face: Face, detail: Grey | None = None) -> FaceView:
        """What `read` shows to the model, and how far it can be trusted."""
        area = box = square(face.box, margin=self._margin, raised=self._raised)
        if detail is not None and box.w < self.size:
            across, down = detail.shape[1] / grey.shape[1], detail.shape[0] / grey.shape[0]
            grey, box = detail, Box(box.x * across, box.y * down, box.w * across, box.h * down)
        part = cut(grey, box, self.size)
        seen = 1.0
        if face.landmarks is not None:
            seen = self._visibility.judge(part, area, face.landmarks).least
        exposed = facing(face) * uncovered(seen)
        return FaceView(area, part, quality(part, box.w, face, seen=seen), exposed)

    def expression(self, part: Grey, quality: float = 1.0, exposed: float = 1.0) -> Expression:
        """The expression of a (size, size) face of this quality, exposed so far."""
        found = self.as_in_training(part)
        return Expression(found["expression"], quality, found.get("fer2013"), exposed)

    def classify(self, face: Grey) -> dict[str, NDArray[np.float64]]:
        """A (size, size) face -> for each head the probabilities, in the order of `labels`."""
        levels = self._levels[face].reshape(1, self.size, self.size, 1)
        self._interpreter.set_tensor(self._input, levels)
        self._interpreter.invoke()
        return {name: self._probabilities(head) for name, head in self._heads.items()}

    def as_in_training(self, face: Grey) -> dict[str, tuple[float, ...]]:
        """For each head the probabilities in the order of EXPRESSIONS, as for faces of its training set.

        A head whose prior is "none" leaves the shares of that set out, and they are returned to it here.
        """
        return {name: self._with_shares(name, values) for name, values in self.classify(face).items()}

    def _with_shares(self, name: str, probabilities: NDArray[np.float64]) -> tuple[float, ...]:
        head, ordered = self._heads[name], probabilities[self._order]
        if head.prior_free:
            ordered = ordered * head.shares
            ordered /= ordered.sum()
        return tuple(ordered.tolist())

    def _probabilities(self, head: Head) -> NDArray[np.float64]:
        raw = self._interpreter.get_tensor(head.index)[0].astype(np.float64)
        logits = (raw - head.zero_point) * head.scale / head.temperature
        odds = np.exp(logits - logits.max())
        return np.asarray(odds / odds.sum())


def _check_sum(model: Path, expected: object) -> None:
    """Compare the file's SHA-256 before it is loaded: a runtime can crash on a damaged file."""
    try:
        actual = hashlib.sha256(read_bytes(model, max_bytes=MODEL_MAX_BYTES)).hexdigest()
    except FileNotFoundError:
        raise ModelError(f"{model}: there is no such file; set vision.model to the .tflite file") from None
    except OSError as error:
        raise ModelError(f"{model}: can't be read ({error.strerror}); set vision.model to the .tflite file") from None
    if actual != expected:
        raise ModelError(f"{model}: isn't the file that its sidecar describes; take both from the project again")


def _input_levels(mean: float, std: float, scale: float, zero_point: int) -> NDArray[np.int8]:
    """The int8 input for each of the 256 grey levels; a table is exact and faster than arithmetic."""
    levels = np.rint((np.arange(256) - mean) / std / scale) + zero_point
    return np.asarray(np.clip(levels, -128, 127), np.int8)


def uncovered(seen: float) -> float:
    """0..1, and 1 for a face with nothing before it. seen: the probability that mouth and eyes can be seen."""
    return min(1.0, max(0.0, (seen - COVERED) / (VISIBLE - COVERED)))


def quality(part: Grey, side: float, face: Face, *, seen: float = 1.0) -> float:
    """How reliable a reading is, QUALITY_MIN..1.

    It falls with the face's size, its blur, movement and noise, its pose, what covers it, and the detector's score.

    part: the model's (size, size) input. side: the width of that part in pixels of the frame. seen: the probability
    (0..1) that mouth and eyes can be seen.
    """
    size = min(1.0, side / FULL_DETAIL_PX)
    certainty = 0.5 + 0.5 * face.score
    whole = size * clarity(part) * facing(face) * uncovered(seen) * certainty
    return min(1.0, max(QUALITY_MIN, whole))
