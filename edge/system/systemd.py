"""Notifications to systemd (sd_notify(3))."""

from __future__ import annotations

import contextlib
import os
import socket


class SystemdNotifier:
    """Sends a service's state to systemd; does nothing where systemd didn't start this process."""

    def __init__(self, address: str | None = None) -> None:
        self._address = address if address is not None else os.environ.get("NOTIFY_SOCKET")

    @property
    def enabled(self) -> bool:
        """Whether systemd expects notifications, so this runs as a service, without a terminal."""
        return bool(self._address)

    def notify(self, state: str) -> None:
        """Send a state, such as READY=1, WATCHDOG=1 or STOPPING=1. It is lost if systemd is too busy to take it."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            # The socket's queue is short; without a timeout this would block while it is full.
            out.settimeout(0.5)
            out.sendto(state.encode(), address)
