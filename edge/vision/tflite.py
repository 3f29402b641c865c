"""Opens a TFLite model with whichever of the two runtime packages is installed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from edge.errors import ModelError
from edge.system.file_names import as_text

PACKAGES = ("ai_edge_litert", "tflite_runtime")


def open_interpreter(model: Path, *, packages: tuple[str, ...] = PACKAGES) -> Any:
    """An interpreter on one thread; raises ModelError if no runtime is installed or the file can't be loaded.

    model: the tflite file; check its sha256 first, because a damaged file can crash the process.
    packages: the runtimes to try, in this order. ai-edge-litert has the fast int8 kernels.
    """
    name = as_text(model, ModelError)
    for package in packages:
        try:
            module = __import__(f"{package}.interpreter", fromlist=["Interpreter"])
        except ImportError:
            continue
        try:
            with _stderr_silenced():
                interpreter = module.Interpreter(model_path=name, num_threads=1)
                interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{model}: isn't a TFLite model that {package} can run: {error}") from None
        return interpreter
    raise ModelError("no TFLite runtime is installed; run: pip install ai-edge-litert")


@contextlib.contextmanager
def _stderr_silenced() -> Iterator[None]:
    """Keep the runtime's greeting, which C++ prints to stderr, out of the log."""
    if os.environ.get("MOODROOM_DEBUG"):
        yield
        return
    saved, null = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
