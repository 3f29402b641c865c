"""Reads the expression in a face with the TFLite model that its sidecar describes."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.errors import ModelError
from edge.values import EXPRESSIONS, Box, Expression, Face, Grey
from edge.vision.crop import cut, square
from edge.vision.runtime import PACKAGES, interpreter


@dataclass(frozen=True)
class Head:
    """One output of the network. index: its tensor. scale, zero_point: of its int8 logits."""

    index: int
    scale: float
    zero_point: int
    temperature: float


class Classifier:
    """One interpreter, for one thread."""

    def __init__(self, model: Path, *, packages: tuple[str, ...] = PACKAGES) -> None:
        """Load `model` and its sidecar; raises ModelError in one sentence.

        packages: the TFLite runtimes to try, in order.
        """
        sidecar = model.with_suffix(".json")
        facts = _read_sidecar(sidecar)
        _check_sum(model, facts.get("sha256"))
        self._interpreter = interpreter(model, packages=packages)
        try:
            self.labels: tuple[str, ...] = tuple(facts["labels"])
            entry = facts["input"]
            self.size: int = entry["height"]
            self._levels = _levels(entry)
            self._margin, self._raised = facts["crop"]["margin"], facts["crop"]["raise"]
            self._input: int = self._interpreter.get_input_details()[0]["index"]
            named = {d["name"]: d["index"] for d in self._interpreter.get_output_details()}
            self._heads = {name: _head(name, named, about) for name, about in facts["outputs"].items()}
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{sidecar}: doesn't fit {model.name}: {error} is missing or wrong") from None
        if "expression" not in self._heads:
            raise ModelError(f"{sidecar}: has no output called expression; take it from the project again")
        if set(self.labels) != set(EXPRESSIONS):
            raise ModelError(f"{sidecar}: its labels must be {', '.join(EXPRESSIONS)}")
        self.shares = _shares(facts)
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


def _read_sidecar(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no such file; vision.model needs its sidecar beside it") from None
    except (OSError, ValueError):
        raise ModelError(f"{path}: isn't a readable JSON file; take it from the project again") from None
    if not isinstance(facts, dict):
        raise ModelError(f"{path}: isn't a model's sidecar; take it from the project again")
    return facts


def _check_sum(model: Path, wanted: object) -> None:
    """A runtime can crash on a damaged file, so the file is compared before it is loaded."""
    try:
        found = hashlib.sha256(model.read_bytes()).hexdigest()
    except OSError:
        raise ModelError(f"{model}: there is no such file; set vision.model to the .tflite file") from None
    if found != wanted:
        raise ModelError(f"{model}: isn't the file that its sidecar describes; take both from the project again")


def _levels(entry: dict[str, Any]) -> NDArray[np.int8]:
    """The int8 input for each of the 256 grey levels: a table is exact and quicker than arithmetic."""
    real = (np.arange(256) - entry["mean"]) / entry["std"]
    levels = np.rint(real / entry["scale"]) + entry["zero_point"]
    return np.asarray(np.clip(levels, -128, 127), np.int8)


def _head(name: str, named: dict[str, int], about: dict[str, Any]) -> Head:
    if about["name"] not in named:
        raise KeyError(f"output {name}")
    return Head(named[about["name"]], about["scale"], about["zero_point"], about["temperature"])


def _shares(facts: dict[str, Any]) -> tuple[float, ...]:
    """How common the model takes each of EXPRESSIONS to be; even where its sidecar doesn't tell."""
    try:
        told = facts["metrics"]["shares"]["expression"]
        return tuple(float(told[name]) for name in EXPRESSIONS)
    except (KeyError, TypeError, ValueError):
        return (1 / len(EXPRESSIONS),) * len(EXPRESSIONS)


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
