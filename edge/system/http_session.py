"""`BoundedSession`: requests' session with a limit on the size and the duration of each answer.

By itself requests' time-out is for the next bytes only, and a body may be of any size, packed (a few kilobytes that
unpack to gigabytes) or not.
"""

from __future__ import annotations

import zlib
from typing import Any

from edge.system.bounded_response import BODY_MAX_BYTES, CHUNK_BYTES, BoundedResponse
from edge.system.requests_module import (
    HTTPAdapter,
    HTTPConnection,
    HTTPConnectionPool,
    HTTPError,
    HTTPSConnection,
    HTTPSConnectionPool,
    ReadTimeoutError,
    requests,
)


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


class _Connection(HTTPConnection):
    response_class = BoundedResponse


class _SecureConnection(HTTPSConnection):
    response_class = BoundedResponse


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
