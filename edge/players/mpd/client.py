"""`BoundedClient`: python-mpd2's client with a limit on the size and the duration of each answer.

By itself it reads a line until it ends, however long that takes, and fails on a file name that isn't UTF-8. Here such a
name keeps its bytes as lone surrogates (PEP 383), with which MPD finds the file again.
"""

from __future__ import annotations

import re
import socket
import time
from typing import Any

import mpd

LINE_MAX_BYTES = 64 * 1024
# MPD itself sends 8 MiB at most. As Python objects an answer takes several times its size.
ANSWER_MAX_BYTES = 4 * 2**20
# How many times the time limit for the next bytes a whole answer may take.
ANSWER_TIMEOUTS = 3
CHUNK_BYTES = 16 * 1024
_REFUSAL = re.compile(r"ACK \[\d+@(\d+)\](.*)")
_UNKNOWN = mpd.FailureResponseCode.UNKNOWN.value


class AnswerReader:
    """Reads lines from a socket. `begin` is called before each command. last: the line that was read last."""

    last: bytes

    def __init__(self, connection: socket.socket, max_bytes: int) -> None:
        self._socket, self._max_bytes = connection, max_bytes
        self._waiting = bytearray()
        self.begin()

    def begin(self) -> None:
        """A new answer begins."""
        self._size = 0
        self.last = b""
        timeout = self._socket.gettimeout()
        self._deadline = None if timeout is None else time.monotonic() + ANSWER_TIMEOUTS * timeout

    def readline(self) -> _Line:
        """The next line with its line break; without one where the connection ended. Raises OSError."""
        searched = 0
        while (end := self._waiting.find(b"\n", searched)) < 0:
            searched = len(self._waiting)
            if searched > LINE_MAX_BYTES:
                raise mpd.ProtocolError(f"a line of its answer is longer than {LINE_MAX_BYTES // 1024} KiB")
            chunk = self._receive()
            if not chunk:
                break
            self._waiting += chunk
        size = len(self._waiting) if end < 0 else end + 1
        line = self.last = _Line(self._waiting[:size])
        del self._waiting[:size]
        self._size += size
        if self._size > self._max_bytes:
            raise mpd.ProtocolError(f"its answer is larger than {self._max_bytes // 2**20} MiB")
        return line

    def read(self, amount: int) -> bytes:
        """So many bytes; fewer where the connection ended. Raises OSError."""
        self._size += amount
        if self._size > self._max_bytes:
            raise mpd.ProtocolError(f"its answer is larger than {self._max_bytes // 2**20} MiB")
        while len(self._waiting) < amount:
            chunk = self._receive()
            if not chunk:
                break
            self._waiting += chunk
        found = bytes(self._waiting[:amount])
        del self._waiting[: len(found)]
        return found

    def close(self) -> None:
        """Nothing to do; the socket has another owner."""

    def _receive(self) -> bytes:
        timeout = self._socket.gettimeout()
        if timeout is None or self._deadline is None:
            return self._socket.recv(CHUNK_BYTES)  # waiting for a change, which may take hours
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("its answer took too long")
        try:
            self._socket.settimeout(min(left, timeout))
            return self._socket.recv(CHUNK_BYTES)
        except TimeoutError:
            if left < timeout:
                raise TimeoutError("its answer took too long") from None
            raise
        finally:
            self._socket.settimeout(timeout)


class _Line(bytes):
    """A line whose invalid bytes survive; python-mpd2 asks for strict UTF-8."""

    def decode(self, encoding: str = "utf-8", errors: str = "surrogateescape") -> str:
        return super().decode(encoding, errors)


class _CommandWriter:
    """Sends commands. Unlike a file it has nothing left to send when it is closed, which fails on a lost connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._waiting = bytearray()

    def write(self, text: str) -> None:
        """Take text that the next `flush` sends."""
        self._waiting += text.encode("utf-8", "surrogateescape")

    def flush(self) -> None:
        """Send what was written. Raises OSError."""
        waiting, self._waiting = self._waiting, bytearray()
        self._socket.sendall(waiting)

    def close(self) -> None:
        """Nothing to do; the socket has another owner."""


class _AnswerSocket(socket.socket):
    """A socket whose files keep invalid bytes, and read within limits."""

    answer_max_bytes = ANSWER_MAX_BYTES

    def makefile(self, mode: Any = "r", *_: Any, **__: Any) -> Any:
        return AnswerReader(self, self.answer_max_bytes) if mode == "rb" else _CommandWriter(self)


class BoundedClient(mpd.MPDClient):  # type: ignore[misc]
    """A client for one thread. `timeout` is for the next bytes; a whole answer may take ANSWER_TIMEOUTS times as long.

    What breaks a limit raises mpd.ProtocolError or TimeoutError, after which the connection can't be used further.
    """

    def __init__(self, *, answer_max_bytes: int = ANSWER_MAX_BYTES) -> None:
        """answer_max_bytes: the size of the largest answer that is read."""
        super().__init__()
        self._answer_max_bytes = answer_max_bytes

    def binary_part(self, command: str, song: str, offset: int) -> tuple[int, bytes]:
        """The size of a song's picture, and a piece of it from this byte on; (0, b"") where there is none.

        command: `albumart` or `readpicture`. Raises mpd.CommandError where MPD doesn't know it, or the song.
        """
        self._write_command(command, [song, offset])
        answer = self._read_binary()
        return int(answer.get("size", 0)), bytes(answer.get("binary", b""))

    def _connect_tcp(self, host: str, port: int) -> _AnswerSocket:
        return self._bounded(super()._connect_tcp(host, port))

    def _connect_unix(self, path: str) -> _AnswerSocket:
        return self._bounded(super()._connect_unix(path))

    def _write_line(self, line: str) -> None:
        if isinstance(self._rbfile, AnswerReader):
            self._rbfile.begin()
        super()._write_line(line)

    def _read_line(self) -> str | None:
        try:
            line: str | None = super()._read_line()
        except ValueError:
            # A refusal whose number python-mpd2 doesn't know, such as Mopidy's 0.
            refusal = _REFUSAL.match(getattr(self._rbfile, "last", b"").decode())
            if refusal is None:
                raise
            raise mpd.CommandError(f"[{_UNKNOWN}@{refusal[1]}]{refusal[2]}") from None
        return line

    def _reset(self) -> None:
        # After a failed write python-mpd2 forgets the socket without closing it.
        connection = getattr(self, "_sock", None)
        super()._reset()
        if connection is not None:
            connection.close()

    def _bounded(self, connection: socket.socket) -> _AnswerSocket:
        timeout = connection.gettimeout()
        bounded = _AnswerSocket(connection.family, connection.type, connection.proto, connection.detach())
        bounded.settimeout(timeout)
        bounded.answer_max_bytes = self._answer_max_bytes
        return bounded
