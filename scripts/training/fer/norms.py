"""Batch normalisation for weights that were stored without it; the network's answers stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

# A convolution and its batch normalisation.
Normed = tuple[nn.Conv2d, nn.BatchNorm2d]


def pass_on(norm: nn.BatchNorm2d, scale: Tensor, shift: Tensor) -> None:
    """Make a normalisation in evaluation mode only scale and shift."""
    norm.running_mean.zero_()
    norm.running_var.fill_(1 - norm.eps)
    norm.weight.copy_(scale)
    norm.bias.copy_(shift)


def take_over(net: nn.Module, layers: Sequence[Normed], faces: Tensor) -> None:
    """Set mean and variance of these normalisations from the faces.

    faces: (n, 1, 48, 48) normalised grey. The network's answers stay the same.
    """
    for (_, norm), (mean, variance) in zip(layers, _seen(net, layers, faces), strict=True):
        size, bias = norm.weight.clone(), norm.bias.clone()
        norm.running_mean.copy_(mean)
        norm.running_var.copy_(variance)
        norm.weight.copy_(size * (variance + norm.eps).sqrt())
        norm.bias.copy_(bias + size * mean)


def _seen(net: nn.Module, layers: Sequence[Normed], faces: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Return mean and variance of each output channel of each convolution over the faces."""
    sums: list[list[Tensor]] = [[] for _ in layers]

    def note(found: list[Tensor]) -> Any:
        def hook(_module: Any, _given: Any, output: Tensor) -> None:
            wide = output.double()
            found.append(torch.stack([wide.mean((0, 2, 3)), wide.square().mean((0, 2, 3))]))

        return hook

    hooks = [conv.register_forward_hook(note(found)) for (conv, _), found in zip(layers, sums, strict=True)]
    for part in faces.split(256):
        net(part)
    for hook in hooks:
        hook.remove()
    means = [torch.stack(found).mean(0) for found in sums]
    return [(first.float(), (second - first.square()).clamp(min=1e-6).float()) for first, second in means]
