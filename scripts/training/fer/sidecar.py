"""The JSON file beside the TFLite file: everything that is needed to run it correctly."""

from __future__ import annotations

import hashlib
from typing import Any

from fer.data import LABELS
from fer.tflite_run import SIZE, Heads, Tensor

# A YuNet box becomes a square of side margin * sqrt(w * h), its centre raised by raise * h: FER2013's own framing.
CROP = {"margin": 1.10, "of": "sqrt(w*h)", "raise": 0.02, "align": False}
TRAINED_ON = "FER2013's training split without any twin of a test picture; the head expression on FER+ votes"


def sidecar(
    model: bytes,
    heads: Heads,
    *,
    mean: float,
    std: float,
    temperatures: dict[str, float],
    metrics: dict[str, Any],
    prior_free: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the sidecar of `model`. mean, std: of the grey levels 0..255. prior_free: heads without a prior."""
    entry = {"height": SIZE, "width": SIZE, "channels": 1, "layout": "NHWC", **_quantisation(heads.input)}
    outputs = {
        name: {
            "name": tensor.name,
            **_quantisation(tensor),
            "kind": "logits",
            "temperature": temperatures[name],
            **({"prior": "none"} if name in prior_free else {}),
        }
        for name, tensor in heads.output.items()
    }
    return {
        "labels": list(LABELS),
        "input": {**entry, "mean": mean, "std": std, "resize": "area"},
        "outputs": outputs,
        "sha256": hashlib.sha256(model).hexdigest(),
        "crop": CROP,
        "trained_on": TRAINED_ON,
        "metrics": metrics,
    }


def _quantisation(tensor: Tensor) -> dict[str, Any]:
    return {"dtype": tensor.dtype, "scale": tensor.scale, "zero_point": tensor.zero_point}
