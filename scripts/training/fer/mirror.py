"""A network whose weights don't tell a picture from its mirror image (after Cohen and Welling 2016, arXiv:1602.07576).

Each channel has a partner that sees in the mirrored picture what the channel itself sees in the picture; an upright
feature is its own partner. A kernel is then the mirrored kernel of its partner, and both heads read partners alike.
"""

from __future__ import annotations

from collections.abc import Mapping

import networkx
import torch
from torch import Tensor
from torch.nn import functional as F

from fer.network import FerNet

# How many of the likeliest partners of a channel are thought of.
NEAREST = 12
Pairs = Mapping[str, Tensor]


@torch.no_grad()
def pair(net: FerNet, faces: Tensor) -> dict[str, Tensor]:
    """For each group of channels, named as in `groups`, the index of each one's partner, (channels,).

    faces: (n, 1, 48, 48) normalised grey. Partners are those whose answers to the faces and to the mirrored faces
    correlate best over all pairs; that is a matching of greatest weight in a graph.
    """
    net.eval()
    sums: dict[str, list[Tensor]] = {}
    for part in faces.split(128):
        for (name, seen), (_, other) in zip(answers(net, part), answers(net, part.flip(3)), strict=True):
            a, b = (side.transpose(0, 1).flatten(1).double() for side in (seen, other.flip(3)))
            found = [a @ b.T, a.sum(1), b.sum(1), (a * a).sum(1), (b * b).sum(1), torch.tensor(float(a.shape[1]))]
            before = sums.get(name)
            sums[name] = found if before is None else [x + y for x, y in zip(before, found, strict=True)]
    return {name: matched(correlation(*found)) for name, found in sums.items()}


def answers(net: FerNet, x: Tensor) -> list[tuple[str, Tensor]]:
    """What each group of channels carries, (n, channels, high, wide), with the group's name; a name may come again."""
    x = net.stem(x)
    found = [("stem", x)]
    for block, (inside, _, out) in zip(net.blocks, groups(net.state_dict()), strict=True):
        found.append((inside, F.relu(block.norm1(block.conv1(x)))))
        x = block(x)
        found.append((out, x))
    return found


def groups(state: Mapping[str, Tensor]) -> list[tuple[str, str, str]]:
    """For each block the group of channels inside it, the one that it reads and the one that it gives.

    Blocks without weights in their short cut give what they read, so that a width's blocks share one group.
    """
    found, reads = [], "stem"
    for index in range(sum(name.endswith(".conv2.weight") for name in state)):
        gives = f"from{index}" if f"blocks.{index}.short.0.weight" in state else reads
        found.append((f"inside{index}", reads, gives))
        reads = gives
    return found


def correlation(ab: Tensor, a: Tensor, b: Tensor, aa: Tensor, bb: Tensor, count: Tensor) -> Tensor:
    """(channels, channels) correlation of each with each, from sums of products, of values and of squares."""
    spread = torch.outer(aa / count - (a / count).square(), bb / count - (b / count).square())
    return (ab / count - torch.outer(a, b) / count.square()) / (spread + 1e-8).sqrt()


def matched(alike: Tensor) -> Tensor:
    """Partners, each other's, that are most alike in sum; whoever gains nothing by a partner is its own."""
    alike = (alike + alike.T) / 2
    own = alike.diagonal()
    gain = 2 * alike - own[:, None] - own[None]
    graph = networkx.Graph()
    for index, row in enumerate(alike.argsort(1, descending=True)[:, :NEAREST].tolist()):
        graph.add_weighted_edges_from((index, other, gain[index, other].item()) for other in row if other != index)
    partners = torch.arange(len(alike))
    for one, other in networkx.max_weight_matching(graph):
        partners[one], partners[other] = other, one
    return partners


def mirrored(state: Mapping[str, Tensor], pairs: Pairs) -> dict[str, Tensor]:
    """The weights of the network that does to a mirrored picture what this one does to the picture."""
    found, ends = {}, layers(state)
    for name, value in state.items():
        parts = name.split(".")
        gives, reads = ends[".".join(parts[:3] if parts[0] == "blocks" else parts[:1])]
        if value.ndim == 4:
            value = value.flip(3)
        if gives and value.ndim:
            value = value[pairs[gives]]
        if reads and value.ndim > 1:
            value = value[:, pairs[reads]]
        found[name] = value
    return found


def layers(state: Mapping[str, Tensor]) -> dict[str, tuple[str | None, str | None]]:
    """For each layer the group of channels that it gives and the one that it reads; pixels and answers are none."""
    found: dict[str, tuple[str | None, str | None]] = {"stem": ("stem", None)}
    gives = "stem"
    for index, (inside, reads, gives) in enumerate(groups(state)):
        first, second, whole = (inside, reads), (gives, inside), (gives, reads)
        ends = {"conv1": first, "norm1": first, "conv2": second, "norm2": second, "short": whole}
        found |= {f"blocks.{index}.{layer}": end for layer, end in ends.items()}
    return found | {"expression": (None, gives), "fer2013": (None, gives)}


@torch.no_grad()
def hold(net: FerNet, pairs: Pairs) -> None:
    """Move the weights, and what the normalisations know, to the nearest that are alike to their mirror image."""
    state = net.state_dict()
    for name, other in mirrored(state, pairs).items():
        if state[name].dtype.is_floating_point:
            state[name].lerp_(other, 0.5)


def same(one: Pairs | None, other: Pairs | None) -> bool:
    """Whether both pair the same channels; without pairs nothing is the same."""
    if one is None or other is None:
        return False
    return one.keys() == other.keys() and all(torch.equal(partners, other[name]) for name, partners in one.items())


@torch.no_grad()
def widened(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights with striding kernels 4 wide instead of 3, for a network that is `even`.

    A kernel of 3 that strides over an even number of columns stands differently to the left edge than to the right
    one. Each becomes the mean of itself at both places, which sees the same a little blurred.
    """
    found = dict(state)
    for index, (_, reads, gives) in enumerate(groups(state)):
        name = f"blocks.{index}.conv1.weight"
        if reads != gives and state[name].shape[3] == 3:
            found[name] = (F.pad(state[name], (0, 1)) + F.pad(state[name], (1, 0))) / 2
    return found
