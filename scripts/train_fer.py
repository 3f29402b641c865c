#!/usr/bin/env python3
"""Train the expression model: FER2013 and FER+ -> a PyTorch checkpoint that `export_tflite.py` takes.

    python scripts/train_fer.py --data ../shared/data/fer2013.npz --out runs/first

Resumes from `--out` when it is stopped. Everything that decides the result stands in `OUT/config.json`; each epoch's
figures on the public test stand in `OUT/history.jsonl`. The private test is never looked at here.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from tqdm import tqdm

from fer.augment import augment
from fer.checkpoint import Checkpoint, CheckpointError, network, read
from fer.data import LABELS, PUBLIC, TRAIN, Faces, load
from fer.grow import grow
from fer.network import BLOCKS, FerNet, fresh


@dataclass(frozen=True)
class Recipe:
    """What decides the result.

    strength: of the augmentation, half of it in its calm end. rare_power: 0 draws pictures as they come, 1
    draws each class alike. wide: factor on the network's widths; blocks: how many of each width. teachers: checkpoints
    whose mean answer over `views` of each picture is `teach` of its target (Hinton et al. 2015, arXiv:1503.02531).
    original: what share of the loss the head `fer2013` has. start: a checkpoint whose averaged weights are gone on
    from, with new blocks where `blocks` asks for more. minutes: end the schedule after so much training, if `epochs`
    isn't reached before. calm: the last part of the schedule, with weaker augmentation and no mixup.
    fold: (which, of how many) parts of the pictures to leave out, so that this network can teach about them what it
    didn't learn from their labels (cross-fitting: Dao et al. 2021, arXiv:2104.09732). renew: how many of the last
    blocks begin afresh, with the heads, although `start` has them.
    """

    epochs: int = 70
    batch: int = 128
    rate: float = 0.1
    weight_decay: float = 5e-4
    smoothing: float = 0.1
    mixup: float = 0.2
    mixup_chance: float = 0.5
    average: float = 0.998
    dropout: float = 0.2
    strength: float = 1.0
    rare_power: float = 0.4
    calm: float = 0.12
    seed: int = 1
    wide: float = 1.0
    blocks: tuple[int, ...] = BLOCKS
    teach: float = 0.4
    original: float = 0.5
    views: int = 6
    teachers: tuple[str, ...] = ()
    start: str | None = None
    minutes: float | None = None
    fold: tuple[int, int] | None = None
    renew: int = 0


def main() -> None:
    args = arguments()
    recipe = Recipe(
        epochs=args.epochs,
        batch=args.batch,
        rate=args.rate,
        seed=args.seed,
        strength=args.strength,
        calm=args.calm,
        wide=args.wide,
        blocks=tuple(args.blocks),
        minutes=args.minutes,
        teach=args.teach,
        original=args.original,
        teachers=tuple(str(path) for path in args.teachers),
        start=None if args.start is None else str(args.start),
        fold=None if args.fold is None else (args.fold[0], args.fold[1]),
        renew=args.renew,
    )
    device = torch.device(args.device)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "config.json").write_text(json.dumps(asdict(recipe), indent=1) + "\n")
    train, public = load(args.data, TRAIN), load(args.data, PUBLIC)
    if recipe.fold is not None:
        train = train.where(train.folds(recipe.fold[1]) != recipe.fold[0])
    print(f"{len(train)} pictures to learn from, {len(public)} to choose by, on {device}")
    torch.manual_seed(recipe.seed)
    trainer = Trainer(recipe, train, device)
    trainer.resume(args.out / "last.pt")
    while trainer.progress(0.0) < 1:
        started = time.monotonic()
        loss = trainer.run_epoch()
        scores = accuracy(trainer.averaged, public, trainer.mean, trainer.std, device)
        trainer.save(args.out / "last.pt")
        if trainer.progress(0.0) < 1 - recipe.calm:
            trainer.save(args.out / "before_calm.pt")
        line = {"epoch": trainer.epoch, "loss": round(loss, 4), **scores, "s": round(time.monotonic() - started)}
        with (args.out / "history.jsonl").open("a") as history:
            history.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and history")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs)
    parser.add_argument("--batch", type=int, default=Recipe.batch)
    parser.add_argument("--rate", type=float, default=Recipe.rate, help="of learning, for a batch of 128")
    parser.add_argument("--wide", type=float, default=Recipe.wide, help="factor on the widths, for a teacher")
    parser.add_argument("--blocks", type=int, nargs="*", default=BLOCKS, help="residual blocks of each width")
    parser.add_argument("--minutes", type=float, help="end the schedule after so many minutes of training")
    parser.add_argument("--teachers", type=Path, nargs="*", default=[], help="checkpoints to learn from as well")
    parser.add_argument("--teach", type=float, default=Recipe.teach, help="the teachers' share of each target, 0..1")
    parser.add_argument("--original", type=float, default=Recipe.original, help="share of the head fer2013 in the loss")
    parser.add_argument("--start", type=Path, help="a checkpoint to go on from, with a new schedule")
    parser.add_argument("--fold", type=int, nargs=2, metavar=("K", "N"), help="leave part K (0..N-1) of N out")
    parser.add_argument("--renew", type=int, default=Recipe.renew, help="last blocks that begin afresh, and the heads")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--strength", type=float, default=Recipe.strength, help="of the augmentation, 0..1")
    parser.add_argument("--calm", type=float, default=Recipe.calm, help="last part of the schedule, 0..1, done gently")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    if args.fold is not None and not 0 <= args.fold[0] < args.fold[1]:
        parser.error("--fold K N: K must be 0 or more, and less than N")
    return args


class Trainer:
    """The network, its running average and the optimiser; one call an epoch."""

    def __init__(self, recipe: Recipe, faces: Faces, device: torch.device) -> None:
        self.recipe, self.device, self.epoch, self.seconds = recipe, device, 0, 0.0
        self.images = torch.from_numpy(faces.images).unsqueeze(1).to(device)
        self.labels = F.one_hot(torch.from_numpy(faces.labels), 7).float().to(device)
        self.votes = torch.from_numpy(faces.votes).to(device)
        self.weight = torch.from_numpy(faces.weight).to(device)
        pixels = self.images.float() / 255
        self.mean, self.std = float(pixels.mean()), float(pixels.std())
        # Rare classes are drawn more often, though not as often as the common ones.
        counts = self.labels.sum(0)
        chance = (counts.max() / counts) ** recipe.rare_power
        self.draw = (self.labels @ chance).cpu()
        self.net = fresh(recipe.dropout, recipe.wide, recipe.blocks).to(device)
        self.averaged = fresh(recipe.dropout, recipe.wide, recipe.blocks).to(device).eval()
        if recipe.start is not None:
            anew = last_layers(self.net, recipe.renew) if recipe.renew else {}
            grow(self.net, read(Path(recipe.start)).state)
            self.net.load_state_dict(anew, strict=False)
        self.taught = self.ask(faces, [read(Path(path)) for path in recipe.teachers])
        self.averaged.load_state_dict(self.net.state_dict())
        decay = [p for p in self.net.parameters() if p.ndim > 1]
        plain = [p for p in self.net.parameters() if p.ndim <= 1]
        self.optimiser = torch.optim.SGD(
            [{"params": decay, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}],
            lr=recipe.rate,
            momentum=0.9,
            nesterov=True,
        )
        self.steps = math.ceil(len(faces) / recipe.batch)

    def run_epoch(self) -> float:
        """One pass; gives the mean loss."""
        self.net.train()
        order = torch.multinomial(self.draw, len(self.draw), replacement=True).to(self.device)
        losses = []
        bar = tqdm(range(self.steps), desc=f"epoch {self.epoch + 1}/{self.recipe.epochs}", disable=None, leave=False)
        for step in bar:
            picked = order[step * self.recipe.batch : (step + 1) * self.recipe.batch]
            if len(picked) < 2:
                continue
            at = self.progress(step / self.steps)
            self.set_rate(self.epoch + step / self.steps, at)
            started = time.monotonic()
            losses.append(self.learn(picked, self.epoch * self.steps + step, calm=at >= 1 - self.recipe.calm))
            self.seconds += time.monotonic() - started
        self.epoch += 1
        return sum(losses) / len(losses)

    def progress(self, part: float) -> float:
        """How far the schedule is, 0..1, `part` of the present epoch being done."""
        by_epochs = (self.epoch + part) / self.recipe.epochs
        by_time = 0.0 if self.recipe.minutes is None else self.seconds / 60 / self.recipe.minutes
        return min(1.0, max(by_epochs, by_time))

    def set_rate(self, epoch: float, at: float) -> None:
        """Two epochs of warm-up, then half a cosine down to nothing."""
        warm = min(1.0, (epoch + 0.02) / 2)
        cosine = 0.5 * (1 + math.cos(math.pi * at))
        for group in self.optimiser.param_groups:
            group["lr"] = self.recipe.rate * self.recipe.batch / 128 * warm * cosine

    def learn(self, picked: Tensor, step: int, *, calm: bool) -> float:
        """One step of gradient descent on the pictures with these indices."""
        recipe = self.recipe
        x = augment(self.images[picked].float() / 255, recipe.strength * (0.5 if calm else 1.0))
        labels, votes = self.labels[picked], self.votes[picked] * self.weight[picked, None]
        labels = labels * (1 - recipe.smoothing) + recipe.smoothing / 7
        if self.taught is not None:
            votes = votes + recipe.teach * (self.taught[0][picked] - votes)
            labels = labels + recipe.teach * (self.taught[1][picked] - labels)
        if not calm and torch.rand(()) < recipe.mixup_chance:  # mixup, arXiv:1710.09412
            share = float(torch.distributions.Beta(recipe.mixup, recipe.mixup).sample())
            other = torch.randperm(len(picked), device=self.device)
            x = share * x + (1 - share) * x[other]
            labels = share * labels + (1 - share) * labels[other]
            votes = share * votes + (1 - share) * votes[other]
        x = ((x - self.mean) / self.std).to(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16):
            expression, original = self.net(x)
        told = -(votes * F.log_softmax(expression.float(), 1)).sum(1)
        seen = -(labels * F.log_softmax(original.float(), 1)).sum(1)
        loss = 2 * ((1 - recipe.original) * told.mean() + recipe.original * seen.mean())
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self.optimiser.step()
        self.follow(step)
        return loss.item()

    @torch.no_grad()
    def ask(self, faces: Faces, teachers: list[Checkpoint]) -> tuple[Tensor, Tensor] | None:
        """The teachers' mean probabilities for each picture and both heads, (n, 7) each; None without teachers.

        A teacher that left a part of the pictures out is asked about these alone.
        """
        if not teachers:
            return None
        sums = [torch.zeros(len(self.images), 7, device=self.device) for _ in range(2)]
        asked = torch.zeros(len(self.images), 1, device=self.device)
        for teacher in teachers:
            net = network(teacher.state).to(self.device)
            part, parts = teacher.fold or (0, 1)
            rows = torch.from_numpy(np.flatnonzero(faces.folds(parts) == part)).to(self.device)
            asked[rows] += self.recipe.views
            for some in tqdm(rows.split(512), desc="asking a teacher", disable=None, leave=False):
                for view in range(self.recipe.views):
                    x = augment(self.images[some].float() / 255, 0.4 if view else 0.0)
                    x = ((255 * x - teacher.mean) / teacher.std).to(memory_format=torch.channels_last)
                    with torch.autocast(self.device.type, torch.bfloat16):
                        answers = net(x)
                    for total, answer in zip(sums, answers, strict=True):
                        total[some] += answer.float().softmax(1)
        if not asked.all():
            raise CheckpointError(f"{int((asked == 0).sum())} pictures have no teacher; name one for each part")
        return sums[0] / asked, sums[1] / asked

    @torch.no_grad()
    def follow(self, step: int) -> None:
        """The running average of the weights, which is what is evaluated and exported."""
        keep = min(self.recipe.average, (1 + step) / (10 + step))
        for kept, now in zip(self.averaged.state_dict().values(), self.net.state_dict().values(), strict=True):
            if kept.dtype.is_floating_point:
                kept.lerp_(now, 1 - keep)
            else:
                kept.copy_(now)

    def save(self, path: Path) -> None:
        """Write the checkpoint in one move, so that a stop in the middle costs an epoch and not the run."""
        state = {
            "recipe": asdict(self.recipe),
            "epoch": self.epoch,
            "seconds": self.seconds,
            "mean": self.mean,
            "std": self.std,
            "labels": LABELS,
            "net": self.net.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "random": torch.get_rng_state(),
        }
        part = path.with_suffix(".part")
        torch.save(state, part)
        part.replace(path)

    def resume(self, path: Path) -> None:
        """Go on where `save` left off, if it did."""
        if not path.exists():
            return
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.epoch, self.seconds = state["epoch"], state["seconds"]
        self.net.load_state_dict(state["net"])
        self.averaged.load_state_dict(state["averaged"])
        self.optimiser.load_state_dict(state["optimiser"])
        torch.set_rng_state(state["random"].cpu())
        print(f"going on after epoch {self.epoch}")


def last_layers(net: FerNet, blocks: int) -> dict[str, Tensor]:
    """A copy of the weights of the last blocks and of both heads, by name."""
    first = len(net.blocks) - blocks
    names = (*(f"blocks.{index}." for index in range(first, len(net.blocks))), "expression.", "fer2013.")
    return {name: value.clone() for name, value in net.state_dict().items() if name.startswith(names)}


@torch.no_grad()
def accuracy(net: FerNet, faces: Faces, mean: float, std: float, device: torch.device) -> dict[str, float]:
    """Per cent right: `fer2013` against the original labels, `expression` against the taggers' first choice."""
    net.eval()
    images = torch.from_numpy(faces.images).unsqueeze(1)
    heads: list[list[Tensor]] = [[], []]
    for part in images.split(512):
        x = ((part.to(device).float() / 255 - mean) / std).to(memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16):
            for head, logits in zip(heads, net(x), strict=True):
                head.append(logits.argmax(1).cpu())
    expression, original = (torch.cat(head).numpy() for head in heads)
    told = faces.top >= 0
    share = {
        "fer2013": (original == faces.labels).mean(),
        "expression": (expression == faces.top)[told].mean(),
        "expression_agreed": (expression == faces.top)[faces.agreed].mean(),
    }
    return {name: round(100 * float(value), 2) for name, value in share.items()}


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, FileNotFoundError) as error:
        print(f"train_fer.py: {error}", file=sys.stderr)
        sys.exit(2)
