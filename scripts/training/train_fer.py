#!/usr/bin/env python3
"""Train the expression model on FER2013 and FER+ and write a PyTorch checkpoint for `export_tflite.py`.

    python scripts/training/train_fer.py --data ../shared/data/fer2013.npz --out runs/first

A stopped run resumes from `--out`. `OUT/config.json` holds all settings, `OUT/history.jsonl` each epoch's figures on
the public test. The private test is never used here.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict

import torch
from torch import Tensor

from fer.checkpoint import CheckpointError
from fer.data import PUBLIC, TRAIN, DataError, Faces, load
from fer.network import FerNet
from fer.precision import half
from fer.recipe import arguments, recipe_of
from fer.trainer import Trainer


def main() -> None:
    args = arguments(str(__doc__).splitlines()[0])
    recipe = recipe_of(args)
    device = torch.device(args.device)
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "config.json").write_text(json.dumps(asdict(recipe), indent=1) + "\n")
    train, public = load(args.data, TRAIN), load(args.data, PUBLIC)
    if recipe.fold is not None:
        train = train.where(train.folds(recipe.fold[1]) != recipe.fold[0])
    print(f"{len(train)} training pictures, {len(public)} for validation, on {device}")
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


@torch.no_grad()
def accuracy(net: FerNet, faces: Faces, mean: float, std: float, device: torch.device) -> dict[str, float]:
    """Accuracy in per cent: `fer2013` on the original labels, `expression` on the FER+ majority."""
    net.eval()
    images = torch.from_numpy(faces.images).unsqueeze(1)
    heads: list[list[Tensor]] = [[], []]
    for part in images.split(512):
        x = ((part.to(device).float() / 255 - mean) / std).to(memory_format=torch.channels_last)
        with half(device):
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
    except (CheckpointError, DataError) as error:
        print(f"train_fer.py: {error}", file=sys.stderr)
        sys.exit(2)
