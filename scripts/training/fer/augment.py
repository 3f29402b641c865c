"""Augmentation for living rooms, on batches: tilt, crop jitter, light, blur, low resolution, occlusion."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def augment(grey: Tensor, strength: float = 1.0) -> Tensor:
    """(n, 1, 48, 48) grey in 0..1 -> the same shape, randomly augmented; `strength` 0 changes nothing."""
    if strength <= 0:
        return grey
    x = _move(grey, strength)
    x = _light(x, strength)
    x = _soften(x, 0.25 * strength)
    x = torch.where(_some(x, 0.3 * strength), x + torch.randn_like(x) * 0.04, x)
    return _hide(x.clamp(0, 1), 0.3 * strength)


def _some(x: Tensor, chance: float) -> Tensor:
    return torch.rand(len(x), 1, 1, 1, device=x.device) < chance


def _span(x: Tensor, low: float, high: float) -> Tensor:
    return torch.rand(len(x), device=x.device) * (high - low) + low


def _move(x: Tensor, strength: float) -> Tensor:
    """Mirror, tilt up to 18 degrees, scale 0.85-1.15, shift up to a tenth of the width."""
    angle = _span(x, -1, 1) * math.radians(18) * strength
    scale = torch.exp(_span(x, -0.16, 0.16) * strength)
    aspect = torch.exp(_span(x, -0.06, 0.06) * strength)
    mirror = torch.where(torch.rand(len(x), device=x.device) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    shift = 0.2 * strength
    rows = torch.stack(
        [
            torch.stack([cos * mirror * aspect, -sin * aspect, _span(x, -shift, shift)], 1),
            torch.stack([sin * mirror, cos, _span(x, -shift, shift)], 1),
        ],
        1,
    )
    grid = F.affine_grid(rows, list(x.shape), align_corners=False)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


def _light(x: Tensor, strength: float) -> Tensor:
    """Gamma 0.5-2, contrast, brightness, and a lamp from one side."""
    n = len(x)
    gamma = torch.exp(_span(x, -0.7, 0.7) * strength).view(n, 1, 1, 1)
    gain = torch.exp(_span(x, -0.35, 0.35) * strength).view(n, 1, 1, 1)
    lift = (_span(x, -0.12, 0.12) * strength).view(n, 1, 1, 1)
    side = (_span(x, -0.25, 0.25) * strength).view(n, 1, 1, 1)
    ramp = torch.linspace(-1, 1, x.shape[-1], device=x.device).view(1, 1, 1, -1)
    mean = x.mean((2, 3), keepdim=True)
    lit = (x.clamp(1e-3, 1) ** gamma - mean) * gain + mean + lift + side * ramp
    return torch.where(_some(x, 0.7), lit, x).clamp(0, 1)


def _soften(x: Tensor, chance: float) -> Tensor:
    """Faces far from the camera: 16-32 pixels enlarged to 48."""
    size = int(torch.randint(16, 33, (1,)))
    small = F.interpolate(x, size=(size, size), mode="area")
    back = F.interpolate(small, size=x.shape[-2:], mode="bilinear", align_corners=False)
    return torch.where(_some(x, chance), back, x)


def _hide(x: Tensor, chance: float) -> Tensor:
    """Random erasing (arXiv:1708.04896): a hand, a cup, hair."""
    n, size = len(x), x.shape[-1]
    place = torch.arange(size, device=x.device).view(1, -1)
    high, wide = _span(x, 0.15, 0.4) * size, _span(x, 0.15, 0.4) * size
    top, left = _span(x, 0, 0.85) * size, _span(x, 0, 0.85) * size
    rows = (place >= top[:, None]) & (place < (top + high)[:, None])
    columns = (place >= left[:, None]) & (place < (left + wide)[:, None])
    hole = (rows[:, None, :, None] & columns[:, None, None, :]) & _some(x, chance)
    return torch.where(hole, _span(x, 0, 1).view(n, 1, 1, 1), x)


def elsewhere(x: Tensor, chance: float) -> Tensor:
    """(n, 1, 48, 48) grey in 0..1: some heads get another background, light, hair or hood.

    The backgrounds of FER2013's web pictures differ from those of a room.
    """
    if chance <= 0:
        return x
    n, size = len(x), x.shape[-1]
    place = torch.linspace(-0.5, 0.5, size, device=x.device)
    down = (place.view(1, -1) - _span(x, -0.04, 0.04).view(n, 1)) / _span(x, 0.42, 0.56).view(n, 1)
    across = (place.view(1, -1) - _span(x, -0.04, 0.04).view(n, 1)) / _span(x, 0.38, 0.5).view(n, 1)
    far = torch.hypot(down[:, :, None], across[:, None, :]).unsqueeze(1)
    soft = _span(x, 0.04, 0.2).view(n, 1, 1, 1)
    head = ((1 - far) / soft).clamp(0, 1)
    hair = ((_span(x, 0.95, 1.3).view(n, 1, 1, 1) - far) / 0.05).clamp(0, 1)
    coarse = int(torch.randint(2, 9, (1,)))
    relief = torch.randn(n, 1, coarse, coarse, device=x.device) * _span(x, 0, 0.2).view(n, 1, 1, 1)
    wall = _span(x, 0, 1).view(n, 1, 1, 1) + F.interpolate(relief, size=(size, size), mode="bilinear")
    behind = wall.lerp(_span(x, 0, 0.6).view(n, 1, 1, 1).expand_as(wall), hair).clamp(0, 1)
    return torch.where(_some(x, chance), behind.lerp(x, head), x)
