#!/usr/bin/env python3
"""Make a checkpoint from a committed model, so that training can continue without the original checkpoint.

    python scripts/training/restore_checkpoint.py --model models/tflite/fer_int8.tflite --data fer2013.npz \
        --out runs/restored/deep.pt

The int8 weights become real numbers; batch statistics are set from training faces so that the network answers as the
file does and trains like a new one. Blocks that the file lacks start almost as identities.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from fer.checkpoint import CheckpointError, write
from fer.data import TRAIN, DataError, load
from fer.grow import grow, settle
from fer.network import BLOCKS, WIDTHS, FerNet
from fer.norms import pass_on, take_over

# Number of faces from which the batch statistics are set.
FACES = 4096


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="the TFLite file, with its sidecar beside it")
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--blocks", type=int, nargs=3, default=BLOCKS, help="residual blocks of each width")
    args = parser.parse_args()
    torch.manual_seed(3)
    try:
        about = json.loads(args.model.with_suffix(".json").read_text(encoding="utf-8"))["input"]
        mean, std = about["mean"], about["std"]
        held = weights(args.model)
    except (OSError, KeyError, TypeError, ValueError):
        raise CheckpointError(f"{args.model}: isn't a model with its sidecar; name a committed .tflite file") from None
    images = load(args.data, TRAIN).images[:FACES]
    faces = (torch.from_numpy(images).unsqueeze(1).float() - mean) / std
    counts = [held_blocks(held, width) for width in WIDTHS]
    inner = tuple(len(held[f"block{index}_a.w"]) for index in range(sum(counts)))
    net = FerNet(tuple(zip(WIDTHS, counts, strict=True)), inner=inner)
    fill(net, held, faces)
    wanted = net
    if tuple(args.blocks) != tuple(counts):
        wanted = FerNet(tuple(zip(WIDTHS, args.blocks, strict=True)))
        settle(wanted, grow(wanted, net.state_dict()), faces)
    write(args.out, wanted.state_dict(), mean=mean, std=std, restored_from=str(args.model))
    print(f"{args.out}: {sum(p.numel() for p in wanted.parameters())} parameters")


def weights(model: Path) -> dict[str, Tensor]:
    """Each layer's kernel (`NAME.w`, outputs first) and bias (`NAME.b`) as real numbers."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(model))
    interpreter.allocate_tensors()
    found: dict[str, Tensor] = {}
    for tensor in interpreter.get_tensor_details():
        name = tensor["name"].split("/")
        scales = tensor["quantization_parameters"]["scales"]
        # Kernels have a scale for each output, activations a single one; biases are int32.
        if len(name) < 2 or not len(scales) or (len(scales) == 1 and tensor["dtype"] is not np.int32):
            continue
        values = interpreter.get_tensor(tensor["index"]).astype(np.float64)
        real = values * scales.reshape((-1,) + (1,) * (values.ndim - 1))
        found[name[1].removesuffix("_1") + (".b" if values.ndim == 1 else ".w")] = torch.from_numpy(real).float()
    return found


def held_blocks(held: dict[str, Tensor], width: int) -> int:
    """Return the number of residual blocks of this width in the file."""
    return sum(name.endswith("_b.w") and len(kernel) == width for name, kernel in held.items())


def layers(net: FerNet) -> Iterator[tuple[nn.Conv2d, nn.BatchNorm2d, str]]:
    """Each convolution with its normalisation and its name in the file."""
    stem: Any = net.stem
    yield stem[0], stem[1], "stem"
    for index, block in enumerate(net.blocks):
        yield block.conv1, block.norm1, f"block{index}_a"
        yield block.conv2, block.norm2, f"block{index}_b"
        if block.short is not None:
            yield block.short[0], block.short[1], f"block{index}_short"


@torch.no_grad()
def fill(net: FerNet, held: dict[str, Tensor], faces: Tensor) -> None:
    """Fill `net` with the file's weights, and with batch statistics as if it had been trained."""
    net.eval()
    for convolution, norm, name in layers(net):
        kernel = held[f"{name}.w"].permute(0, 3, 1, 2).contiguous()
        # Scaled like a freshly initialised kernel, so that learning rate and weight decay act as usual.
        size = kernel.square().mean().sqrt() / (2 / kernel[0].numel()) ** 0.5
        convolution.weight.copy_(kernel / size)
        pass_on(norm, size, held[f"{name}.b"])
    for name in ("expression", "fer2013"):
        getattr(net, name).weight.copy_(held[f"{name}.w"])
        getattr(net, name).bias.copy_(held[f"{name}.b"])
    take_over(net, [(convolution, norm) for convolution, norm, _ in layers(net)], faces)


if __name__ == "__main__":
    try:
        main()
    except (CheckpointError, DataError) as error:
        print(f"restore_checkpoint.py: {error}", file=sys.stderr)
        sys.exit(2)
