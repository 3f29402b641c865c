#!/usr/bin/env python3
r"""Train the small expression model from FER2013, the FER+ votes and a teacher's answers.

    python scripts/training/make_views.py --data fer2013.npz --teacher runs/teacher.tflite --out runs/views
    python scripts/training/train_student.py --data fer2013.npz --views runs/views --out runs/student --minutes 95

A stopped run resumes from `--out`. `OUT/config.json` holds all settings, `OUT/history.jsonl` each epoch's figures on
the public test. The private test is never used here.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, fields
from pathlib import Path

import torch

from fer import views
from fer.checkpoint import CheckpointError, logits
from fer.data import PUBLIC, TRAIN, DataError, load
from fer.distil import Distiller, resized
from fer.prior_figures import summary
from fer.student_recipe import StudentRecipe


def main() -> None:
    args = arguments()
    chosen = {field.name: getattr(args, field.name) for field in fields(StudentRecipe)}
    recipe = StudentRecipe(**{name: tuple(v) if isinstance(v, list) else v for name, v in chosen.items()})
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "config.json").write_text(json.dumps(asdict(recipe), indent=1) + "\n")
    torch.manual_seed(recipe.seed)
    public = load(args.data, PUBLIC)
    student = Distiller(recipe, load(args.data, TRAIN), views.read(args.views))
    student.resume(args.out / "last.pt")
    shown = torch.from_numpy(public.images).unsqueeze(1).float() / 255
    while student.progress() < 1:
        started = time.monotonic()
        loss = student.run_epoch()
        student.save(args.out / "last.pt")
        fed = student.normalised(resized(shown, student.size(student.progress())))
        found = logits(student.averaged, fed.permute(0, 2, 3, 1).numpy())
        figures = summary(found["expression"], found["fer2013"], student.shares.numpy(), public)
        at = round(student.progress(), 3)
        spent = round(time.monotonic() - started)
        line = {"epoch": student.epoch, "at": at, "loss": round(loss, 4), "public": figures, "s": spent}
        with (args.out / "history.jsonl").open("a") as history:
            history.write(json.dumps(line) + "\n")
        print(json.dumps(line), flush=True)


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--views", type=Path, required=True, help="folder of make_views.py")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the history")
    for field in fields(StudentRecipe):
        name, default = f"--{field.name.replace('_', '-')}", field.default
        if isinstance(default, tuple):
            parser.add_argument(name, type=type(default[0]) if default else int, nargs="*", default=default)
        else:
            parser.add_argument(name, type=str if default is None else type(default), default=default)
    return parser.parse_args()


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, DataError) as error:
        print(f"train_student.py: {error}", file=sys.stderr)
        sys.exit(2)
