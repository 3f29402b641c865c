#!/usr/bin/env python3
r"""Make a small network from a trained one: one block a width, a thinner stem, all fitted by least squares.

    python scripts/training/shrink_checkpoint.py --checkpoint runs/restored.pt --views runs/views \
        --inner 24 32 96 --out runs/shrunk.pt

`train_student.py --start` with the same shape then recovers the lost accuracy.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch

from fer import views
from fer.checkpoint import CheckpointError, network, read, write
from fer.data import DataError
from fer.shrink import shrink


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True, help="as restore_checkpoint.py writes it")
    parser.add_argument("--views", type=Path, required=True, help="folder of make_views.py")
    parser.add_argument("--stem", type=int, default=16, help="channels of the stem")
    parser.add_argument("--inner", type=int, nargs="+", required=True, help="channels inside each block")
    parser.add_argument("--faces", type=int, default=1536, help="number of faces to fit the weights on")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    held = read(args.checkpoint)
    # The last view is augmented, like the student's input.
    images = views.read(args.views).images[-1].numpy()
    picked = np.random.default_rng(3).choice(len(images), min(args.faces, len(images)), replace=False)
    faces = torch.from_numpy(held.normalised(images[picked])).permute(0, 3, 1, 2).contiguous()
    small = shrink(network(held.state), args.stem, tuple(args.inner), faces)
    write(args.out, small.state_dict(), mean=held.mean, std=held.std, shrunk_from=str(args.checkpoint))
    print(f"{args.out}: {sum(p.numel() for p in small.parameters())} parameters")


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, DataError) as error:
        print(f"shrink_checkpoint.py: {error}", file=sys.stderr)
        sys.exit(2)
