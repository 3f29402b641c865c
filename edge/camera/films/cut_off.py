"""What a video's file lacks: it is cut off, as after a copy or recording that was interrupted."""

from __future__ import annotations

import itertools
import mmap
import re
from pathlib import Path
from typing import BinaryIO

# The first boxes of MP4 and QuickTime (ISO/IEC 14496-12), and the first bytes of Matroska, WebM and AVI.
_FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"})
_GIF = (b"GIF87a", b"GIF89a")
_EBML, _SEGMENT, _RIFF = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"RIFF"
_BOXES_MAX = 10_000
_MISSING = "is cut off: {0} of its {1} bytes are missing; copy it again"
# A graphic control extension, which stands before each picture of an animation.
_GIF_CONTROL = re.compile(rb"\x21\xf9\x04.{4}\0[,!]", re.DOTALL)
_GIF_BROKEN = "is cut off or damaged after {0} of its {1} bytes; copy it again"
_GIF_LOST = "is damaged, and lacks at least {0} of its pictures; copy it again"
_NO_INDEX = (
    "is incomplete: its index (moov) is missing, as after a copy or recording that was interrupted; copy it again"
)


def cut_off(path: Path) -> str:
    """What is missing in a video file, as the rest of a sentence; empty if that can't be told. Never raises OSError."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(64)
            if head[4:8] in _FIRST_BOXES:
                return _mp4(file, size)
            if head.startswith(_RIFF):
                return _missing(8 + int.from_bytes(head[4:8], "little"), size)
            if head.startswith(_EBML):
                return _matroska(head + file.read(2**12), size)
            if head.startswith(_GIF):
                return _gif(file, head[10], size)
    except OSError:
        pass
    return ""


def _mp4(file: BinaryIO, size: int) -> str:
    """Reads the chain of boxes: each begins with its length and its name."""
    at, has_index = 0, False
    for _ in itertools.repeat(None, _BOXES_MAX):
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            break
        length, has_index = int.from_bytes(head[:4], "big"), has_index or head[4:8] == b"moov"
        # 1: the length follows in 8 bytes; 0: to the end of the file.
        length = int.from_bytes(head[8:16], "big") if length == 1 else length or size - at
        if length < 8:
            return ""
        at += length
    if at > size:
        return _missing(at, size) if has_index else _NO_INDEX
    return "" if has_index else _NO_INDEX


def _matroska(head: bytes, size: int) -> str:
    """The segment's length, in as many bytes as its first bits tell (RFC 8794); unknown in a live recording."""
    at = head.find(_SEGMENT) + len(_SEGMENT)
    if at < len(_SEGMENT) or at >= len(head) or not head[at]:
        return ""
    width = 9 - head[at].bit_length()
    length = int.from_bytes(head[at : at + width], "big") & ((1 << 7 * width) - 1)
    unknown = length == (1 << 7 * width) - 1
    return "" if unknown else _missing(at + width + length, size)


def _gif(file: BinaryIO, flags: int, size: int) -> str:
    """Reads the chain of blocks (GIF89a, appendix B), which ends with a trailer. flags: of the screen."""
    file.seek(13 + _colour_table(flags))
    controls = 0
    while kind := file.read(1):
        if kind == b";":
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                # In a damaged block the chain skips pictures.
                lost = sum(1 for _ in _GIF_CONTROL.finditer(content)) - controls
            return _GIF_LOST.format(lost) if lost > 0 else ""
        if kind == b",":
            image = file.read(9)
            file.seek(_colour_table(image[8]) + 1 if len(image) == 9 else 0, 1)
        elif kind == b"!":
            controls += file.read(1) == b"\xf9"
        else:
            break
        while length := file.read(1)[:1]:
            if length == b"\0":
                break
            file.seek(length[0], 1)
    return _GIF_BROKEN.format(min(file.tell(), size), size)


def _colour_table(flags: int) -> int:
    """Its length in bytes."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _missing(told: int, size: int) -> str:
    return _MISSING.format(told - size, told) if told > size else ""
