"""The network: plain 3x3 convolutions with short cuts, one body, two small heads.

Plain convolutions quantise well and are what XNNPACK's int8 kernels are best at. The short cuts are He et al. 2015
(arXiv:1512.03385), each with its batch normalisation, which folds into the convolution on export.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (64, 128, 256)
BLOCKS = (2, 2, 2)
STEM = 32


class Block(nn.Module):
    """Two 3x3 convolutions and a short cut; the first one strides. inner: the channels between the two."""

    def __init__(self, inputs: int, outputs: int, stride: int, inner: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, inner, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(inner)
        self.conv2 = nn.Conv2d(inner, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.short = None
        if stride != 1 or inputs != outputs:
            self.short = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)), inplace=True)
        y = self.norm2(self.conv2(y))
        if self.short is not None:
            x = self.short(x)
        return F.relu(y.add_(x), inplace=True)


class FerNet(nn.Module):
    """(n, 1, 48, 48) normalised grey -> (n, 7) logits of `expression` and of `fer2013`.

    widths: the channels of each stage, and its number of blocks. inner: channels inside each block; empty: as many
    as its stage has. stem_stride: if the stem strides, the first block does not.
    """

    def __init__(
        self,
        widths: tuple[tuple[int, int], ...] = tuple(zip(WIDTHS, BLOCKS, strict=True)),
        stem: int = STEM,
        dropout: float = 0.2,
        inner: tuple[int, ...] = (),
        *,
        stem_stride: int = 1,
    ) -> None:
        super().__init__()
        convolution = nn.Conv2d(1, stem, 3, stem_stride, 1, bias=False)
        self.stem = nn.Sequential(convolution, nn.BatchNorm2d(stem), nn.ReLU(inplace=True))
        if stem_stride != 1:
            # Kept with the weights, whose shapes don't tell it.
            self.register_buffer("stem_stride", torch.tensor(stem_stride))
        blocks, inputs = [], stem
        inside = iter(inner or [width for width, count in widths for _ in range(count)])
        for width, count in widths:
            for index in range(count):
                stride = 2 if index == 0 and (blocks or stem_stride == 1) else 1
                blocks.append(Block(inputs, width, stride, next(inside)))
                inputs = width
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout(dropout)
        self.expression = nn.Linear(inputs, 7)
        self.fer2013 = nn.Linear(inputs, 7)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = self.dropout(self.blocks(self.stem(x)).mean((2, 3)))
        return self.expression(features), self.fer2013(features)


def fresh(
    dropout: float = 0.2,
    wide: float = 1.0,
    blocks: tuple[int, ...] = BLOCKS,
    inner: tuple[int, ...] = (),
) -> FerNet:
    """Return an untrained network in the memory format that is fastest for convolutions on a CPU.

    wide: factor on the widths. blocks: how many residual blocks each width has. inner: the channels inside each block.

    """
    widths = tuple((round(width * wide), count) for width, count in zip(WIDTHS, blocks, strict=True))
    net = FerNet(widths, stem=round(STEM * wide), dropout=dropout, inner=inner)
    return net.to(memory_format=torch.channels_last)
