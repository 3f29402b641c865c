"""File names on their way into C++, which ends the process over one that isn't text."""

from __future__ import annotations

from pathlib import Path

from edge.errors import MoodroomError


def is_text(name: str) -> bool:
    """Whether a file's name can be told as UTF-8; Python's escapes stand for bytes that can't."""
    return name.encode(errors="ignore").decode() == name


def as_text(path: Path, error: type[MoodroomError]) -> str:
    """The path for OpenCV or TFLite; raises `error` in one sentence where its bytes aren't UTF-8."""
    name = str(path)
    if not is_text(name):
        raise error(f"{name!a}: its name isn't UTF-8 text; rename it, or the folder that isn't")
    return name
