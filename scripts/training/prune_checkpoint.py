#!/usr/bin/env python3
"""Make a cheaper network from a trained one: each residual block keeps only the inner channels that matter most.

    python scripts/training/prune_checkpoint.py --checkpoint runs/deep.pt --data ../shared/data/fer2013.npz \
        --inner 48 32 80 64 160 128 --out runs/pruned.pt

Inputs and outputs of the blocks keep their channels. `train_fer.py --start` with the same `--inner` recovers the lost
accuracy. A channel's importance is its effect on the block's output: the variance of its activation times the squares
of the weights that read it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch
from torch import Tensor, nn

from fer.checkpoint import CheckpointError, network, read, write
from fer.data import TRAIN, DataError, load
from fer.grow import settle
from fer.network import Block, FerNet

# Number of faces on which the importance is measured.
FACES = 4096


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--inner", type=int, nargs="+", required=True, help="channels to keep inside each block")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    held = read(args.checkpoint)
    images = load(args.data, TRAIN).images[:FACES]
    faces = torch.from_numpy(held.normalised(images)).permute(0, 3, 1, 2)
    net = prune(network(held.state), tuple(args.inner), faces)
    write(args.out, net.state_dict(), mean=held.mean, std=held.std, fold=held.fold, pruned_from=str(args.checkpoint))
    print(f"{args.out}: {sum(p.numel() for p in net.parameters())} parameters")


@torch.no_grad()
def prune(net: FerNet, inner: tuple[int, ...], faces: Tensor) -> FerNet:
    """Return `net` with `inner[i]` channels inside block i; `net` itself is changed.

    faces: (n, 1, 48, 48) normalised grey, for the importance and the batch statistics. Raises CheckpointError.
    """
    blocks = [block for block in net.blocks if isinstance(block, Block)]
    if len(inner) != len(blocks):
        raise CheckpointError(f"--inner names {len(inner)} blocks, and the network has {len(blocks)}; name each one")
    for index, (block, count) in enumerate(zip(blocks, inner, strict=True)):
        if not 1 <= count <= block.conv1.out_channels:
            raise CheckpointError(
                f"--inner: block {index} has {block.conv1.out_channels} channels inside, and can't keep {count}"
            )
    for block, worth, count in zip(blocks, worths(net, blocks, faces), inner, strict=True):
        keep(block, worth.topk(count).indices.sort().values)
    settle(net, blocks, faces)
    return net


def worths(net: FerNet, blocks: list[Block], faces: Tensor) -> list[Tensor]:
    """Return for each block the importance of its inner channels, (inner,)."""
    carried: list[list[Tensor]] = [[] for _ in blocks]

    def note(kept: list[Tensor]) -> object:
        def hook(_module: nn.Module, given: tuple[Tensor, ...]) -> None:
            kept.append(given[0].double().var((0, 2, 3)))

        return hook

    hooks = [block.conv2.register_forward_pre_hook(note(kept)) for block, kept in zip(blocks, carried, strict=True)]
    net.eval()
    for part in faces.split(256):
        net(part)
    for hook in hooks:
        hook.remove()
    # The batch normalisation after the second convolution scales each of its outputs.
    loud = [(block.norm2.weight / (block.norm2.running_var + block.norm2.eps).sqrt()).square() for block in blocks]
    return [
        torch.stack(kept).mean(0).float() * (block.conv2.weight.square().sum((2, 3)) * gain[:, None]).sum(0)
        for block, kept, gain in zip(blocks, carried, loud, strict=True)
    ]


def keep(block: Block, kept: Tensor) -> None:
    """Keep only these inner channels, (n,) indices, in the block."""
    old1, oldnorm, old2 = block.conv1, block.norm1, block.conv2
    block.conv1 = nn.Conv2d(old1.in_channels, len(kept), old1.kernel_size, old1.stride, 1, bias=False)
    block.conv1.weight.copy_(old1.weight[kept])
    block.norm1 = nn.BatchNorm2d(len(kept))
    for name in ("weight", "bias", "running_mean", "running_var"):
        getattr(block.norm1, name).copy_(getattr(oldnorm, name)[kept])
    block.conv2 = nn.Conv2d(len(kept), old2.out_channels, 3, 1, 1, bias=False)
    block.conv2.weight.copy_(old2.weight[:, kept])


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, DataError) as error:
        print(f"prune_checkpoint.py: {error}", file=sys.stderr)
        sys.exit(2)
