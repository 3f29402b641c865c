"""Cuts an MJPEG answer (multipart/x-mixed-replace) into its pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A picture has at most so many bytes.
PICTURE_MAX_BYTES = 16 * 2**20
_HEADER_MAX_BYTES = 2**14
_LENGTH = re.compile(rb"content-length:[ \t]*(\d{1,9})[ \t]*\r?\n", re.IGNORECASE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class PartSplitter:
    """Takes bytes as they come, and returns the bodies of complete parts."""

    def __init__(self, boundary: str) -> None:
        """boundary: as in the answer's content type; some cameras put the two hyphens into it."""
        self._delimiter = b"--" + boundary.strip('"').removeprefix("--").encode("latin-1", "replace")
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Add bytes; yields the parts that they complete. A part that is too long is dropped."""
        self._buffer += data
        while (part := self._next()) is not None:
            yield part
        if len(self._buffer) > PICTURE_MAX_BYTES + _HEADER_MAX_BYTES:
            self._buffer.clear()

    def _next(self) -> bytes | None:
        begin = self._buffer.find(self._delimiter)
        if begin < 0:
            return None
        header = _HEADER_END.search(self._buffer, begin, begin + _HEADER_MAX_BYTES)
        if header is None:
            return None
        length = _LENGTH.search(self._buffer, begin, header.end())
        end = self._buffer.find(self._delimiter, header.end())
        if length is not None and int(length[1]) <= PICTURE_MAX_BYTES:
            stated = header.end() + int(length[1])
            # A delimiter within the stated length: the part was cut short.
            end = stated if len(self._buffer) >= stated and not 0 <= end < stated else end
        if end < 0:
            return None
        part = bytes(self._buffer[header.end() : end]).rstrip(b"\r\n")
        del self._buffer[:end]
        return part
