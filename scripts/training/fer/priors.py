"""Class shares of a training set, and heads that do not learn them.

A head trained with `softmax(logits + log(prior))` against targets that carry the prior learns the evidence for
each label without its frequency: balanced softmax, or logit adjustment (Menon et al. 2021,
arXiv:2007.07314).
"""

from __future__ import annotations

import torch
from torch import Tensor


def draw_of(votes: Tensor, power: float) -> Tensor:
    """Return the sampling weight of each picture, (n,), from (n, 7) votes: power 0 is uniform, 1 balances the labels.

    A picture without votes has the weight of the most common label.
    """
    chance = (votes.sum(0).max() / votes.sum(0)) ** power
    told = votes.sum(1)
    return torch.where(told > 0, votes @ chance / told.clamp(min=1e-6), 1.0)


def prior_of(targets: Tensor, draw: Tensor | None = None) -> Tensor:
    """Return the share of each label, (7,), among (n, 7) targets, weighted by how often each is sampled."""
    total = targets.sum(0) if draw is None else (targets * draw[:, None]).sum(0)
    return total / total.sum()


def moved_to(logits: Tensor, own: Tensor, wanted: Tensor) -> Tensor:
    """Convert the probabilities of a network trained with the shares `own` to those for the shares `wanted`."""
    return (logits + wanted.log() - own.log()).softmax(-1)
