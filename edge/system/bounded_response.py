"""`BoundedResponse`: an HTTP answer with a limit on its size and its duration, head included.

By itself http.client's time-out is for the next bytes only, and it reads 100 headers of 64 KiB each.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

BODY_MAX_BYTES = 4 * 2**20
# Status line and headers.
HEAD_MAX_BYTES = 256 * 1024
# How many times the time limit for the next bytes a whole answer may take.
ANSWER_TIMEOUTS = 3
CHUNK_BYTES = 16 * 1024


class _Reader(io.RawIOBase):
    """The bytes of one answer, until a deadline and up to a size."""

    def __init__(self, connection: socket.socket, max_bytes: int) -> None:
        self._socket, self._left = connection, max_bytes
        self._timeout = connection.gettimeout()
        self._deadline = None if self._timeout is None else time.monotonic() + ANSWER_TIMEOUTS * self._timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._deadline is not None and self._timeout is not None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("the answer took too long")
            self._socket.settimeout(min(left, self._timeout))
        count = self._socket.recv_into(buffer)
        self._left -= count
        if self._left < 0:
            raise http.client.HTTPException("the answer is too large")
        return count


class BoundedResponse(http.client.HTTPResponse):
    """An answer that is read through a _Reader."""

    max_bytes = BODY_MAX_BYTES + HEAD_MAX_BYTES

    def __init__(self, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        # The file that the base class made keeps the socket open until the answer is read; it is closed with it.
        self._unbounded = self.fp
        self.fp = io.BufferedReader(_Reader(sock, self.max_bytes), CHUNK_BYTES)

    def _close_conn(self) -> None:
        super()._close_conn()  # type: ignore[misc]
        self._unbounded.close()
