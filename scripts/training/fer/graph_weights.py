"""Reads the weights of a TensorFlow.js graph model: a JSON file, and the numbers in one file beside it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from fer.checkpoint import CheckpointError

# How the numbers of a float weight are kept; those in uint8 come with a scale and are of no use here.
KEPT = {None: np.dtype("<f4"), "float16": np.dtype("<f2")}


def graph_weights(path: Path) -> dict[str, Tensor]:
    """Each float weight of the model by name, in TensorFlow's order of axes; raises CheckpointError."""
    found: dict[str, Tensor] = {}
    try:
        for group in json.loads(path.read_text(encoding="utf-8"))["weightsManifest"]:
            held = b"".join((path.parent / name).read_bytes() for name in group["paths"])
            at = 0
            for about in group["weights"]:
                count = math.prod(about["shape"])
                if about["dtype"] != "float32":
                    at += count * np.dtype(about["dtype"]).itemsize
                    continue
                kind = KEPT[about.get("quantization", {}).get("dtype")]
                numbers = np.frombuffer(held, kind, count, at).astype(np.float32)
                found[about["name"]] = torch.from_numpy(numbers.reshape(about["shape"]))
                at += count * kind.itemsize
    except (OSError, KeyError, TypeError, ValueError):
        raise CheckpointError(f"{path}: isn't a TensorFlow.js graph model with its numbers beside it") from None
    return found
