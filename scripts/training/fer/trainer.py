"""The training itself: the network, its running average, the optimiser."""

from __future__ import annotations

import math
import time
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from tqdm import tqdm

from fer import run_state
from fer.augment import augment, elsewhere
from fer.begin import begin, optimiser_of, rate_at
from fer.checkpoint import read
from fer.data import Faces
from fer.precision import half
from fer.recipe import Recipe
from fer.teachers import Beside, ask

# The ascent of sharpness-aware minimisation uses 1/ASCENT of the batch.
ASCENT = 3


class Trainer:
    """Trains the network; call `run_epoch` once an epoch."""

    def __init__(self, recipe: Recipe, faces: Faces, device: torch.device) -> None:
        self.recipe, self.device, self.epoch, self.seconds = recipe, device, 0, 0.0
        self.images = torch.from_numpy(faces.images).unsqueeze(1).to(device)
        self.labels = F.one_hot(torch.from_numpy(faces.labels), 7).float().to(device)
        self.votes = torch.from_numpy(faces.votes).to(device)
        self.weight = torch.from_numpy(faces.weight).to(device)
        pixels = self.images.float() / 255
        self.mean, self.std = float(pixels.mean()), float(pixels.std())
        # Rare classes are sampled more often than uniformly, though not as often as common ones.
        counts = self.labels.sum(0)
        chance = (counts.max() / counts) ** recipe.rare_power
        self.draw = (self.labels @ chance).cpu()
        begun = begin(recipe, device)
        self.net, self.averaged, self.still = begun.net, begun.averaged, begun.still
        paths = [Path(path) for path in recipe.teachers]
        self.beside = Beside(paths, self.mean, self.std, device) if recipe.match else None
        self.taught = None if recipe.match else ask(faces, self.images, [read(path) for path in paths], recipe.views)
        self.optimiser = optimiser_of(recipe, self.net)
        self.steps = math.ceil(len(faces) / recipe.batch)

    def run_epoch(self) -> float:
        """Train for one epoch; returns the mean loss."""
        self.net.train()
        self.still.eval()
        order = torch.multinomial(self.draw, len(self.draw), replacement=True).to(self.device)
        losses = []
        bar = tqdm(range(self.steps), desc=f"epoch {self.epoch + 1}/{self.recipe.epochs}", disable=None, leave=False)
        for step in bar:
            picked = order[step * self.recipe.batch : (step + 1) * self.recipe.batch]
            if len(picked) < 2:
                continue
            at = self.progress(step / self.steps)
            for group in self.optimiser.param_groups:
                group["lr"] = rate_at(self.recipe, self.epoch + step / self.steps, at)
            started = time.monotonic()
            losses.append(self.learn(picked, self.epoch * self.steps + step, calm=at >= 1 - self.recipe.calm))
            self.seconds += time.monotonic() - started
        self.epoch += 1
        return sum(losses) / len(losses)

    def progress(self, part: float) -> float:
        """Return the progress of the schedule, 0..1, after `part` of the current epoch."""
        by_epochs = (self.epoch + part) / self.recipe.epochs
        by_time = 0.0 if self.recipe.minutes is None else self.seconds / 60 / self.recipe.minutes
        return min(1.0, max(by_epochs, by_time))

    def learn(self, picked: Tensor, step: int, *, calm: bool) -> float:
        """Train one step on the pictures with these indices; returns the loss."""
        recipe = self.recipe
        x = augment(self.images[picked].float() / 255, recipe.strength * (0.5 if calm else 1.0))
        labels, votes = self.labels[picked], self.votes[picked] * self.weight[picked, None]
        labels = labels * (1 - recipe.smoothing) + recipe.smoothing / 7
        if self.taught is not None:
            votes = votes.lerp(self.taught[0][picked], recipe.teach)
            labels = labels.lerp(self.taught[1][picked], recipe.teach)
        if not calm and torch.rand(()) < recipe.mixup_chance:  # mixup, arXiv:1710.09412
            share = float(torch.distributions.Beta(recipe.mixup, recipe.mixup).sample())
            other = torch.randperm(len(picked), device=self.device)
            x = share * x + (1 - share) * x[other]
            labels = share * labels + (1 - share) * labels[other]
            votes = share * votes + (1 - share) * votes[other]
        if self.beside is not None:
            answers = self.beside.answers(self.normalised(x))
            votes, labels = votes.lerp(answers[0], recipe.teach), labels.lerp(answers[1], recipe.teach)
        x = self.normalised(elsewhere(x, recipe.elsewhere))
        climbed = self.climb(x, votes, labels) if recipe.sharp else []
        loss = self.loss(x, votes, labels)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        with torch.no_grad():
            for weight, up in climbed:
                weight.sub_(up)
        self.optimiser.step()
        run_state.follow(self.averaged, self.net, step=step, decay=self.recipe.average)
        return loss.item()

    def normalised(self, x: Tensor) -> Tensor:
        """Normalise grey in 0..1 to the network's input."""
        return ((x - self.mean) / self.std).to(memory_format=torch.channels_last)

    def loss(self, x: Tensor, votes: Tensor, labels: Tensor) -> Tensor:
        """Return the cross-entropy of both heads, weighted by their shares."""
        with half(self.device):
            expression, original = self.net(x)
        told = -(votes * F.log_softmax(expression.float(), 1)).sum(1)
        seen = -(labels * F.log_softmax(original.float(), 1)).sum(1)
        return 2 * ((1 - self.recipe.original) * told.mean() + self.recipe.original * seen.mean())

    def climb(self, x: Tensor, votes: Tensor, labels: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Move the weights to the worst loss nearby (sharpness-aware minimisation); returns the steps to undo.

        A part of the batch is enough and costs less. Batch statistics are not updated.
        """
        part = max(2, len(x) // ASCENT)
        weights = [weight for weight in self.net.parameters() if weight.requires_grad]
        norms = [m for m in self.net.modules() if isinstance(m, nn.BatchNorm2d) and m.training]
        for norm in norms:
            norm.track_running_stats = False
        slopes = torch.autograd.grad(self.loss(x[:part], votes[:part], labels[:part]), weights)
        for norm in norms:
            norm.track_running_stats = True
        length = torch.stack([slope.norm() for slope in slopes]).norm() + 1e-12
        climbed = [
            (weight, slope * (self.recipe.sharp / length)) for weight, slope in zip(weights, slopes, strict=True)
        ]
        with torch.no_grad():
            for weight, up in climbed:
                weight.add_(up)
        return climbed

    def save(self, path: Path) -> None:
        """Write a checkpoint from which `resume` continues."""
        run_state.save(self, path)

    def resume(self, path: Path) -> None:
        """Resume from a checkpoint of `save`, if there is one."""
        run_state.resume(self, path)
