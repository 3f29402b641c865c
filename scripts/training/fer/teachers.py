"""Teachers: the answers of trained networks as targets for another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from fer.augment import augment
from fer.checkpoint import Checkpoint, CheckpointError, network, read
from fer.data import Faces
from fer.lite_teacher import LiteTeacher
from fer.precision import half

Answers = tuple[Tensor, Tensor]


@torch.no_grad()
def ask(faces: Faces, images: Tensor, teachers: list[Checkpoint], views: int) -> Answers | None:
    """Return the teachers' mean probabilities for each picture and both heads, (n, 7) each; None without teachers.

    images: (n, 1, 48, 48) uint8, those of `faces`, on the compute device. A teacher that left out a part of the
    pictures answers for these only. Raises CheckpointError if a picture has no teacher.
    """
    if not teachers:
        return None
    sums = [torch.zeros(len(images), 7, device=images.device) for _ in range(2)]
    asked = torch.zeros(len(images), 1, device=images.device)
    for teacher in teachers:
        net = network(teacher.state).to(images.device)
        part, parts = teacher.fold or (0, 1)
        rows = torch.from_numpy(np.flatnonzero(faces.folds(parts) == part)).to(images.device)
        asked[rows] += views
        for some in tqdm(rows.split(512), desc="teacher", disable=None, leave=False):
            for view in range(views):
                x = augment(images[some].float() / 255, 0.4 if view else 0.0)
                x = ((255 * x - teacher.mean) / teacher.std).to(memory_format=torch.channels_last)
                with half(images.device):
                    answers = net(x)
                for total, answer in zip(sums, answers, strict=True):
                    total[some] += answer.float().softmax(1)
    if not asked.all():
        raise CheckpointError(f"{int((asked == 0).sum())} pictures have no teacher; name one for each part")
    return sums[0] / asked, sums[1] / asked


class Beside:
    """Teachers that answer for the network's own views, one randomly chosen teacher at a time."""

    def __init__(self, paths: Sequence[Path], mean: float, std: float, device: torch.device) -> None:
        """paths: checkpoints, or .tflite files with their sidecars. mean, std: of the learner's grey levels 0..1.

        Raises CheckpointError for a teacher with another input normalisation.
        """
        self._nets: list[Callable[[Tensor], Answers]] = []
        for path in paths:
            teacher = LiteTeacher(path) if path.suffix == ".tflite" else read(path)
            apart = abs(teacher.mean / 255 - mean) + abs(teacher.std / 255 - std) > 1e-3
            if apart or (isinstance(teacher, Checkpoint) and teacher.fold is not None):
                raise CheckpointError(f"{path}: learned from other pictures than this network; leave it out")
            if isinstance(teacher, Checkpoint):
                self._nets.append(network(teacher.state).to(device, memory_format=torch.channels_last))
            else:
                self._nets.append(teacher)

    @torch.no_grad()
    def answers(self, x: Tensor) -> Answers:
        """Return a random teacher's answers for (n, 1, 48, 48) normalised grey or its mirror image: (n, 7) a head."""
        net = self._nets[int(torch.randint(len(self._nets), (1,)))]
        with half(x.device):
            expression, original = net(x.flip(3) if torch.rand(()) < 0.5 else x)
        return expression.float().softmax(1), original.float().softmax(1)
