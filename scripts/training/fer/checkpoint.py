"""Checkpoints of train_fer.py: the averaged network, and how its input is normalised."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from fer.data import LABELS
from fer.network import FerNet


class CheckpointError(Exception):
    """The checkpoint can't be used; `str(error)` is one plain sentence."""


@dataclass(frozen=True)
class Checkpoint:
    """A trained network.

    state: the averaged weights. epoch, epochs: completed epochs, and the planned number.
    mean, std: of the grey levels 0..255; the network's input is (grey - mean) / std.
    fold: (index, count) of the part of the training pictures that was left out; None if none was.
    shares: of the seven labels in the training set, if the head `expression` carries none of them; else None.
    """

    state: Mapping[str, Tensor]
    epoch: int
    epochs: int
    mean: float
    std: float
    fold: tuple[int, int] | None = None
    shares: tuple[float, ...] | None = None

    def normalised(self, images: np.ndarray) -> np.ndarray:
        """(n, 48, 48) grey levels -> (n, 48, 48, 1) float32, the network's input."""
        return ((images.astype(np.float64) - self.mean) / self.std).astype(np.float32)[..., None]


def read(path: Path) -> Checkpoint:
    """Read a checkpoint; raises CheckpointError."""
    try:
        saved: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        found = Checkpoint(
            state=saved["averaged"],
            epoch=int(saved["epoch"]),
            epochs=int(saved["recipe"]["epochs"]),
            # Training uses grey in 0..1.
            mean=255 * float(saved["mean"]),
            std=255 * float(saved["std"]),
            fold=tuple(fold) if (fold := saved["recipe"].get("fold")) else None,
            shares=tuple(saved["shares"]) if saved.get("prior", {}).get("expression") == "none" else None,
        )
        labels = tuple(saved["labels"])
    except FileNotFoundError:
        raise CheckpointError(f"{path}: there is no such file; train_fer.py writes it after its first epoch") from None
    except (OSError, EOFError, RuntimeError, pickle.UnpicklingError, KeyError, TypeError, ValueError):
        raise CheckpointError(f"{path}: isn't a checkpoint of train_fer.py") from None
    if labels != LABELS:
        raise CheckpointError(f"{path}: its labels are {', '.join(labels)}, not {', '.join(LABELS)}")
    return found


def write(
    path: Path,
    state: Mapping[str, Tensor],
    *,
    mean: float,
    std: float,
    trained: int = 0,
    **made: Any,
) -> None:
    """Write a network that was not trained by train_fer.py, for `read`.

    mean, std: of the grey levels 0..255. trained: number of epochs. made: its origin, stored in the
    recipe.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(
        {
            "recipe": {"epochs": trained, **made},
            "epoch": trained,
            "mean": mean / 255,
            "std": std / 255,
            "labels": LABELS,
            "net": state,
            "averaged": state,
        },
        path,
    )


def network(state: Mapping[str, Tensor]) -> FerNet:
    """The PyTorch network with these weights, its widths read from their shapes; raises CheckpointError."""
    widths: list[tuple[int, int]] = []
    inner: list[int] = []
    index = 0
    while f"blocks.{index}.conv2.weight" in state:
        width, inside = (int(size) for size in state[f"blocks.{index}.conv2.weight"].shape[:2])
        inner.append(inside)
        if widths and widths[-1][0] == width:
            widths[-1] = (width, widths[-1][1] + 1)
        else:
            widths.append((width, 1))
        index += 1
    try:
        stem, stride = len(state["stem.0.weight"]), int(state.get("stem_stride", 1))
        net = FerNet(tuple(widths), stem=stem, inner=tuple(inner), stem_stride=stride)
        net.load_state_dict(dict(state))
    except (KeyError, IndexError, RuntimeError):
        raise CheckpointError("the checkpoint's weights aren't those of the network in fer/network.py") from None
    return net.float().eval()


@torch.no_grad()
def logits(net: FerNet, faces: np.ndarray) -> dict[str, np.ndarray]:
    """(n, 48, 48, 1) float32, normalised -> for each head (n, 7) float32 logits."""
    parts = [net(part) for part in torch.from_numpy(faces).permute(0, 3, 1, 2).split(128)]
    expression, original = (torch.cat(head).numpy() for head in zip(*parts, strict=True))
    return {"expression": expression, "fer2013": original}
