"""Writes a command's output to a file or standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from edge.errors import ConfigError


def write_text(path: str, text: str) -> None:
    """Write to a file, or to stdout for `-`; raises ConfigError."""
    if path == "-":
        sys.stdout.write(text)
        return
    write_bytes(Path(path), text.encode())


def require_folder(path: Path | str | None) -> None:
    """Raise ConfigError if the folder of this file doesn't exist; `-` and None are fine."""
    if path not in (None, "-") and not os.path.isdir(Path(str(path)).absolute().parent):
        raise ConfigError(f"{path}: its folder doesn't exist; name a file in an existing folder")


def write_bytes(path: Path, data: bytes) -> None:
    """Write to a file; raises ConfigError."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise ConfigError(f"{path}: can't be written ({error.strerror}); name a file in an existing folder") from None
