"""Augmentation for rooms and their cameras: lamps, darkness, an infrared lamp, distance, hands and cups.

Each change affects only some pictures of a batch. Geometry is in `fer/views.py`.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from fer.augment import _some as some
from fer.augment import _span as span


def room(x: Tensor, strength: float = 1.0) -> Tensor:
    """(n, 1, h, w) grey in 0..1 -> the same shape; `strength` 0..1 scales the share of changed pictures and the
    changes.
    """
    x = lamps(x, strength)
    for change, chance in CHANGES.items():
        met = (torch.rand(len(x), device=x.device) < chance * strength).nonzero().squeeze(1)
        if len(met) > 0:
            x = x.index_copy(0, met, change(x[met]).clamp(0, 1))
    return x


def column(x: Tensor, low: float, high: float) -> Tensor:
    """Return one random number a picture, in a shape that broadcasts over pictures."""
    return span(x, low, high).view(-1, 1, 1, 1)


def lamps(x: Tensor, strength: float) -> Tensor:
    """Gamma 0.5-2, contrast and brightness, and a lamp from any side."""
    gamma = torch.exp(column(x, -0.7, 0.7) * strength)
    gain = torch.exp(column(x, -0.45, 0.35) * strength)
    lift = column(x, -0.12, 0.12) * strength
    mean = x.mean((2, 3), keepdim=True)
    lit = (x.clamp(1e-3, 1) ** gamma - mean) * gain + mean + lift
    # Light multiplies the reflectance; a side that it does not reach is nearly black.
    slope = ramp(x) * column(x, 0.0, 0.85)
    lit = torch.where(some(x, 0.35 * strength), lit * (1 + slope), lit)
    return torch.where(some(x, 0.75), lit, x).clamp(0, 1)


def ramp(x: Tensor) -> Tensor:
    """(n, 1, h, w) from -1 to 1 along a random direction, one a picture."""
    place = torch.linspace(-1, 1, x.shape[-1], device=x.device)
    turn = column(x, 0, 2 * torch.pi)
    return (torch.cos(turn) * place.view(1, 1, 1, -1) + torch.sin(turn) * place.view(1, 1, -1, 1)).clamp(-1, 1)


def infrared(x: Tensor) -> Tensor:
    """Simulate an infrared lamp beside the lens: bright skin without shadows, weak lines, dark eyes, a dark wall."""
    broad = smooth(x, 9)
    lines = x - broad
    skin = column(x, 0.55, 0.85)
    # Most of the shading goes, dark details fade less than bright ones.
    flat = skin + column(x, 0.1, 0.45) * (broad - broad.mean((2, 3), keepdim=True))
    flat = flat + column(x, 0.35, 0.8) * lines.clamp(max=0) + column(x, 0.1, 0.5) * lines.clamp(min=0)
    down = torch.linspace(-1, 1, x.shape[-2], device=x.device).view(1, 1, -1, 1)
    across = torch.linspace(-1, 1, x.shape[-1], device=x.device).view(1, 1, 1, -1)
    eyes = torch.exp(-(((across.abs() - 0.38) / 0.17) ** 2) - ((down + column(x, 0.1, 0.3)) / 0.13) ** 2)
    flat = flat - column(x, 0.0, 1.2) * eyes * (-lines).clamp(min=0) - column(x, 0.0, 0.1) * eyes
    away = (across**2 + down**2).clamp(max=2)
    flat = flat * (1 - column(x, 0.0, 0.25) * away)
    return (flat + torch.randn_like(x) * column(x, 0.0, 0.03)).clamp(0, 1)


def dark(x: Tensor) -> Tensor:
    """Simulate low light and high gain: shot noise, clipped blacks and few grey levels."""
    low = x * column(x, 0.12, 0.5)
    low = low + torch.randn_like(x) * (low.clamp(min=0) * column(x, 0.0003, 0.0025)).sqrt()
    low = (low - column(x, 0.0, 0.03)).clamp(0, 1)
    low = (low * 255).round() / 255
    return (low * torch.exp(column(x, 0.0, 1.4))).clamp(0, 1)


def far(x: Tensor) -> Tensor:
    """Faces far from the camera: 14-32 pixels, enlarged to 48; four sizes a batch."""
    parts = []
    for part in x.chunk(4):
        size = int(torch.randint(14, 33, (1,)))
        small = F.interpolate(part, size=(size, size), mode="area")
        parts.append(F.interpolate(small, size=x.shape[-2:], mode="bilinear", align_corners=False))
    return torch.cat(parts)


def blurred(x: Tensor) -> Tensor:
    """Simulate a lens out of focus."""
    return x.lerp(smooth(x, 5), column(x, 0.3, 1.0))


def smooth(x: Tensor, size: int) -> Tensor:
    """The mean over a square of `size` twice, which is nearly a Gaussian."""
    for _ in range(2):
        x = F.avg_pool2d(F.pad(x, [size // 2] * 4, mode="replicate"), size, 1)
    return x


def noisy(x: Tensor) -> Tensor:
    """Add sensor noise."""
    return x + torch.randn_like(x) * column(x, 0.0, 0.05)


def covered(x: Tensor) -> Tensor:
    """Cover mouth or cheek with a soft-edged, slightly textured patch from below, like a hand or a cup."""
    n, size = len(x), x.shape[-1]
    place = torch.linspace(-1, 1, size, device=x.device)
    across = (place.view(1, -1) - span(x, -0.6, 0.6).view(n, 1)) / span(x, 0.25, 0.6).view(n, 1)
    down = (place.view(1, -1) - span(x, 0.45, 1.0).view(n, 1)) / span(x, 0.25, 0.65).view(n, 1)
    round_ = torch.hypot(down[:, :, None], across[:, None, :])
    square = torch.maximum(down.abs()[:, :, None], across.abs()[:, None, :])
    shape = torch.where(torch.rand(n, 1, 1, device=x.device) < 0.5, round_, square).unsqueeze(1)
    patch = ((1 - shape) / 0.12).clamp(0, 1)
    relief = F.interpolate(torch.randn(n, 1, 6, 6, device=x.device) * 0.06, size=(size, size), mode="bilinear")
    return x.lerp((column(x, 0.1, 0.9) + relief).clamp(0, 1), patch)


def erased(x: Tensor) -> Tensor:
    """Random erasing (arXiv:1708.04896), for hair, fingers and other occlusions."""
    size = x.shape[-1]
    place = torch.arange(size, device=x.device).view(1, -1)
    high, wide = span(x, 0.12, 0.4) * size, span(x, 0.12, 0.4) * size
    top, left = span(x, 0, 0.85) * size, span(x, 0, 0.85) * size
    rows = (place >= top[:, None]) & (place < (top + high)[:, None])
    columns = (place >= left[:, None]) & (place < (left + wide)[:, None])
    return torch.where(rows[:, None, :, None] & columns[:, None, None, :], column(x, 0, 1), x)


# Each change with its probability at full strength.
CHANGES = {infrared: 0.15, dark: 0.15, far: 0.3, blurred: 0.1, noisy: 0.3, covered: 0.12, erased: 0.2}
