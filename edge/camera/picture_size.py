"""The size of a compressed picture, read from its header before anything is decoded. Pure."""

from __future__ import annotations

from typing import Literal

JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
# Markers of a JPEG that carry its size (start of frame), and those without a length.
_SIZE_MARKERS = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_BARE_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})
# Tags of a TIFF, and the length in bytes of the types that they may have.
_TIFF_WIDTH, _TIFF_HEIGHT, _TIFF_TYPES = 256, 257, {3: 2, 4: 4}


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG, PNG, GIF, BMP, WebP or TIFF; None for other formats and damaged headers."""
    if data.startswith(_PNG) and len(data) >= 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        return int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    if data.startswith(b"BM") and len(data) >= 26:
        width, height = (int.from_bytes(data[at : at + 4], "little", signed=True) for at in (18, 22))
        return abs(width), abs(height)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp_size(data[12:16], data[20:30])
    if data.startswith((b"II*\0", b"MM\0*")):
        return _tiff_size(data, "little" if data.startswith(b"II") else "big")
    return _jpeg_size(data) if data.startswith(JPEG) else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """By ITU-T T.81, annex B: markers of two bytes, most of them followed by the length of their segment."""
    at = 2
    while at >= 0 and at + 9 <= len(data):
        marker = data[at + 1]
        if data[at] != 0xFF or marker == 0:
            # Decoders skip bytes between two segments, too.
            at = data.find(b"\xff", at + 1)
        elif marker == 0xFF:
            at += 1
        elif marker in _SIZE_MARKERS:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        elif marker in _BARE_MARKERS:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _webp_size(kind: bytes, head: bytes) -> tuple[int, int] | None:
    """By RFC 9649: the first chunk is extended, lossless or lossy."""
    if len(head) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if kind == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    return None


def _tiff_size(data: bytes, order: Literal["little", "big"]) -> tuple[int, int] | None:
    """By TIFF 6.0: the first directory has entries of 12 bytes: tag, type, count, value."""
    start = int.from_bytes(data[4:8], order)
    values: dict[int, int] = {}
    for number in range(int.from_bytes(data[start : start + 2], order)):
        entry = data[start + 2 + 12 * number : start + 14 + 12 * number]
        if len(entry) < 12:
            return None
        length = _TIFF_TYPES.get(int.from_bytes(entry[2:4], order))
        if length is not None:
            values[int.from_bytes(entry[:2], order)] = int.from_bytes(entry[8 : 8 + length], order)
    width, height = values.get(_TIFF_WIDTH), values.get(_TIFF_HEIGHT)
    return (width, height) if width and height else None
