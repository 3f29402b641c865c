"""Signals as flags that the main loop checks."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass
class SignalFlags:
    """What signals have requested. The main loop resets `reload` when it acts on it."""

    stop: bool = False
    reload: bool = False


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """While the block runs, SIGTERM, and SIGHUP from a terminal that closes, raise KeyboardInterrupt as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def signals() -> Iterator[SignalFlags]:
    """Install handlers while the block runs: SIGTERM and SIGINT request a stop, SIGHUP a reload."""
    flags = SignalFlags()

    def stop(*_: object) -> None:
        flags.stop = True

    def reload(*_: object) -> None:
        flags.reload = True

    handlers = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: reload}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield flags
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
