"""How a program ends: an error is one sentence on stderr, and what can't be written is told."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path

from edge.errors import ConfigError, ModelError, MoodroomError
from edge.text import printable

# Disk full, quota exceeded, file too large, terminal gone, descriptor not writable.
_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)


def exit_with(call: Callable[[], int]) -> None:
    """Exit with what `call` returns: 2 after an error of the input, 1 after any other that a user may read."""
    if sys.stdout is None:
        # It was closed on purpose, so nothing is printed.
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115  open until the process ends
    if isinstance(sys.stdout, io.TextIOWrapper):
        # File names may hold bytes that aren't valid text.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = _code(call)
        # Flush here, where an error can still be reported, and not at interpreter exit.
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader closed the pipe, as `| head` does.
        _discard_stdout()
        code = 0
    except OSError as error:
        if error.errno not in _UNWRITABLE or error.filename is not None:
            raise
        print(f"moodroom: stdout can't be written: {error.strerror}", file=sys.stderr)
        _discard_stdout()
        code = 1
    sys.exit(code)


def _code(call: Callable[[], int]) -> int:
    try:
        return call()
    except (ConfigError, ModelError) as error:
        complain(str(error))
        return 2
    except MoodroomError as error:
        complain(str(error))
        return 1


def complain(sentence: str) -> None:
    """Print an error on stderr; it may name a file or quote a server."""
    print(printable(f"moodroom: {sentence}"), file=sys.stderr)


def _discard_stdout() -> None:
    """Keep Python from reporting, at exit, what it couldn't write."""
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
