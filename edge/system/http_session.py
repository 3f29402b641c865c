"""`BoundedSession`: requests' session with a limit on the size and the duration of each answer.

By itself requests' time-out is for the next bytes only, and a body may be of any size, packed (a few kilobytes that
unpack to gigabytes) or not.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
import zlib
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, ReadTimeoutError

from edge.system.requests_module import HTTPAdapter, requests

BODY_MAX_BYTES = 4 * 2**20
# Status line and headers; http.client alone would read 100 headers of 64 KiB each.
HEAD_MAX_BYTES = 256 * 1024
# How many times the time limit for the next bytes a whole answer may take.
ANSWER_TIMEOUTS = 3
CHUNK_BYTES = 16 * 1024


class AnswerTooLargeError(requests.exceptions.ContentDecodingError):
    """An answer is larger than any that is expected."""


class BoundedSession(requests.Session):
    """A session for one thread. Breaking a limit raises a requests.RequestException, like any other fault."""

    def __init__(self, *, body_max_bytes: int = BODY_MAX_BYTES) -> None:
        """body_max_bytes: the size of the largest body that is read, unpacked."""
        super().__init__()
        # Keeps an entry in the user's .netrc from replacing the token.
        self.auth = lambda request: request
        self.headers["Accept-Encoding"] = "gzip, deflate"
        for prefix in ("http://", "https://"):
            self.mount(prefix, _Adapter(body_max_bytes))


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


class _Response(http.client.HTTPResponse):
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


class _Connection(HTTPConnection):
    response_class = _Response


class _SecureConnection(HTTPSConnection):
    response_class = _Response


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    """Reads each body at once, within the limit, and unpacks it no further than the limit."""

    def __init__(self, body_max_bytes: int) -> None:
        self._body_max_bytes = body_max_bytes
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        _bound(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **options: Any) -> Any:
        manager = super().proxy_manager_for(*args, **options)
        _bound(manager)
        return manager

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        response = super().send(request, *args, **options)
        try:
            packed = self._read(response)
            response._content = unpacked(packed, response.headers.get("Content-Encoding", ""), self._body_max_bytes)
        except ReadTimeoutError as error:
            raise requests.ReadTimeout(error, request=request) from None
        except (OSError, HTTPError) as error:
            if isinstance(error, requests.RequestException):
                raise
            raise requests.ConnectionError(error, request=request) from None
        finally:
            response._content_consumed = True
        return response

    def _read(self, response: requests.Response) -> bytes:
        body = bytearray()
        try:
            while chunk := response.raw.read(CHUNK_BYTES, decode_content=False):
                body += chunk
                if len(body) > self._body_max_bytes:
                    raise AnswerTooLargeError("the answer is too large")
        except BaseException:
            response.raw.close()
            raise
        response.raw.release_conn()
        return bytes(body)


def unpacked(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """The body without its Content-Encoding. Raises AnswerTooLargeError, or ContentDecodingError for what isn't one."""
    kind = encoding.strip().lower()
    if kind in ("", "identity") or not body:
        return body
    if kind not in ("gzip", "x-gzip", "deflate"):
        raise requests.exceptions.ContentDecodingError("the answer has an unknown encoding")
    try:
        content = bytearray()
        while body:
            # Some servers send deflate without its header.
            raw = kind == "deflate" and body[0] & 0x0F != 8
            unpacker = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS | 32)
            content += unpacker.decompress(body, max_bytes + 1 - len(content))
            if len(content) > max_bytes:
                raise AnswerTooLargeError("the answer is too large")
            if not unpacker.eof:
                raise requests.exceptions.ContentDecodingError("the answer is incomplete")
            body = unpacker.unused_data if kind != "deflate" else b""
    except zlib.error:
        raise requests.exceptions.ContentDecodingError("the answer can't be unpacked") from None
    return bytes(content)


def _bound(manager: Any) -> None:
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
