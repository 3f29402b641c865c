#!/usr/bin/env python3
"""Average the weights of networks that were trained from the same start (Wortsman et al. 2022, arXiv:2203.05482).

    python scripts/training/average_checkpoints.py runs/one/last.pt runs/other/last.pt --out runs/mean.pt \
        [--data fer2013.npz]

The result is one network, as fast as each of them. With `--data` its batch statistics are measured again, since those
of the originals do not fit the average (Izmailov et al. 2018, arXiv:1803.05407).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from fer.checkpoint import CheckpointError, read, write
from fer.data import TRAIN, DataError, load
from fer.grow import measured


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, help="fer2013.npz, to measure the batch statistics again")
    args = parser.parse_args()
    held = [read(path) for path in args.checkpoints]
    first = held[0]
    for path, other in zip(args.checkpoints, held, strict=True):
        shapes = [{name: value.shape for name, value in one.state.items()} for one in (first, other)]
        if shapes[0] != shapes[1] or (first.mean, first.std) != (other.mean, other.std):
            raise CheckpointError(f"{path}: isn't a network of the same shape and input as {args.checkpoints[0]}")
    mean = {
        name: torch.stack([one.state[name] for one in held]).mean(0) if value.dtype.is_floating_point else value
        for name, value in first.state.items()
    }
    if args.data is not None:
        mean = measured(replace(first, state=mean), load(args.data, TRAIN).images)
    write(
        args.out,
        mean,
        mean=first.mean,
        std=first.std,
        trained=first.epoch,
        # A picture that one of them trained on counts as seen by the average.
        fold=first.fold if all(one.fold == first.fold for one in held) else None,
        mean_of=[str(p) for p in args.checkpoints],
    )


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, DataError) as error:
        print(f"average_checkpoints.py: {error}", file=sys.stderr)
        sys.exit(2)
