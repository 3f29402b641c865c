"""Replaces the process of the command line with one for the device, which needs neither Typer nor pydantic: 20 MB less.

The process keeps its number, so that systemd and shells notice nothing. As a script, this is the new program.
"""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edge.cli.run import Start

# How the command line is started. Other programs may have changed what would be lost.
_PROGRAMS = ("moodroom", "__main__.py")


def is_possible() -> bool:
    """Whether this is the process of the command line, in which nothing of the device has been loaded yet."""
    return (
        Path(sys.argv[0]).name in _PROGRAMS
        and "edge.config" not in sys.modules
        and hasattr(os, "memfd_create")
        and bool(sys.executable)
    )


def replace(start: Start) -> None:
    """Go on as the device's process; returns only if there can't be one."""
    try:
        file = os.memfd_create("moodroom", 0)
        with os.fdopen(file, "wb", closefd=False) as out:
            pickle.dump((sys.path, sys.argv, pickle.dumps(start)), out)
        os.lseek(file, 0, os.SEEK_SET)
        sys.stdout.flush()
        sys.stderr.flush()
        options = [f"-W{one}" for one in sys.warnoptions] + ["-B"] * sys.dont_write_bytecode
        # The arguments are for `ps`.
        os.execv(sys.executable, [sys.executable, *options, __file__, str(file), *sys.argv[1:]])  # noqa: S606
    except OSError:
        return


def _main() -> None:
    with os.fdopen(int(sys.argv[1]), "rb") as given:
        sys.path[:], sys.argv[:], pickled = pickle.load(given)  # noqa: S301  written by `replace`
    from edge import validation

    validation.leave_to_other_processes()
    from edge.cli.ending import exit_with
    from edge.cli.run import run
    from edge.config import elsewhere

    start: Start = pickle.loads(pickled)  # noqa: S301
    if start.text is not None and start.config is not None:
        elsewhere.remember(start.text, start.config)
    exit_with(lambda: run(start))


if __name__ == "__main__":
    _main()
