"""A model's sidecar: what its numbers mean, checked before a picture is read with them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge.errors import ModelError
from edge.values import EXPRESSIONS

# What this program can work with; a sidecar that says anything else belongs to another model.
FIXED_INPUT = {"channels": 1, "layout": "NHWC", "dtype": "int8", "resize": "area"}
FIXED_OUTPUT = {"dtype": "int8", "kind": "logits"}
EVEN = (1 / len(EXPRESSIONS),) * len(EXPRESSIONS)
# A network stores its scales as 32-bit floats.
NEAR = 1e-5


@dataclass(frozen=True)
class Head:
    """One output of the network. index: its tensor. scale, zero_point: of its int8 logits."""

    index: int
    scale: float
    zero_point: int
    temperature: float


@dataclass(frozen=True)
class Sidecar:
    """What a model expects and tells.

    labels: EXPRESSIONS in the order of the outputs. input: the tensor that takes the (size, size) face.
    mean, std: of the grey levels 0..255. scale, zero_point: of the int8 input.
    margin: a face's side as times sqrt(w h); raised: how far its centre is raised, as a share of h.
    shares: how common the head `expression` takes each of EXPRESSIONS to be, each 0..1; even where its prior is "none".
    left_out: where the prior is "none", what its probabilities are multiplied by to fit a test set that is like the
    training set; even otherwise.
    """

    labels: tuple[str, ...]
    input: int
    size: int
    mean: float
    std: float
    scale: float
    zero_point: int
    margin: float
    raised: float
    heads: Mapping[str, Head]
    shares: tuple[float, ...]
    left_out: tuple[float, ...]


class Facts:
    """A section of the sidecar, whose values are asked for by name; raises ModelError that names the key."""

    def __init__(self, values: Mapping[str, Any], file: Path, at: str = "") -> None:
        self.values, self._file, self._at = values, file, at

    def wrong(self, key: str, must: str) -> ModelError:
        """The error that says what a key must be, and what it is."""
        found = _show(self.values[key]) if key in self.values else "left out"
        return ModelError(f"{self._file}: {self._at}{key} must be {must}, not {found}; take it from the project again")

    def section(self, key: str) -> Facts:
        found = self.values.get(key)
        if not isinstance(found, dict):
            raise self.wrong(key, "a section with keys")
        return Facts(found, self._file, f"{self._at}{key if key.isprintable() else repr(key)}.")

    def number(self, key: str, least: float, most: float) -> float:
        found = self.values.get(key)
        # NaN is in no range.
        if isinstance(found, bool) or not isinstance(found, (int, float)) or not least <= found <= most:
            raise self.wrong(key, f"a number from {least:g} to {most:g}")
        return float(found)

    def whole(self, key: str, least: int, most: int) -> int:
        found = self.values.get(key)
        if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
            raise self.wrong(key, f"a whole number from {least} to {most}")
        return found

    def fixed(self, wanted: Mapping[str, Any]) -> None:
        """Each of these keys has this value."""
        for key, value in wanted.items():
            found = self.values.get(key)
            if type(found) is not type(value) or found != value:
                raise self.wrong(key, repr(value))

    def quantisation(self, tensor: Mapping[str, Any]) -> tuple[float, int]:
        """`scale` and `zero_point`, which are those of the tensor."""
        scale, zero_point = self.number("scale", 1e-9, 1e3), self.whole("zero_point", -128, 127)
        own_scale, own_zero = tensor["quantization"]
        if not math.isclose(scale, own_scale, rel_tol=NEAR):
            raise self.wrong("scale", f"the model's own {own_scale:.9g}")
        if zero_point != own_zero:
            raise self.wrong("zero_point", f"the model's own {own_zero}")
        return scale, zero_point


def read(path: Path) -> Facts:
    """The file's keys; raises ModelError in one sentence where it isn't a sidecar."""
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no such file; vision.model needs its sidecar beside it") from None
    except (OSError, ValueError, RecursionError):
        raise ModelError(f"{path}: isn't a readable JSON file; take it from the project again") from None
    if not isinstance(facts, dict):
        raise ModelError(f"{path}: isn't a model's sidecar; take it from the project again")
    return Facts(facts, path)


def check(facts: Facts, inputs: Iterable[Mapping[str, Any]], outputs: Iterable[Mapping[str, Any]]) -> Sidecar:
    """Hold the sidecar against the model's tensors, as the runtime describes them; raises ModelError."""
    labels = facts.values.get("labels")
    if not isinstance(labels, list) or sorted(map(str, labels)) != sorted(EXPRESSIONS):
        raise facts.wrong("labels", f"{', '.join(EXPRESSIONS)}, each of them once")
    entry, crop = facts.section("input"), facts.section("crop")
    tensor, *_ = inputs
    size = entry.whole("height", 8, 1024)
    if list(tensor["shape"]) != [1, size, size, 1] or tensor["dtype"] is not np.int8:
        raise entry.wrong("height", f"the model's own, whose input is {_shape(tensor)}")
    entry.fixed({"width": size} | FIXED_INPUT)
    scale, zero_point = entry.quantisation(tensor)
    prior_free, told_shares = _is_prior_free(facts), _shares(facts)
    return Sidecar(
        labels=tuple(labels),
        input=int(tensor["index"]),
        size=size,
        mean=entry.number("mean", 0, 255),
        std=entry.number("std", 0.01, 1000),
        scale=scale,
        zero_point=zero_point,
        margin=crop.number("margin", 0.1, 10),
        raised=crop.number("raise", -2, 2),
        heads=_heads(facts.section("outputs"), {told["name"]: told for told in outputs}),
        shares=EVEN if prior_free else told_shares,
        left_out=told_shares if prior_free else EVEN,
    )


def _heads(outputs: Facts, named: Mapping[str, Mapping[str, Any]]) -> dict[str, Head]:
    heads = {name: _head(outputs.section(name), named) for name in outputs.values}
    if "expression" not in heads:
        raise outputs.wrong("expression", "a section with keys")
    return heads


def _head(about: Facts, named: Mapping[str, Mapping[str, Any]]) -> Head:
    name = about.values.get("name")
    if not isinstance(name, str) or name not in named:
        raise about.wrong("name", "one of the model's outputs")
    about.fixed(FIXED_OUTPUT)
    tensor = named[name]
    if list(tensor["shape"]) != [1, len(EXPRESSIONS)] or tensor["dtype"] is not np.int8:
        raise about.wrong("name", f"an output of {len(EXPRESSIONS)} int8 numbers, and it is one of {_shape(tensor)}")
    scale, zero_point = about.quantisation(tensor)
    return Head(int(tensor["index"]), scale, zero_point, about.number("temperature", 0.01, 100))


def _is_prior_free(facts: Facts) -> bool:
    """Whether the head `expression` carries no shares of its training set."""
    head = facts.section("outputs").section("expression")
    if "prior" in head.values:
        head.fixed({"prior": "none"})
    return "prior" in head.values


def _shares(facts: Facts) -> tuple[float, ...]:
    """How common each of EXPRESSIONS was in the training set; even where the sidecar doesn't tell."""
    at = facts
    for key in ("metrics", "shares", "expression"):
        if key not in at.values:
            return EVEN
        at = at.section(key)
    shares = tuple(at.number(name, 0, 1) for name in EXPRESSIONS)
    if not sum(shares):
        raise at.wrong(EXPRESSIONS[0], "above 0 where all others are 0")
    return shares


def _show(value: object) -> str:
    """A value in few words; a list can be nested too deeply to be written out."""
    text = "a list" if isinstance(value, list) else "a section" if isinstance(value, dict) else repr(value)
    return text if len(text) <= 40 else text[:37] + "..."


def _shape(tensor: Mapping[str, Any]) -> str:
    return " x ".join(str(side) for side in tensor["shape"]) + f" {np.dtype(tensor['dtype']).name}"
