"""Writes a command's output to a file or standard output."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, ProgressColumn
from rich.text import Text

from edge.errors import ConfigError
from edge.text import printable

PIPE_WIDTH_CHARS = 160


class SafeConsole(Console):
    """A console that prints text as it is, without markup, and passes no control character to the terminal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(markup=False, highlight=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """The text as rich draws it, safe line by line."""
        return super().render_str("\n".join(printable(line) for line in text.split("\n")), **options)


def table_console() -> SafeConsole:
    """A console for tables on stdout: text is printed as it is, and in a pipe lines aren't cut to 80 characters."""
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_WIDTH_CHARS
    return SafeConsole(width=width)


def progress_bar(*columns: ProgressColumn | str) -> Progress:
    """A progress bar on stderr that vanishes at its end; off a terminal it prints nothing, not even a blank line."""
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


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
