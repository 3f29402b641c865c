"""Augmented views of each training picture with a teacher's answers, computed once and stored on disk.

A teacher's answer costs as much as several steps of a small student. A student that trains for many epochs therefore
sees the same few views again, each time with new light, noise and occlusion (`fer/rooms.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from fer.data import Faces

Teacher = Callable[[Tensor], tuple[Tensor, Tensor]]
# Faces in a batch of the teacher.
BATCH = 128


@dataclass(frozen=True)
class Views:
    """Augmented pictures and a teacher's answers.

    images: (views, n, 48, 48) uint8. expression, fer2013: (views, n, 7) float32, the teacher's logits.
    """

    images: Tensor
    expression: Tensor
    fer2013: Tensor

    def __len__(self) -> int:
        return len(self.images)


def make(faces: Faces, teacher: Teacher, folder: Path, count: int, *, mean: float, std: float) -> None:
    """Write `count` views, one file each; existing ones are kept.

    mean, std: of the teacher's input, grey levels 0..255. The first view is the picture itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pixels = torch.from_numpy(faces.images).unsqueeze(1)
    for view in range(count):
        path = folder / f"view{view}.npz"
        if path.exists():
            continue
        torch.manual_seed(1000 + view)
        images, told, seen = [], [], []
        for some in tqdm(pixels.split(BATCH), desc=f"view {view}", disable=None, leave=False):
            grey = some.float() / 255
            changed = (255 * (moved(grey) if view else grey)).round()
            expression, original = teacher((changed - mean) / std)
            images.append(changed.to(torch.uint8).squeeze(1).numpy())
            told.append(expression.numpy())
            seen.append(original.numpy())
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            np.savez(file, images=np.concatenate(images), expression=np.concatenate(told), fer2013=np.concatenate(seen))
        part.replace(path)


def read(folder: Path) -> Views:
    """Read all views in `folder`."""
    tables = [np.load(path) for path in sorted(folder.glob("view*.npz"))]
    images, told, seen = (
        torch.from_numpy(np.stack([table[name] for table in tables])) for name in ("images", "expression", "fer2013")
    )
    return Views(images, told, seen)


def moved(x: Tensor, strength: float = 1.0) -> Tensor:
    """Mirror, tilt, turn, scale and shift (n, 1, h, w) grey in 0..1 at random."""
    n = len(x)
    size = x.shape[-1]

    def span(limit: float) -> Tensor:
        return (torch.rand(n, device=x.device) * 2 - 1) * limit * strength

    angle = span(math.radians(20))
    scale, aspect = torch.exp(span(0.17)), torch.exp(span(0.08))
    mirror = torch.where(torch.rand(n, device=x.device) < 0.5, -1.0, 1.0)
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    rows = torch.stack(
        [
            torch.stack([cos * mirror * aspect, -sin * aspect, span(0.16)], 1),
            torch.stack([sin * mirror, cos, span(0.16)], 1),
        ],
        1,
    )
    grid = F.affine_grid(rows, [n, 1, size, size], align_corners=False)
    # Turning or nodding makes one half of the face narrower than the other.
    turn = torch.stack([span(0.22), span(0.14)], 1).view(n, 1, 1, 2)
    grid = grid + turn * (1 - grid.clamp(-1, 1) ** 2)
    return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False).clamp(0, 1)
