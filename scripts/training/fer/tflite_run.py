"""Run a two-headed TFLite file, float or int8, on many faces, and find out which output is which head."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

SIZE = 48


class HeadsError(Exception):
    """A file's outputs aren't the network's two heads; `str(error)` is one plain sentence."""


@dataclass(frozen=True)
class Tensor:
    """An input or output. scale, zero_point: real = (q - zero_point) * scale; 0 and 0 for floats."""

    index: int
    name: str
    dtype: str
    scale: float
    zero_point: int


class Runner:
    """One interpreter on one thread; its input is normalised faces."""

    def __init__(self, model: bytes) -> None:
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        self._interpreter.allocate_tensors()
        (self.input,) = (_tensor(about) for about in self._interpreter.get_input_details())
        self.outputs = [_tensor(about) for about in self._interpreter.get_output_details()]

    def run(self, faces: np.ndarray) -> list[np.ndarray]:
        """(n, 48, 48, 1) float32, normalised -> for each output, in the file's order, (n, 7) float32 logits."""
        given = quantised(faces, self.input)
        logits = [np.empty((len(faces), 7), np.float32) for _ in self.outputs]
        for row, face in enumerate(given):
            self._interpreter.set_tensor(self.input.index, face[None])
            self._interpreter.invoke()
            for kept, output in zip(logits, self.outputs, strict=True):
                kept[row] = real(self._interpreter.get_tensor(output.index)[0], output)
        return logits


class Heads:
    """A TFLite file whose outputs are identified by the names of the heads."""

    def __init__(self, model: bytes, wanted: dict[str, np.ndarray], faces: np.ndarray) -> None:
        """wanted: the original network's logits on `faces`, which identify the outputs."""
        self._runner = Runner(model)
        self._place = match_heads(self._runner.run(faces), wanted)
        self.input = self._runner.input
        self.output = {name: self._runner.outputs[self._place[name]] for name in self._place}

    def run(self, faces: np.ndarray) -> dict[str, np.ndarray]:
        """(n, 48, 48, 1) normalised -> for each head (n, 7) logits."""
        found = self._runner.run(faces)
        return {name: found[self._place[name]] for name in self._place}


def quantised(values: np.ndarray, tensor: Tensor) -> np.ndarray:
    """Quantise real numbers for the tensor."""
    if tensor.dtype != "int8":
        return values.astype(np.float32)
    return np.clip(np.rint(values / tensor.scale) + tensor.zero_point, -128, 127).astype(np.int8)


def real(values: np.ndarray, tensor: Tensor) -> np.ndarray:
    """Return the tensor's values as real numbers."""
    if tensor.dtype != "int8":
        return values
    return ((values.astype(np.float32) - tensor.zero_point) * tensor.scale).astype(np.float32)


def match_heads(found: list[np.ndarray], wanted: dict[str, np.ndarray]) -> dict[str, int]:
    """Find the output of each head: the one whose logits are nearest to the original network's.

    found: for each output (n, 7) logits. wanted: for each head the original's, on the same faces.
    Raises HeadsError if that is ambiguous.
    """
    distance = {name: [float(np.abs(f - w).mean()) for f in found] for name, w in wanted.items()}
    chosen = {name: int(np.argmin(far)) for name, far in distance.items()}
    clear = all(sorted(far)[0] < 0.5 * sorted(far)[1] for far in distance.values())
    if len(set(chosen.values())) != len(wanted) or not clear:
        raise HeadsError(f"the file's outputs can't be told apart by their distances from PyTorch's: {distance}")
    return chosen


def _tensor(about: dict[str, Any]) -> Tensor:
    scale, zero_point = about["quantization"]
    return Tensor(int(about["index"]), str(about["name"]), np.dtype(about["dtype"]).name, float(scale), int(zero_point))
