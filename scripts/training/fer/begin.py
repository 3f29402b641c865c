"""What a training begins with: the network, the running average of its weights, and the optimiser."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from fer.checkpoint import CheckpointError, is_even, read
from fer.face_body import FaceBody, begun, fit_heads
from fer.grow import grow
from fer.mirror import Pairs, hold
from fer.network import FerNet, fresh
from fer.recipe import Recipe

# How many pictures a body's normalisations are set from, and its heads fitted to.
SEEN, FITTED = 256, 4000


@dataclass(frozen=True)
class Begun:
    """net: learns. averaged: follows it. still: the layers of `net` that don't learn.

    pairs: of channels in the mirrored picture, none where nobody asked.
    """

    net: FerNet | FaceBody
    averaged: FerNet | FaceBody
    still: nn.Module
    pairs: Pairs = field(default_factory=dict)


def begin(recipe: Recipe, device: torch.device) -> Begun:
    """A new network, or one that goes on from a checkpoint; raises CheckpointError."""
    shape = (recipe.dropout, recipe.wide, recipe.blocks, recipe.inner)
    start = None if recipe.start is None else read(Path(recipe.start))
    even = start is not None and is_even(start.state)
    net, averaged = fresh(*shape, even=even).to(device), fresh(*shape, even=even).to(device)
    pairs: Pairs = {}
    if start is not None:
        anew = last_layers(net, recipe.renew) if recipe.renew else {}
        grow(net, start.state)
        net.load_state_dict(anew, strict=False)
    if recipe.mirror:
        if start is None or start.pairs is None:
            raise CheckpointError("--mirror: the --start has no pairs of channels; mirror_checkpoint.py finds them")
        pairs = {name: partners.to(device) for name, partners in start.pairs.items()}
        try:
            hold(net, pairs)
        except KeyError:
            raise CheckpointError("--mirror: blocks that --start lacks have no pairs; leave --blocks out") from None
    averaged.load_state_dict(net.state_dict())
    still = nn.ModuleList([net.stem, *net.blocks][: recipe.still]).requires_grad_(False)
    return Begun(net, averaged.eval(), still, pairs)


def begin_with_body(recipe: Recipe, images: Tensor, votes: Tensor, labels: Tensor, *, mean: float, std: float) -> Begun:
    """A teacher with the body that the recipe names, its heads fitted to some of the faces; raises CheckpointError.

    images: (n, 1, 48, 48) uint8. votes, labels: (n, 7) targets. mean, std: of the grey levels 0..255.
    """
    assert recipe.body is not None
    about = {"size": recipe.size, "still": recipe.still, "mean": mean, "std": std, "dropout": recipe.dropout}
    net = begun(Path(recipe.body), (images[:SEEN].cpu() - mean) / std, **about)
    net.to(images.device, memory_format=torch.channels_last)
    some = torch.randperm(len(images))[:FITTED].to(images.device)
    fit_heads(net, (images[some] - mean) / std, votes[some], labels[some])
    averaged = FaceBody(**about).to(images.device, memory_format=torch.channels_last)
    averaged.load_state_dict(net.state_dict())
    return Begun(net, averaged.eval(), net.frozen)


def optimiser_of(recipe: Recipe, net: nn.Module) -> torch.optim.Optimizer:
    """SGD with Nesterov momentum, or AdamW (arXiv:1711.05101) for a body, which has learned already."""
    learning = [weight for weight in net.parameters() if weight.requires_grad]
    groups = [
        {"params": [weight for weight in learning if weight.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [weight for weight in learning if weight.ndim <= 1], "weight_decay": 0.0},
    ]
    if recipe.body is not None:
        return torch.optim.AdamW(groups, lr=recipe.rate)
    return torch.optim.SGD(groups, lr=recipe.rate, momentum=0.9, nesterov=True)


def rate_at(recipe: Recipe, epoch: float, at: float) -> float:
    """A warm-up of `recipe.warm` epochs, then half a cosine down to nothing. at: how far the schedule is, 0..1."""
    warm = min(1.0, (epoch + 0.01 * recipe.warm) / recipe.warm)
    return recipe.rate * recipe.batch / 128 * warm * 0.5 * (1 + math.cos(math.pi * at))


def last_layers(net: FerNet, blocks: int) -> dict[str, Tensor]:
    """A copy of the weights of the last blocks and of both heads, by name."""
    first = len(net.blocks) - blocks
    names = (*(f"blocks.{index}." for index in range(first, len(net.blocks))), "expression.", "fer2013.")
    return {name: value.clone() for name, value in net.state_dict().items() if name.startswith(names)}
