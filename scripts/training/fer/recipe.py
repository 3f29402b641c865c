"""All settings of a training, and the command line that sets them."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields
from pathlib import Path

import torch

from fer.network import BLOCKS


@dataclass(frozen=True)
class Recipe:
    """The settings of a training.

    epochs, batch, rate, weight_decay: of SGD with Nesterov momentum; the rate is for a batch of 128, and is reached
    within the first `warm` epochs.
    minutes: the schedule ends after this much training time, or after `epochs`.
    calm: the last part of the schedule, 0..1, with weaker augmentation and no mixup.
    strength: of the augmentation; halved in the calm part.
    smoothing: of the original labels. mixup, mixup_chance: its Beta distribution, and the share of batches mixed.
    average: decay of the running average of the weights.
    rare_power: 0 samples pictures uniformly, 1 samples the classes uniformly.
    original: share of the head `fer2013` in the loss.
    wide: factor on the network's widths. blocks: number of blocks of each width. inner: channels inside each block, if
    fewer.
    start: a checkpoint whose averaged weights the training starts from, with new blocks if `blocks` asks for more.
    renew: number of last blocks that are initialised again, with the heads, although `start` has them.
    still: number of first layers that are frozen; 1 is the stem.
    teachers: checkpoints whose mean answer over `views` of each picture is `teach` of its target (Hinton et al. 2015,
    arXiv:1503.02531).
    match: the teachers answer for each view that the network sees, mixed and augmented, instead of once for each
    picture (Beyer et al. 2022, arXiv:2106.05237); they may then be .tflite files as well.
    sharp: radius of sharpness-aware minimisation (Foret et al. 2021, arXiv:2010.01412); 0 switches it off, and takes
    about a sixth less time.
    elsewhere: share of heads that the network, but no teacher, sees on another background.
    fold: (index, count) of the part of the pictures to leave out, so that this network can teach about pictures whose
    labels it has not seen (cross-fitting: Dao et al. 2021, arXiv:2104.09732).
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
    inner: tuple[int, ...] = ()
    teach: float = 0.4
    original: float = 0.5
    views: int = 6
    teachers: tuple[str, ...] = ()
    start: str | None = None
    minutes: float | None = None
    fold: tuple[int, int] | None = None
    renew: int = 0
    match: bool = False
    still: int = 0
    sharp: float = 0.0
    elsewhere: float = 0.0
    warm: float = 2.0


def recipe_of(args: argparse.Namespace) -> Recipe:
    """Return the recipe of the command line."""
    named = {field.name: getattr(args, field.name) for field in fields(Recipe) if hasattr(args, field.name)}
    return Recipe(**{name: tuple(value) if isinstance(value, list) else value for name, value in named.items()})


def arguments(description: str) -> argparse.Namespace:
    """Parse the command line of `train_fer.py`."""
    parser = argparse.ArgumentParser(description=description)
    add, default = parser.add_argument, Recipe()
    add("--data", type=Path, required=True, help="fer2013.npz")
    add("--out", type=Path, required=True, help="folder for checkpoints and history")
    add("--epochs", type=int, default=default.epochs)
    add("--batch", type=int, default=default.batch)
    add("--rate", type=float, default=default.rate, help="learning rate for a batch of 128")
    add("--wide", type=float, default=default.wide, help="factor on the widths, for a teacher")
    add("--blocks", type=int, nargs="*", default=default.blocks, help="residual blocks of each width")
    add("--inner", type=int, nargs="*", default=default.inner, help="channels inside each block, if fewer")
    add("--minutes", type=float, help="end the schedule after this many minutes of training")
    add("--teachers", nargs="*", default=default.teachers, help="checkpoints of teachers")
    add("--match", action="store_true", help="teachers answer for each view that the network sees")
    add("--teach", type=float, default=default.teach, help="the teachers' share of each target, 0..1")
    add("--original", type=float, default=default.original, help="share of the head fer2013 in the loss")
    add("--start", help="a checkpoint to start from, with a new schedule")
    add("--fold", type=int, nargs=2, metavar=("K", "N"), help="leave part K (0..N-1) of N out")
    add("--renew", type=int, default=default.renew, help="number of last blocks to initialise again, with the heads")
    add("--still", type=int, default=default.still, help="number of first layers to freeze; 1 is the stem")
    add("--sharp", type=float, default=default.sharp, help="radius of sharpness-aware minimisation, e.g. 0.1")
    add("--elsewhere", type=float, default=default.elsewhere, help="share of heads on another background, 0..1")
    add("--warm", type=float, default=default.warm, help="warm-up epochs")
    add("--weight-decay", type=float, default=default.weight_decay)
    add("--average", type=float, default=default.average, help="decay of the running average of the weights")
    add("--dropout", type=float, default=default.dropout, help="dropout before the heads, 0..1")
    add(
        "--rare-power",
        type=float,
        default=default.rare_power,
        help="0 samples faces uniformly, 1 samples classes uniformly",
    )
    add("--mixup-chance", type=float, default=default.mixup_chance, help="share of batches with mixup")
    add("--views", type=int, default=default.views, help="views of each picture for the teachers")
    add("--seed", type=int, default=default.seed)
    add("--strength", type=float, default=default.strength, help="strength of the augmentation, 0..1")
    add("--calm", type=float, default=default.calm, help="last part of the schedule, 0..1, with weak augmentation")
    add("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    args = parser.parse_args()
    if args.fold is not None and not 0 <= args.fold[0] < args.fold[1]:
        parser.error("--fold K N: K must be 0 or more, and less than N")
    if args.match and not args.teachers:
        parser.error("--match: needs a teacher; name one with --teachers")
    return args
