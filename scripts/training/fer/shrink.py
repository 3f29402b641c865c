"""Make a small network from a trained one: merge and thin its blocks, layer by layer, by least squares.

Each width keeps one block, whose weights are fitted to the output of all blocks of that width (as in He et al. 2017,
arXiv:1707.06168, extended to whole blocks). Training then reduces the remaining error.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fer.checkpoint import CheckpointError
from fer.network import Block, FerNet
from fer.norms import pass_on, take_over

# Ridge: share of the inputs' mean square that is added to the diagonal of the normal equations.
RIDGE = 1e-3
# Faces in a batch.
PART = 64


@torch.no_grad()
def shrink(big: FerNet, stem: int, inner: tuple[int, ...], faces: Tensor) -> FerNet:
    """A network with a stem of `stem` channels and one block of each width with `inner` channels inside.

    faces: (n, 1, 48, 48) normalised grey that the weights are fitted on. Raises CheckpointError.
    """
    stages = _stages(big)
    if len(inner) != len(stages):
        raise CheckpointError(f"--inner names {len(inner)} blocks, and the network has {len(stages)} widths")
    widths = tuple((stage[0].conv2.out_channels, 1) for stage in stages)
    small = FerNet(widths, stem=stem, inner=inner).eval()
    before, kept = _stem(big, small, faces)
    now = before[:, kept]
    for block, stage, count in zip(small.blocks, stages, inner, strict=True):
        assert isinstance(block, Block)
        before, now = _fit(block, stage, count, before, now)
    features = now.mean((2, 3))
    for name in ("expression", "fer2013"):
        wanted = getattr(big, name)(before.mean((2, 3)))
        weight, bias = _solve([(features, wanted)])
        getattr(small, name).weight.copy_(weight)
        getattr(small, name).bias.copy_(bias)
    take_over(small, _layers(small), faces[: 8 * PART])
    return small


def _stages(net: FerNet) -> list[list[Block]]:
    """Return the blocks of each width."""
    stages: list[list[Block]] = []
    for block in net.blocks:
        assert isinstance(block, Block)
        if block.short is not None:
            stages.append([])
        stages[-1].append(block)
    return stages


def _stem(big: FerNet, small: FerNet, faces: Tensor) -> tuple[Tensor, Tensor]:
    """Keep the most important channels of the stem; returns the large stem's output, and the indices of the kept
    channels.
    """
    first = big.blocks[0]
    assert isinstance(first, Block) and first.short is not None
    said = torch.cat([big.stem(part) for part in faces.split(PART)])
    reads = first.conv1.weight.square().sum((0, 2, 3)) + first.short[0].weight.square().sum((0, 2, 3))
    kept = (said.var((0, 2, 3)) * reads).topk(len(small.stem[0].weight)).indices.sort().values
    kernel, bias = _folded(big.stem[0], big.stem[1])
    _set(small.stem[0], small.stem[1], kernel[kept], bias[kept])
    return said, kept


def _fit(block: Block, stage: list[Block], count: int, before: Tensor, now: Tensor) -> tuple[Tensor, Tensor]:
    """Fit `block` on `now` to the output of the blocks of `stage` on `before`; returns both outputs."""
    first = stage[0]
    parts = list(zip(before.split(PART), now.split(PART), strict=True))
    inside = torch.cat([first.norm1(first.conv1(old)) for old, _ in parts])
    reads = (first.conv2.weight * _gain(first.norm2)[:, None, None, None]).square().sum((0, 2, 3))
    kept = (F.relu(inside).var((0, 2, 3)) * reads).topk(count).indices.sort().values
    stride = first.conv1.stride[0]
    inside = inside[:, kept]
    weight, bias = _solve(
        (_windows(new, stride), _rows(wanted)) for (_, new), wanted in zip(parts, inside.split(PART), strict=True)
    )
    _set(block.conv1, block.norm1, weight.view_as(block.conv1.weight), bias)
    after = torch.cat([_before_the_last_relu(stage, old) for old, _ in parts])
    # Below 0 the exact value does not matter.
    wanted = after.clamp(min=-float(after.std()))
    assert block.short is not None
    hidden = [F.relu(block.norm1(block.conv1(new))) for _, new in parts]
    pairs = zip(hidden, parts, wanted.split(PART), strict=True)
    weight, bias = _solve(
        (torch.cat([_windows(mid, 1), _rows(new[:, :, ::stride, ::stride])], 1), _rows(goal))
        for mid, (_, new), goal in pairs
    )
    wide = count * 9
    _set(block.conv2, block.norm2, weight[:, :wide].reshape_as(block.conv2.weight), bias)
    _set(block.short[0], block.short[1], weight[:, wide:].reshape_as(block.short[0].weight), torch.zeros_like(bias))
    return F.relu(after), torch.cat([block(new) for _, new in parts])


def _before_the_last_relu(stage: list[Block], x: Tensor) -> Tensor:
    for block in stage[:-1]:
        x = block(x)
    last = stage[-1]
    y = last.norm2(last.conv2(F.relu(last.norm1(last.conv1(x)))))
    return y + (x if last.short is None else last.short(x))


def _windows(x: Tensor, stride: int) -> Tensor:
    """(n, c, h, w) -> (rows, 9 c): the inputs of a 3x3 convolution at each position."""
    return F.unfold(x, 3, padding=1, stride=stride).transpose(1, 2).reshape(-1, 9 * x.shape[1])


def _rows(x: Tensor) -> Tensor:
    """(n, c, h, w) -> (n h w, c)."""
    return x.permute(0, 2, 3, 1).reshape(-1, x.shape[1])


def _solve(pairs: Iterable[tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
    """Return weights (outputs, inputs) and biases of the least-squares fit over (rows, inputs), (rows, outputs)
    pairs.
    """
    square = cross = None
    for given, wanted in pairs:
        ones = torch.cat([given, given.new_ones(len(given), 1)], 1)
        here, there = (ones.T @ ones).double(), (ones.T @ wanted).double()
        square, cross = (here, there) if square is None else (square + here, cross + there)
    assert square is not None
    ridge = RIDGE * square.diagonal()[:-1].mean() * torch.ones(len(square), dtype=torch.float64)
    ridge[-1] = 0
    found = torch.linalg.solve(square + torch.diag(ridge), cross).float().T
    return found[:, :-1].contiguous(), found[:, -1].contiguous()


def _gain(norm: nn.BatchNorm2d) -> Tensor:
    return norm.weight / (norm.running_var + norm.eps).sqrt()


def _folded(convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Return kernel and bias of a convolution with its normalisation folded in."""
    gain = _gain(norm)
    return convolution.weight * gain[:, None, None, None], norm.bias - norm.running_mean * gain


def _set(convolution: nn.Conv2d, norm: nn.BatchNorm2d, kernel: Tensor, bias: Tensor) -> None:
    """Set a kernel with a bias, scaled like a newly initialised one, so that rate and weight decay act as usual."""
    size = kernel.square().mean().sqrt() / (2 / kernel[0].numel()) ** 0.5
    convolution.weight.copy_(kernel / size)
    pass_on(norm, size.expand(len(bias)), bias)


def _layers(net: FerNet) -> list[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    found = [(net.stem[0], net.stem[1])]
    for block in net.blocks:
        assert isinstance(block, Block) and block.short is not None
        found += [(block.conv1, block.norm1), (block.conv2, block.norm2), (block.short[0], block.short[1])]
    return found
