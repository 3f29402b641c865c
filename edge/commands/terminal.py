"""Prints lines that may contain foreign text. Apart from `output`, which loads the library for tables."""

from __future__ import annotations

from typing import TextIO

from edge.text import printable


def say(line: str, out: TextIO | None = None) -> None:
    """Print one line that may contain foreign text. out: None for stdout."""
    print(printable(line), file=out, flush=True)
