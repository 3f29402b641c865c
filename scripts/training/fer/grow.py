"""Make a deeper network from a trained one: each width keeps its blocks and gets new ones after them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from fer.checkpoint import Checkpoint, CheckpointError, network
from fer.network import Block, FerNet

# Initial gain of a new block. With 0 it would have no gradient.
NEW = 0.1
# Number of training pictures for batch statistics.
PICTURES = 4096


@torch.no_grad()
def grow(wanted: FerNet, state: Mapping[str, Tensor]) -> list[Block]:
    """Fill `wanted` with a checkpoint's weights; returns the new blocks, which add little at first.

    The batch statistics of the new blocks are not set yet. Raises CheckpointError if the checkpoint has other widths,
    or more blocks of one of them.
    """
    held = network(state)
    filled, new = dict(wanted.state_dict()), []
    filled.update({name: value for name, value in held.state_dict().items() if not name.startswith("blocks.")})
    spare = list(held.blocks)
    for index, block in enumerate(wanted.blocks):
        assert isinstance(block, Block)
        if spare and _same(spare[0], block):
            old = spare.pop(0)
            filled.update({f"blocks.{index}.{name}": value for name, value in old.state_dict().items()})
        else:
            new.append(block)
    try:
        wanted.load_state_dict(filled)
    except RuntimeError:
        spare = list(held.blocks)
    if spare:
        raise CheckpointError("the checkpoint to start from isn't a shallower network of the same widths")
    for block in new:
        nn.init.kaiming_normal_(block.conv1.weight)
        nn.init.kaiming_normal_(block.conv2.weight)
        nn.init.constant_(block.norm2.weight, NEW)
    return new


@torch.no_grad()
def settle(net: FerNet, blocks: list[Block], faces: Tensor) -> None:
    """Set the batch statistics of these blocks from the faces; nothing else changes."""
    net.eval()
    learn(net, [norm for block in blocks for norm in (block.norm1, block.norm2)], faces)


@torch.no_grad()
def learn(net: FerNet, norms: list[nn.BatchNorm2d], faces: Tensor) -> None:
    """Update the batch statistics of these layers on (n, 1, 48, 48) normalised faces, in evaluation mode otherwise."""
    for norm in norms:
        norm.train()
    for part in faces.split(256):
        net(part)
    net.eval()


@torch.no_grad()
def measured(mixed: Checkpoint, images: np.ndarray) -> dict[str, Tensor]:
    """Return the weights of `mixed` with batch statistics measured on some of the (n, 48, 48) training pictures."""
    net = network(mixed.state)
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
    picked = np.random.default_rng(5).choice(len(images), min(PICTURES, len(images)), replace=False)
    learn(net, norms, torch.from_numpy(mixed.normalised(images[picked])).permute(0, 3, 1, 2))
    return dict(net.state_dict())


def _same(one: nn.Module, other: nn.Module) -> bool:
    """Whether two blocks have the same shapes and stride."""
    assert isinstance(one, Block) and isinstance(other, Block)
    shapes = [(block.conv1.weight.shape, block.conv2.weight.shape, block.conv1.stride) for block in (one, other)]
    return shapes[0] == shapes[1]
