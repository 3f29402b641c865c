#!/usr/bin/env python3
r"""Turn a checkpoint of train_fer.py into the int8 TFLite file that the device runs, with its sidecar.

    python scripts/training/export_tflite.py --checkpoint runs/first/last.pt --data ../shared/data/fer2013.npz \
        --out models/tflite/fer_int8.tflite

The float version must agree with PyTorch to 1e-4 before anything is quantised. Activation ranges are measured on
training pictures, temperatures are fitted on the public test. The private test is evaluated with `--final` only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from edge.analysis.metrics import Evaluation
from edge.commands.charts.confusion import confusion_png
from fer import checkpoint as original
from fer.data import LABELS, PRIVATE, PUBLIC, TRAIN, DataError, load
from fer.figures import evaluations, figures, shares, temperature
from fer.keras_twin import multiply_adds, to_float, to_int8, twin
from fer.prior_figures import by_power, put_back
from fer.sidecar import sidecar
from fer.tflite_run import Heads, HeadsError

AGREEMENT = 1e-4
CHECKED = 256


class ExportError(Exception):
    """The model can't be exported; `str(error)` is one plain sentence."""


@dataclass(frozen=True)
class Converted:
    """The int8 file and its float twin. difference: the largest between float and PyTorch, in logits."""

    int8: bytes
    quantised: Heads
    exact: Heads
    difference: float
    multiply_adds: int

    def run(self, faces: np.ndarray) -> dict[str, dict[str, np.ndarray]]:
        """(n, 48, 48, 1) normalised -> for int8 and float, for each head, (n, 7) logits."""
        return {"int8": self.quantised.run(faces), "float": self.exact.run(faces)}


def main() -> int:
    """Export; returns the exit code."""
    args = arguments()
    try:
        export(args)
    except (ExportError, DataError, original.CheckpointError) as error:
        print(f"export_tflite: {error}", file=sys.stderr)
        return 2
    return 0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--checkpoint", type=Path, required=True, help="last.pt of train_fer.py")
    parser.add_argument("--data", type=Path, required=True, help="fer2013.npz")
    parser.add_argument("--out", type=Path, required=True, help="the .tflite file; the sidecar is written beside it")
    parser.add_argument(
        "--examples", type=int, default=500, help="number of training pictures for the activation ranges"
    )
    parser.add_argument("--seed", type=int, default=1, help="seed that selects these pictures")
    parser.add_argument(
        "--final", action="store_true", help="also evaluate the private test; log the look in docs/model-log.md"
    )
    parser.add_argument(
        "--give-back",
        type=float,
        default=0.0,
        help="share, 0..1, of the oversampling of rare classes that is removed from the head fer2013",
    )
    args = parser.parse_args()
    if not 0 <= args.give_back <= 1:
        parser.error("--give-back must be from 0 to 1")
    if args.examples < 1:
        parser.error("--examples must be 1 or more")
    if args.out.suffix != ".tflite":
        parser.error("--out must end in .tflite")
    return args


def export(args: argparse.Namespace) -> None:
    """Convert, measure, and write the file, its sidecar and the confusion matrices."""
    trained = original.read(args.checkpoint)
    train, public = load(args.data, TRAIN), load(args.data, PUBLIC)
    trained = replace(trained, state=as_often_as_they_come(trained.state, train.labels, args.give_back))
    picked = np.random.default_rng(args.seed).choice(len(train), min(args.examples, len(train)), replace=False)
    converted = convert(trained, trained.normalised(train.images[np.sort(picked)]))
    raw = converted.run(trained.normalised(public.images))
    # A head free of the training set's shares is judged and calibrated with them put back.
    left_out = None if trained.shares is None else np.array(trained.shares)
    found = raw if left_out is None else {kind: put_back(logits, left_out) for kind, logits in raw.items()}
    temperatures = {name: temperature(logits, public, name) for name, logits in found["int8"].items()}
    common = {name: shares(logits, temperatures[name], public, name) for name, logits in found["int8"].items()}
    if left_out is not None:
        # As they multiply what the head says at its temperature.
        scaled = left_out ** (1 / temperatures["expression"])
        common["expression"] = dict(zip(LABELS, (scaled / scaled.sum()).round(5).tolist(), strict=True))
    metrics: dict[str, Any] = {
        "epoch": trained.epoch,
        "epochs": trained.epochs,
        "float_difference": float(f"{converted.difference:.2g}"),
        "multiply_adds": converted.multiply_adds,
        "bytes": len(converted.int8),
        "given_back": args.give_back,
        "shares": common,
        "public": {kind: figures(logits, temperatures, public) for kind, logits in found.items()},
    }
    if left_out is not None:
        metrics["by_power"] = {"public": by_power(raw["int8"]["expression"], left_out, public)}
    judged, test = evaluations(found["int8"], public, temperatures), "public test"
    if args.final:
        private = load(args.data, PRIVATE)
        found = converted.run(trained.normalised(private.images))
        if left_out is not None:
            metrics["by_power"]["private"] = by_power(found["int8"]["expression"], left_out, private)
            found = {kind: put_back(logits, left_out) for kind, logits in found.items()}
        metrics["private"] = {kind: figures(logits, temperatures, private) for kind, logits in found.items()}
        judged, test = evaluations(found["int8"], private, temperatures), "private test"
    facts = sidecar(
        converted.int8,
        converted.quantised,
        mean=trained.mean,
        std=trained.std,
        temperatures=temperatures,
        metrics=metrics,
        prior_free=() if left_out is None else ("expression",),
    )
    try:
        write(args.out, converted.int8, facts, judged, test)
    except OSError as error:
        raise ExportError(f"{args.out.parent}: can't be written to: {error.strerror}") from None
    print(json.dumps({**metrics, "temperature": temperatures}, indent=1))


def as_often_as_they_come(
    state: Mapping[str, torch.Tensor], labels: np.ndarray, power: float
) -> dict[str, torch.Tensor]:
    """Return the weights with `fer2013` corrected for the oversampling of rare classes.

    labels: (n,) of the training pictures. power: the share of the recipe's `rare_power` to remove. The logits
    lose what the sampling added to the logarithms of the class shares (Menon et al. 2021, arXiv:2007.07314).
    """
    counts = np.bincount(labels, minlength=len(LABELS))
    extra = torch.from_numpy(power * np.log(counts.max() / counts)).float()
    return {**state, "fer2013.bias": state["fer2013.bias"] - extra}


def convert(trained: original.Checkpoint, examples: np.ndarray) -> Converted:
    """Convert to float, which must agree with PyTorch, then to int8. examples: (n, 48, 48, 1), normalised."""
    check = examples[:CHECKED]
    wanted = original.logits(original.network(trained.state), check)
    model = twin(trained.state)
    try:
        exact = Heads(to_float(model), wanted, check)
        found = exact.run(check)
        difference = max(float(np.abs(found[name] - wanted[name]).max()) for name in wanted)
        # Written so that NaN fails as well.
        if not difference <= AGREEMENT:
            raise ExportError(f"the float file differs from PyTorch by {difference:.1e}, more than {AGREEMENT:.0e}")
        int8 = to_int8(model, examples)
        return Converted(int8, Heads(int8, wanted, check), exact, difference, multiply_adds(model))
    except HeadsError as error:
        raise ExportError(str(error)) from None


def write(out: Path, int8: bytes, facts: dict[str, Any], judged: dict[str, Evaluation], test: str) -> None:
    """Write the four files beside each other; `test` names the split that `judged` was computed on."""
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(int8)
    out.with_suffix(".json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    for name, file in (("expression_majority", "confusion.png"), ("fer2013", "confusion_fer2013.png")):
        title = f"{name.replace('_', ', ')}: {test}"
        (out.parent / file).write_bytes(confusion_png(judged[name].matrix, LABELS, title))


if __name__ == "__main__":
    sys.exit(main())
