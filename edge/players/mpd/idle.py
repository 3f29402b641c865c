"""The connection that waits for MPD's word that something changed."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from typing import Any

import mpd

from edge.players.mpd.protocol import connect, disconnect, reason

# Dead after a minute of silence; the system's own figure is two hours.
KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}
SUBSYSTEMS = ("player", "mixer", "playlist", "options", "output")
log = logging.getLogger(__name__)


class IdleListener:
    """A thread of its own, since MPD's `idle` answers only once something has happened."""

    def __init__(self, host: str, port: int, *, password: str | None, timeout: float) -> None:
        self.changed = threading.Event()
        self.listening = False
        self._where = (host, port, password, timeout)
        self._lock = threading.Lock()
        self._client: Any = None
        self._line: socket.socket | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen anew: the line from before may have died without a word."""
        client = mpd.MPDClient()
        self._change(client)
        self._thread = threading.Thread(target=self._run, args=(client,), name="mpd-idle", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End the thread, whatever it waits for."""
        self._change(None)
        if self._thread is not None:
            self._thread.join(1.0)

    def _change(self, client: Any) -> None:
        """The one to listen with from now on; the thread of the one before ends."""
        with self._lock:
            self._client, self.listening = client, False
            if self._line is not None:
                # Closing alone wouldn't wake a thread that reads.
                with contextlib.suppress(OSError):
                    self._line.shutdown(socket.SHUT_RDWR)
                self._line = None

    def _run(self, client: Any) -> None:
        line: socket.socket | None = None
        try:
            connect(client, *self._where)
            line = _kept_alive(client)
            with self._lock:
                if self._client is client:
                    self._line, self.listening = line, True
            # What happened before this moment would go unnoticed.
            self.changed.set()
            while self._client is client:
                if client.idle(*SUBSYSTEMS):
                    self.changed.set()
        except (mpd.MPDError, OSError, ValueError) as error:
            log.debug("mpd: listening ended: %s", reason(error))
        finally:
            with self._lock:
                if self._client is client:
                    self._line, self.listening = None, False
                if line is not None:
                    line.close()
            # If MPD is gone, a look tells.
            self.changed.set()
            disconnect(client)


def _kept_alive(client: Any) -> socket.socket:
    """The client's line, once more: nobody writes on it, so that only the system can tell when it has died."""
    line = socket.socket(fileno=os.dup(client.fileno()))
    # A Unix socket knows none of it, and needs none.
    with contextlib.suppress(OSError):
        line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in KEEPALIVE.items():
            if (option := getattr(socket, name, None)) is not None:
                line.setsockopt(socket.IPPROTO_TCP, option, value)
    return line
