"""A model's sidecar: what its inputs and outputs mean, checked against the model before it is used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from edge.errors import ModelError
from edge.system.reading import read_text
from edge.text import parse_json
from edge.values import EXPRESSIONS
from edge.vision.sidecar_section import SidecarSection

# The only kind of model that this program supports.
SUPPORTED_INPUT = {"channels": 1, "layout": "NHWC", "dtype": "int8", "resize": "area"}
SUPPORTED_OUTPUT = {"dtype": "int8", "kind": "logits"}
EQUAL_SHARES = (1 / len(EXPRESSIONS),) * len(EXPRESSIONS)


@dataclass(frozen=True)
class Head:
    """One output of the network.

    index: its tensor. scale, zero_point: of its int8 logits. shares: how common each of EXPRESSIONS is in its training
    set, each 0..1; equal where the sidecar contains none. prior_free: its probabilities carry none of these shares.
    """

    index: int
    scale: float
    zero_point: int
    temperature: float
    shares: tuple[float, ...]
    prior_free: bool


@dataclass(frozen=True)
class Sidecar:
    """What a model expects as input and returns.

    labels: EXPRESSIONS in the order of the outputs. input: the tensor that takes the (size, size) face.
    mean, std: of the grey levels 0..255. scale, zero_point: of the int8 input.
    margin: the crop's side divided by sqrt(w h) of the face. raised: how far the crop is moved up, as a share of h.
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


def read(path: Path) -> SidecarSection:
    """The file's keys; raises ModelError if it isn't a sidecar."""
    try:
        values = parse_json(read_text(path))
    except FileNotFoundError:
        raise ModelError(f"{path}: there is no such file; vision.model needs its sidecar beside it") from None
    except (OSError, ValueError):
        raise ModelError(f"{path}: isn't a readable JSON file; take it from the project again") from None
    if not isinstance(values, dict):
        raise ModelError(f"{path}: isn't a model's sidecar; take it from the project again")
    return SidecarSection(values, path)


def check(
    sidecar: SidecarSection, inputs: Iterable[Mapping[str, Any]], outputs: Iterable[Mapping[str, Any]]
) -> Sidecar:
    """Check the sidecar against the model's tensors, as the runtime describes them; raises ModelError."""
    labels = sidecar.values.get("labels")
    if not isinstance(labels, list) or sorted(map(str, labels)) != sorted(EXPRESSIONS):
        raise sidecar.error("labels", f"{', '.join(EXPRESSIONS)}, each of them once")
    entry, crop = sidecar.section("input"), sidecar.section("crop")
    tensor, *_ = inputs
    size = entry.integer("height", 8, 1024)
    if list(tensor["shape"]) != [1, size, size, 1] or tensor["dtype"] is not np.int8:
        raise entry.error("height", f"the model's own, whose input is {_shape(tensor)}")
    entry.require({"width": size} | SUPPORTED_INPUT)
    scale, zero_point = entry.quantisation(tensor)
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
        heads=_heads(sidecar, {tensor["name"]: tensor for tensor in outputs}),
    )


def _heads(sidecar: SidecarSection, tensors: Mapping[str, Mapping[str, Any]]) -> dict[str, Head]:
    outputs = sidecar.section("outputs")
    heads = {name: _head(outputs.section(name), tensors, _shares(sidecar, name)) for name in outputs.values}
    if "expression" not in heads:
        raise outputs.error("expression", "a section with keys")
    return heads


def _head(output: SidecarSection, tensors: Mapping[str, Mapping[str, Any]], shares: tuple[float, ...]) -> Head:
    name = output.values.get("name")
    if not isinstance(name, str) or name not in tensors:
        raise output.error("name", "one of the model's outputs")
    output.require(SUPPORTED_OUTPUT)
    tensor = tensors[name]
    if list(tensor["shape"]) != [1, len(EXPRESSIONS)] or tensor["dtype"] is not np.int8:
        raise output.error("name", f"an output of {len(EXPRESSIONS)} int8 numbers, and it is one of {_shape(tensor)}")
    scale, zero_point = output.quantisation(tensor)
    if "prior" in output.values:
        output.require({"prior": "none"})
    temperature = output.number("temperature", 0.01, 100)
    return Head(int(tensor["index"]), scale, zero_point, temperature, shares, "prior" in output.values)


def _shares(sidecar: SidecarSection, head: str) -> tuple[float, ...]:
    """How common each of EXPRESSIONS was in the head's training set; equal shares if the sidecar contains none."""
    section = sidecar
    for key in ("metrics", "shares", head):
        if key not in section.values:
            return EQUAL_SHARES
        section = section.section(key)
    shares = tuple(section.number(name, 0, 1) for name in EXPRESSIONS)
    if not sum(shares):
        raise section.error(EXPRESSIONS[0], "above 0 where all others are 0")
    return shares


def _shape(tensor: Mapping[str, Any]) -> str:
    return " x ".join(str(side) for side in tensor["shape"]) + f" {np.dtype(tensor['dtype']).name}"
