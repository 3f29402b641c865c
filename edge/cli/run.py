"""Runs the device: in this process or, to save memory, in what replaces it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from edge.config import Config
from edge.daemon.options import Options, last_good, loader
from edge.system.systemd import SystemdNotifier


@dataclass(frozen=True)
class Start:
    """What a device starts with.

    source: in place of camera.source, None for the file's. verbose: log more. text, config: the file's text, and what
    it was validated to; None without a file.
    """

    options: Options
    source: str | None
    verbose: bool
    text: str | None = None
    config: Config | None = None


def run(start: Start) -> int:
    """Run the device; returns the exit code."""
    from edge.daemon.run import run as run_daemon
    from edge.system import logs

    logs.set_up(verbose=start.verbose)
    file, source = start.options.file, start.source
    if file is None or not SystemdNotifier().enabled:
        return run_daemon(loader(file, source), start.options)
    # A service whose file was broken by hand still has its page.
    load = loader(file, source, require_text=True)
    return run_daemon(load, start.options, fall_back=partial(last_good, file, source))
