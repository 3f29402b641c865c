"""All settings of a student's training."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from fer.network import FerNet


@dataclass(frozen=True)
class StudentRecipe:
    """The settings of a student's training.

    minutes: of training, over which the rate falls as a cosine; `epochs` ends it if it comes first.
    rate, batch, weight_decay: of SGD with Nesterov momentum; the rate rises during the first `warm` epochs.
    average: decay of the running average of the weights.
    room, moved: strength of `fer/rooms.py` and of the geometric augmentation on top of the views.
    sizes, until: sides of the training pictures, and the part of the schedule, 0..1, at which each size but the last
    ends.
    calm: the last part of the schedule, 0..1, in which `room` is half as strong.
    teach: the teacher's share of each target. original: share of the head `fer2013` in the loss.
    rare_power: oversampling of rare expressions, 0..1.
    blocks, widths, inner, stem, stem_stride: the network's shape.
    start: a checkpoint of that shape whose averaged weights the training starts from.
    """

    minutes: float = 95
    epochs: int = 300
    rate: float = 0.1
    warm: float = 1.0
    batch: int = 128
    weight_decay: float = 5e-4
    average: float = 0.998
    room: float = 0.5
    moved: float = 0.5
    elsewhere: float = 0.1
    sizes: tuple[int, ...] = (32, 40, 48)
    until: tuple[float, ...] = (0.45, 0.65)
    calm: float = 0.2
    teach: float = 0.5
    original: float = 0.4
    smoothing: float = 0.05
    rare_power: float = 0.3
    dropout: float = 0.1
    widths: tuple[int, ...] = (32, 64, 128)
    blocks: tuple[int, ...] = (1, 2, 1)
    inner: tuple[int, ...] = ()
    stem: int = 16
    stem_stride: int = 2
    start: str | None = None
    seed: int = 1

    def fresh(self) -> FerNet:
        """Return an untrained network of this shape."""
        widths = tuple(zip(self.widths, self.blocks, strict=True))
        net = FerNet(widths, stem=self.stem, dropout=self.dropout, inner=self.inner, stem_stride=self.stem_stride)
        return net.to(memory_format=torch.channels_last)
