"""Signals that end a command."""

from __future__ import annotations

import os
import signal

import pytest

from edge.system.signals import interrupted_by_signals


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_is_interrupted_and_the_handlers_are_put_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interrupted_by_signals():
        os.kill(os.getpid(), number)
        signal.pause()
    assert signal.getsignal(number) == before
