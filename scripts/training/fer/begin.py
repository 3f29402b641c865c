"""The start of a training: the network, the running average of its weights, and the optimiser."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from fer.checkpoint import read
from fer.grow import grow
from fer.network import FerNet, fresh
from fer.recipe import Recipe


@dataclass(frozen=True)
class Begun:
    """net: the network that learns. averaged: the running average of its weights. still: its frozen layers."""

    net: FerNet
    averaged: FerNet
    still: nn.Module


def begin(recipe: Recipe, device: torch.device) -> Begun:
    """Return a new network, or one that continues from a checkpoint; raises CheckpointError."""
    shape = (recipe.dropout, recipe.wide, recipe.blocks, recipe.inner)
    net, averaged = fresh(*shape).to(device), fresh(*shape).to(device)
    if recipe.start is not None:
        anew = last_layers(net, recipe.renew) if recipe.renew else {}
        grow(net, read(Path(recipe.start)).state)
        net.load_state_dict(anew, strict=False)
    averaged.load_state_dict(net.state_dict())
    still = nn.ModuleList([net.stem, *net.blocks][: recipe.still]).requires_grad_(False)
    return Begun(net, averaged.eval(), still)


def optimiser_of(recipe: Recipe, net: nn.Module) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum; norms and biases have no weight decay."""
    learning = [weight for weight in net.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in learning if weight.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [weight for weight in learning if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, lr=recipe.rate, momentum=0.9, nesterov=True)


def rate_at(recipe: Recipe, epoch: float, at: float) -> float:
    """A warm-up of `recipe.warm` epochs, then half a cosine down to 0. at: progress of the schedule, 0..1."""
    warm = min(1.0, (epoch + 0.01 * recipe.warm) / recipe.warm)
    return recipe.rate * recipe.batch / 128 * warm * 0.5 * (1 + math.cos(math.pi * at))


def last_layers(net: FerNet, blocks: int) -> dict[str, Tensor]:
    """A copy of the weights of the last blocks and of both heads, by name."""
    first = len(net.blocks) - blocks
    names = (*(f"blocks.{index}." for index in range(first, len(net.blocks))), "expression.", "fer2013.")
    return {name: value.clone() for name, value in net.state_dict().items() if name.startswith(names)}
