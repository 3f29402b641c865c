"""One door to the TFLite runtime, whichever of its two packages is installed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge.errors import ModelError
from edge.system.file_names import as_text

PACKAGES = ("ai_edge_litert", "tflite_runtime")


def interpreter(model: Path, *, packages: tuple[str, ...] = PACKAGES) -> Any:
    """A ready interpreter on one thread; raises ModelError where no runtime is installed or the file is refused.

    model: the tflite file; check its sha256 first, since a damaged one can end the process.
    packages: which runtimes to try, in this order. ai-edge-litert has the fast int8 kernels.
    """
    name = as_text(model, ModelError)
    for package in packages:
        try:
            module = __import__(f"{package}.interpreter", fromlist=["Interpreter"])
        except ImportError:
            continue
        try:
            with _quiet():
                found = module.Interpreter(model_path=name, num_threads=1)
                found.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{model}: isn't a TFLite model that {package} can run: {error}") from None
        return found
    raise ModelError("no TFLite runtime is installed; run: pip install ai-edge-litert")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """The runtime greets on the process's stderr from C++; keep the log clean."""
    if os.environ.get("MOODROOM_DEBUG"):
        yield
        return
    saved, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nothing, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nothing)
