"""File names on their way into C++, which ends the process over one that isn't text."""

from __future__ import annotations

from pathlib import Path

from edge.errors import MoodroomError


def as_text(path: Path, error: type[MoodroomError]) -> str:
    """The path for OpenCV or TFLite; raises `error` in one sentence where its bytes aren't UTF-8."""
    name = str(path)
    try:
        name.encode()
    except UnicodeEncodeError:
        # Python's escapes stand for the bytes, which no terminal shows.
        raise error(f"{name!a}: its name isn't UTF-8 text; rename it, or the folder that isn't") from None
    return name
