"""What the C library's allocator keeps: less of it, and given back after much was thrown away at once."""

from __future__ import annotations

import contextlib
import ctypes
import gc

# glibc's mallopt(3).
M_ARENA_MAX = -8


def share_arena() -> None:
    """Let all threads share one arena of glibc's allocator; call it before there are threads.

    By itself each thread gets one of its own, and what its predecessors in a reload have left there isn't used again.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)


def release_memory() -> None:
    """Free what only refers to itself, and return the space to the system, which the C library would keep."""
    gc.collect()
    # Not every C library has it.
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
