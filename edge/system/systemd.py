"""What systemd wants to know of a service."""

from __future__ import annotations

import contextlib
import os
import socket


class SystemdNotifier:
    """Tells systemd what it wants to know (sd_notify(3)); does nothing where systemd didn't start us."""

    def __init__(self, address: str | None = None) -> None:
        self._address = address if address is not None else os.environ.get("NOTIFY_SOCKET")

    @property
    def listened_to(self) -> bool:
        """True where systemd waits for word: this is a service, and nobody sits in front of it."""
        return bool(self._address)

    def tell(self, state: str) -> None:
        """state: such as READY=1, WATCHDOG=1 or STOPPING=1. A reader that is busy holds nothing up, and misses it."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            # Its queue holds a few messages only; without a limit this would wait for ever.
            out.settimeout(0.5)
            out.sendto(state.encode(), address)
