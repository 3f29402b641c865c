#!/usr/bin/env python3
"""The mean of the weights of networks that went two ways from one beginning (Wortsman et al. 2022, arXiv:2203.05482).

    python scripts/average_checkpoints.py runs/one/last.pt runs/other/last.pt --out runs/mean.pt

What `export_tflite.py` then makes is one network, as quick as each of them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from fer.checkpoint import CheckpointError, read, write


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("checkpoints", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
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
    write(
        args.out, mean, mean=first.mean, std=first.std, trained=first.epoch, mean_of=[str(p) for p in args.checkpoints]
    )


if __name__ == "__main__":
    try:
        main()
    except CheckpointError as error:
        print(f"average_checkpoints.py: {error}", file=sys.stderr)
        sys.exit(2)
