"""What a run of training keeps between its steps and over an interruption."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import nn

from fer.data import LABELS


class Run(Protocol):
    """A training that can be interrupted.

    recipe: a dataclass. epoch, seconds: done so far. mean, std: of the grey levels 0..1.
    averaged: the running average of the weights of `net`.
    """

    recipe: Any
    epoch: int
    seconds: float
    mean: float
    std: float
    net: Any
    averaged: Any
    optimiser: torch.optim.Optimizer


@torch.no_grad()
def follow(averaged: nn.Module, net: nn.Module, *, step: int, decay: float) -> None:
    """Update the running average of the weights, which is evaluated and exported; the first steps count more."""
    keep = min(decay, (1 + step) / (10 + step))
    for kept, now in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
        if kept.dtype.is_floating_point:
            kept.lerp_(now, 1 - keep)
        else:
            kept.copy_(now)


def save(run: Run, path: Path, **more: Any) -> None:
    """Write the checkpoint atomically, so that an interruption costs at most an epoch. more: further entries."""
    state = {
        "recipe": asdict(run.recipe),
        "epoch": run.epoch,
        "seconds": run.seconds,
        "mean": run.mean,
        "std": run.std,
        "labels": LABELS,
        "net": run.net.state_dict(),
        "averaged": run.averaged.state_dict(),
        "optimiser": run.optimiser.state_dict(),
        "random": torch.get_rng_state(),
    }
    part = path.with_suffix(".part")
    torch.save(state | more, part)
    part.replace(path)


def resume(run: Run, path: Path) -> None:
    """Resume from a checkpoint of `save`, if there is one."""
    if not path.exists():
        return
    device = next(run.net.parameters()).device
    state = torch.load(path, map_location=device, weights_only=True)
    run.epoch, run.seconds = state["epoch"], state["seconds"]
    run.net.load_state_dict(state["net"])
    run.averaged.load_state_dict(state["averaged"])
    run.optimiser.load_state_dict(state["optimiser"])
    torch.set_rng_state(state["random"].cpu())
    print(f"resuming after epoch {run.epoch}")
