"""File names for C++ libraries, which abort the process over a name that isn't UTF-8."""

from __future__ import annotations

from pathlib import Path

from edge.errors import MoodroomError
from edge.sentences import Sentence


def is_text(name: str) -> bool:
    """Whether a file's name is valid UTF-8. Python represents other bytes as lone surrogates."""
    return name.encode(errors="ignore").decode() == name


def as_text(path: Path, error: type[MoodroomError]) -> str:
    """The path as text for OpenCV or TFLite; raises `error` where it isn't valid UTF-8."""
    name = str(path)
    if not is_text(name):
        raise error(f"{name!a}: its name isn't UTF-8 text; rename it, or the folder that isn't")
    return name


def expand_home(path: str) -> str:
    """`~/x` or `~user/x` as an absolute path; raises ValueError for an unknown user."""
    try:
        return str(Path(path).expanduser())
    except RuntimeError:
        raise ValueError(
            Sentence("must be the whole path, or begin with ~ or a user that this machine knows")
        ) from None
