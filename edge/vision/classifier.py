"""Reads the expression in a face with the TFLite model that its sidecar describes."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import ModelError
from edge.values import EXPRESSIONS, Box, Expression, Face, Grey
from edge.vision import sidecar
from edge.vision.crop import cut, square
from edge.vision.runtime import PACKAGES, interpreter
from edge.vision.sidecar import Head


class Classifier:
    """One interpreter, for one thread."""

    def __init__(self, model: Path, *, packages: tuple[str, ...] = PACKAGES) -> None:
        """Load `model` and its sidecar; raises ModelError in one sentence.

        packages: the TFLite runtimes to try, in order.
        """
        facts = sidecar.read(model.with_suffix(".json"))
        _check_sum(model, facts.values.get("sha256"))
        runtime = self._interpreter = interpreter(model, packages=packages)
        told = sidecar.check(facts, runtime.get_input_details(), runtime.get_output_details())
        self.labels, self.size = told.labels, told.size
        self.shares, self.left_out = told.shares, told.left_out
        self._input, self._heads = told.input, told.heads
        self._margin, self._raised = told.margin, told.raised
        self._levels = _levels(told.mean, told.std, told.scale, told.zero_point)
        self._order = [self.labels.index(name) for name in EXPRESSIONS]

    def far(self, face: Face) -> bool:
        """True where the model's input has more pixels than the face has in the frame."""
        return square(face.box, margin=self._margin, raised=self._raised).w < self.size

    def read(self, grey: Grey, face: Face, detail: Grey | None = None) -> Expression:
        """The expression of a face that a detector found in a (height, width) frame.

        detail: the same picture at a larger size, from which a far face is cut.
        """
        box = square(face.box, margin=self._margin, raised=self._raised)
        if detail is not None and box.w < self.size:
            across, down = detail.shape[1] / grey.shape[1], detail.shape[0] / grey.shape[0]
            grey, box = detail, Box(box.x * across, box.y * down, box.w * across, box.h * down)
        part = cut(grey, box, self.size)
        probabilities = self.classify(part)["expression"]
        trust = quality(part, box.w, face)
        return Expression(tuple(float(probabilities[i]) for i in self._order), quality=trust)

    def classify(self, face: Grey) -> dict[str, NDArray[np.float64]]:
        """A (size, size) face -> for each head the probabilities, in the order of `labels`."""
        levels = self._levels[face].reshape(1, self.size, self.size, 1)
        self._interpreter.set_tensor(self._input, levels)
        self._interpreter.invoke()
        return {name: self._probabilities(head) for name, head in self._heads.items()}

    def _probabilities(self, head: Head) -> NDArray[np.float64]:
        raw = self._interpreter.get_tensor(head.index)[0].astype(np.float64)
        logits = (raw - head.zero_point) * head.scale / head.temperature
        odds = np.exp(logits - logits.max())
        return np.asarray(odds / odds.sum())


def _check_sum(model: Path, wanted: object) -> None:
    """A runtime can crash on a damaged file, so the file is compared before it is loaded."""
    try:
        found = hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError:
        raise ModelError(f"{model}: there is no such file; set vision.model to the .tflite file") from None
    if found != wanted:
        raise ModelError(f"{model}: isn't the file that its sidecar describes; take both from the project again")


def _levels(mean: float, std: float, scale: float, zero_point: int) -> NDArray[np.int8]:
    """The int8 input for each of the 256 grey levels: a table is exact and quicker than arithmetic."""
    levels = np.rint((np.arange(256) - mean) / std / scale) + zero_point
    return np.asarray(np.clip(levels, -128, 127), np.int8)


def quality(part: Grey, side: float, face: Face) -> float:
    """How far a reading can be trusted, 0.05..1.

    part: (48, 48), what the model sees. side: how many pixels of the frame that was; below 48 it says less.
    """
    size = min(1.0, side / 48)
    # The Laplacian's variance beside the picture's own: 0.05 and more on sharp faces, 0.004 where nothing can be read.
    edges = float(cv2.Laplacian(part, cv2.CV_32F).var()) / (float(part.var()) + 25)
    sharp = math.log(max(edges, 1e-6) / 0.004) / math.log(0.05 / 0.004)
    sure = 0.5 + 0.5 * face.score
    return min(1.0, max(0.05, size * min(1.0, max(0.1, sharp)) * face.frontal * sure))
