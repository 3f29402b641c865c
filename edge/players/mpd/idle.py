"""`IdleListener`: a thread that waits on a connection of its own for MPD to report a change."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from typing import Any

import mpd

from edge.players.mpd.client import BoundedClient
from edge.players.mpd.protocol import connect, disconnect, reason

# Detects a dead connection after a minute; the system's default is two hours.
KEEPALIVE_OPTIONS = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
SUBSYSTEMS = ("player", "mixer", "playlist", "options", "output")
JOIN_TIMEOUT_S = 1.0
log = logging.getLogger(__name__)


class IdleListener:
    """Sets `changed` after each change; `listening` is True while it would notice one.

    It needs its own connection and thread because MPD answers `idle` only once something has changed.
    """

    def __init__(self, host: str, port: int, *, password: str | None, timeout: float) -> None:
        """timeout: seconds for each response while connecting."""
        self.changed = threading.Event()
        self.listening = False
        self._address = (host, port, password, timeout)
        self._lock = threading.Lock()
        self._client: Any = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen on a new connection; the previous one may have died unnoticed, and its thread ends."""
        client = BoundedClient()
        self._replace_client(client)
        self._thread = threading.Thread(target=self._run, args=(client,), name="mpd-idle", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, whatever it is waiting for."""
        self._replace_client(None)
        if self._thread is not None:
            self._thread.join(JOIN_TIMEOUT_S)

    def _replace_client(self, client: Any) -> None:
        with self._lock:
            self._client, self.listening = client, False
            if self._socket is not None:
                # Closing alone doesn't wake a thread that reads.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
                self._socket = None

    def _run(self, client: Any) -> None:
        duplicate: socket.socket | None = None
        try:
            connect(client, *self._address)
            duplicate = _with_keepalive(client)
            with self._lock:
                if self._client is client:
                    self._socket, self.listening = duplicate, True
            # Something may have changed before it listened.
            self.changed.set()
            while self._client is client:
                if client.idle(*SUBSYSTEMS):
                    self.changed.set()
        except (mpd.MPDError, OSError, ValueError) as error:
            log.debug("mpd: listening for changes ended: %s", reason(error))
        finally:
            with self._lock:
                if self._client is client:
                    self._socket, self.listening = None, False
                if duplicate is not None:
                    duplicate.close()
            # Makes the player look at MPD, which may be gone.
            self.changed.set()
            disconnect(client)


def _with_keepalive(client: Any) -> socket.socket:
    """Turn on TCP keepalive, since nothing is sent that could fail. Returns a duplicate of the client's socket."""
    duplicate = socket.socket(fileno=os.dup(client.fileno()))
    # A Unix socket has none of these options, and needs none.
    with contextlib.suppress(OSError):
        duplicate.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE_OPTIONS.items():
            if (option := getattr(socket, name, None)) is not None:
                duplicate.setsockopt(socket.IPPROTO_TCP, option, value)
    return duplicate
