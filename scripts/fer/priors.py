"""The shares of the labels that a network learns from, and how a head is kept free of them.

A head trained with `softmax(logits + log(prior))` against targets that carry the prior learns what a face says about
each label, and nothing about how common the label is: balanced softmax, or logit adjustment (Menon et al. 2021,
arXiv:2007.07314).
"""

from __future__ import annotations

import torch
from torch import Tensor


def draw_of(votes: Tensor, power: float) -> Tensor:
    """How often each picture is drawn, (n,): 0 as it comes, 1 as if all labels were alike; from (n, 7) votes.

    A picture without votes is drawn as often as the most common kind.
    """
    chance = (votes.sum(0).max() / votes.sum(0)) ** power
    told = votes.sum(1)
    return torch.where(told > 0, votes @ chance / told.clamp(min=1e-6), 1.0)


def prior_of(targets: Tensor, draw: Tensor | None = None) -> Tensor:
    """(7,) the share of each label among (n, 7) targets, each counted as often as it is drawn."""
    total = targets.sum(0) if draw is None else (targets * draw[:, None]).sum(0)
    return total / total.sum()


def moved_to(logits: Tensor, own: Tensor, wanted: Tensor) -> Tensor:
    """Probabilities of a network whose training set had the shares `own`, as one with `wanted` would give them."""
    return (logits + wanted.log() - own.log()).softmax(-1)
