"""Sixteen bits where the machine is quick at them, thirty-two where it only pretends."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch


def half(device: torch.device) -> AbstractContextManager[object]:
    """bfloat16 for what runs within it on a GPU or a CPU that has instructions for it.

    Elsewhere float32: a Xeon without them took three times as long in bfloat16.
    """
    if device.type == "cpu" and not torch.cpu._is_avx512_bf16_supported():
        return nullcontext()
    return torch.autocast(device.type, torch.bfloat16)
