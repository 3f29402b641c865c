#!/usr/bin/env python3
"""Make a network that doesn't tell a picture from its mirror image out of a trained one, for `train_fer.py --mirror`.

    python mirror_checkpoint.py --checkpoint runs/mean.pt --data fer2013.npz --out runs/sym.pt

Each channel gets the partner that answers most like it to mirrored faces, unless the checkpoint has partners already,
and each kernel becomes the mean of itself and its partner's mirrored one. A good part of what was learned is lost by
that, and soon learned again. `--even` then makes the striding kernels 4 wide, which the mirror asks for as well.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from fer.checkpoint import CheckpointError, network, read, write
from fer.data import TRAIN, DataError, load
from fer.grow import measured
from fer.mirror import hold, pair, widened

# How many faces the channels are paired by.
FACES = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--even", action="store_true", help="striding kernels 4 wide, so that left and right are alike")
    args = parser.parse_args()
    begun, images = read(args.checkpoint), load(args.data, TRAIN).images
    faces = torch.from_numpy(begun.normalised(images[:FACES])).permute(0, 3, 1, 2)
    pairs = begun.pairs or pair(network(begun.state), faces)
    net = network(widened(begun.state) if args.even else begun.state)
    hold(net, pairs)
    write(
        args.out,
        measured(replace(begun, state=net.state_dict(), pairs=pairs), images),
        mean=begun.mean,
        std=begun.std,
        trained=begun.epoch,
        pairs=pairs,
        fold=begun.fold,
        mirrored_from=str(args.checkpoint),
    )
    single = sum(int((partners == torch.arange(len(partners))).sum()) for partners in pairs.values())
    print(f"{args.out}: {sum(map(len, pairs.values()))} channels, {single} of them without a partner")


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, DataError) as error:
        print(f"mirror_checkpoint.py: {error}", file=sys.stderr)
        sys.exit(2)
