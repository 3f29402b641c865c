"""Training of a small student on votes and a teacher's answers; one head carries no class shares."""

from __future__ import annotations

import math
import time
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F

from fer import run_state, views
from fer.augment import elsewhere
from fer.checkpoint import CheckpointError, read
from fer.data import Faces
from fer.priors import draw_of, moved_to, prior_of
from fer.rooms import room
from fer.student_recipe import StudentRecipe

# The teacher's oversampling of rare FER2013 labels (`rare_power` in its recipe), and the share that its export kept.
TEACHER_POWER = 0.4
TEACHER_LEFT = 0.1


class Distiller:
    """Trains the student; call `run_epoch` once an epoch."""

    def __init__(self, recipe: StudentRecipe, faces: Faces, seen: views.Views) -> None:
        self.recipe, self.seen, self.epoch, self.seconds = recipe, seen, 0, 0.0
        pixels = torch.from_numpy(faces.images).float()
        self.mean, self.std = float(pixels.mean()) / 255, float(pixels.std()) / 255
        self.net, self.averaged = recipe.fresh(), recipe.fresh()
        self.averaged.requires_grad_(False).eval()
        decayed = [weight for weight in self.net.parameters() if weight.ndim > 1]
        plain = [weight for weight in self.net.parameters() if weight.ndim <= 1]
        groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimiser = torch.optim.SGD(groups, lr=recipe.rate, momentum=0.9, nesterov=True)
        self.steps = math.ceil(len(faces) / recipe.batch)
        self._targets(faces)
        if recipe.start is not None:
            self._go_on(Path(recipe.start))
        self.averaged.load_state_dict(self.net.state_dict())

    @torch.no_grad()
    def _go_on(self, start: Path) -> None:
        """Start from a checkpoint's weights; raises CheckpointError."""
        held = read(start)
        try:
            self.net.load_state_dict(dict(held.state))
        except RuntimeError:
            raise CheckpointError(f"{start}: has another shape than the student; name the same one") from None
        if held.shares is None:
            self.net.expression.bias.sub_(self.own.log() - self.own.log().mean())

    def _targets(self, faces: Faces) -> None:
        """Return the targets of both heads for each view, and the label shares of these targets."""
        recipe = self.recipe
        votes = torch.from_numpy(faces.votes * faces.weight[:, None])
        labels = F.one_hot(torch.from_numpy(faces.labels), 7).float()
        self.draw = draw_of(votes, recipe.rare_power)
        self.shares, natural = prior_of(votes), prior_of(labels)
        drawn, drawn_labels = prior_of(votes, self.draw), prior_of(labels, self.draw)
        before = draw_of(labels, TEACHER_POWER)
        self.own = own = prior_of(votes, before)
        own_labels = natural ** (1 - TEACHER_LEFT) / (natural ** (1 - TEACHER_LEFT)).sum()
        smooth = labels * (1 - recipe.smoothing) + recipe.smoothing / 7
        self.told = votes.lerp(moved_to(self.seen.expression, own, drawn), recipe.teach)
        self.labelled = smooth.lerp(moved_to(self.seen.fer2013, own_labels, drawn_labels), recipe.teach)
        # Added to the logits in training only, so that `expression` carries no shares and `fer2013` the natural ones.
        self.lift = drawn.log()
        self.lift_labels = drawn_labels.log() - natural.log()

    def progress(self, part: float = 0.0) -> float:
        """Return the progress of the schedule, 0..1, after `part` of the current epoch."""
        return min(1.0, max((self.epoch + part) / self.recipe.epochs, self.seconds / 60 / self.recipe.minutes))

    def size(self, at: float) -> int:
        """Return the side of the training pictures, in pixels, at this progress of the schedule."""
        return self.recipe.sizes[sum(at >= end for end in self.recipe.until)]

    def run_epoch(self) -> float:
        """Train for one epoch; returns the mean loss."""
        self.net.train()
        order = torch.multinomial(self.draw, len(self.draw), replacement=True)
        which = torch.randint(len(self.seen), (len(order),))
        losses = []
        for step in range(self.steps):
            at = self.progress(step / self.steps)
            if at >= 1:
                break
            warm = min(1.0, (self.epoch + (step + 1) / self.steps) / self.recipe.warm)
            for group in self.optimiser.param_groups:
                group["lr"] = self.recipe.rate * warm * 0.5 * (1 + math.cos(math.pi * at))
            part = slice(step * self.recipe.batch, (step + 1) * self.recipe.batch)
            started = time.monotonic()
            losses.append(self.learn(which[part], order[part], at))
            done = self.epoch * self.steps + step
            run_state.follow(self.averaged, self.net, step=done, decay=self.recipe.average)
            self.seconds += time.monotonic() - started
        self.epoch += 1
        return sum(losses) / len(losses)

    def learn(self, view: Tensor, picked: Tensor, at: float) -> float:
        """Train one step on these views of these pictures; returns the loss."""
        recipe = self.recipe
        x = self.seen.images[view, picked].unsqueeze(1).float() / 255
        x = resized(views.moved(x, recipe.moved), self.size(at))
        x = room(x, recipe.room * (0.5 if at >= 1 - recipe.calm else 1.0))
        x = elsewhere(x, recipe.elsewhere)
        expression, original = self.net(self.normalised(x))
        told = -(self.told[view, picked] * F.log_softmax(expression + self.lift, 1)).sum(1).mean()
        labelled = -(self.labelled[view, picked] * F.log_softmax(original + self.lift_labels, 1)).sum(1).mean()
        loss = 2 * ((1 - recipe.original) * told + recipe.original * labelled)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        return loss.item()

    def normalised(self, x: Tensor) -> Tensor:
        """Normalise grey in 0..1 to the network's input."""
        return ((x - self.mean) / self.std).to(memory_format=torch.channels_last)

    def save(self, path: Path) -> None:
        """Write a checkpoint from which `resume` continues."""
        run_state.save(self, path, prior={"expression": "none"}, shares=self.shares.tolist())

    def resume(self, path: Path) -> None:
        """Resume from a checkpoint of `save`, if there is one."""
        run_state.resume(self, path)


def resized(x: Tensor, size: int) -> Tensor:
    """Resize (n, 1, h, w) to (n, 1, size, size) by area."""
    return x if x.shape[-1] == size else F.interpolate(x, size=(size, size), mode="area")
