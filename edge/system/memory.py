"""Returns memory to the system after much was thrown away at once."""

from __future__ import annotations

import contextlib
import ctypes
import gc


def release_memory() -> None:
    """Free what only refers to itself, and return the space to the system, which the C library would keep."""
    gc.collect()
    # Not every C library has it.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
