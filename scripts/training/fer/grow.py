"""A deeper network from a trained one: each width keeps its blocks, and new ones follow them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from fer.checkpoint import Checkpoint, CheckpointError, network
from fer.network import Block, FerNet

# How much a new block adds at first. Nothing at all would leave it without a slope to learn by.
NEW = 0.1
# How many training pictures normalisations are measured on.
PICTURES = 4096


@torch.no_grad()
def grow(wanted: FerNet, state: Mapping[str, Tensor]) -> list[Block]:
    """Fill `wanted` with a checkpoint's weights; gives the blocks that these lacked, which add little at first.

    The normalisations of the new blocks know nothing yet about what flows through them. Raises CheckpointError where
    the checkpoint has other widths, or more blocks of one of them.
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
    """The normalisations of these blocks learn what flows through them; nothing else changes."""
    net.eval()
    learn(net, [norm for block in blocks for norm in (block.norm1, block.norm2)], faces)


@torch.no_grad()
def learn(net: FerNet, norms: list[nn.BatchNorm2d], faces: Tensor) -> None:
    """These normalisations of a network that is asked, not trained, see the (n, 1, 48, 48) normalised faces."""
    for norm in norms:
        norm.train()
    for part in faces.split(256):
        net(part)
    net.eval()


@torch.no_grad()
def measured(mixed: Checkpoint, images: np.ndarray) -> dict[str, Tensor]:
    """The weights of `mixed` with normalisations measured on some of the (n, 48, 48) training pictures."""
    net = network(mixed.state)
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean over all batches
    picked = np.random.default_rng(5).choice(len(images), min(PICTURES, len(images)), replace=False)
    learn(net, norms, torch.from_numpy(mixed.normalised(images[picked])).permute(0, 3, 1, 2))
    return dict(net.state_dict())


def _same(one: nn.Module, other: nn.Module) -> bool:
    """Whether two blocks have weights of the same shapes and stride alike."""
    assert isinstance(one, Block) and isinstance(other, Block)
    shapes = [(block.conv1.weight.shape, block.conv2.weight.shape, block.conv1.stride) for block in (one, other)]
    return shapes[0] == shapes[1]
