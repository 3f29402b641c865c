"""Where a command's output goes: a file or standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from edge.errors import ConfigError


def write_text(where: str, text: str) -> None:
    """To a file, or to stdout where it is -; raises ConfigError."""
    if where == "-":
        sys.stdout.write(text)
        return
    write_bytes(Path(where), text.encode())


def need_folder(where: Path | str | None) -> None:
    """Raises ConfigError where a file's folder isn't there; `-` and None are fine."""
    if where not in (None, "-") and not os.path.isdir(Path(str(where)).absolute().parent):
        raise ConfigError(f"{where}: its folder isn't there; name a file in a folder that is")


def write_bytes(where: Path, data: bytes) -> None:
    """Raises ConfigError in one sentence that names the file."""
    try:
        where.write_bytes(data)
    except OSError as error:
        raise ConfigError(
            f"{where}: can't be written ({error.strerror}); name a file in a folder that is there"
        ) from None
