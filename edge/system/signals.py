"""Signals as wishes that the main loop looks at."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass
class SignalFlags:
    """What signals have asked for since it was looked at last."""

    stop: bool = False
    reload: bool = False


@contextlib.contextmanager
def signals() -> Iterator[SignalFlags]:
    """SIGTERM and SIGINT ask to stop, SIGHUP to read the configuration again."""
    asked = SignalFlags()

    def stop(*_: object) -> None:
        asked.stop = True

    def reload(*_: object) -> None:
        asked.reload = True

    wanted = {signal.SIGTERM: stop, signal.SIGINT: stop, signal.SIGHUP: reload}
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
