"""Finds the encoding of a text file, a block at a time."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

BLOCK_BYTES = 1 << 16
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# A UTF-8 file with damaged places has more valid letters than those; Windows-1252 text hardly ever has any.
VALID_PER_DAMAGED_MIN = 3


@dataclass(frozen=True)
class Encoding:
    """codec, errors: for `open`. remark: what was assumed, such as `as Windows-1252 text`; empty for UTF-8."""

    codec: str
    errors: str = "strict"
    remark: str = ""


def find_encoding(path: Path) -> Encoding:
    """The encoding of a file: UTF-8, UTF-16 or UTF-32, else Windows-1252, which includes Latin-1. Raises OSError."""
    with path.open("rb") as file:
        start = file.read(BLOCK_BYTES)
    for mark, codec in _MARKS:
        if start.startswith(mark):
            return Encoding(codec, "replace", f"as {codec.upper()} text")
    for codec, zeros, others in (("utf-16-le", start[1::2], start[::2]), ("utf-16-be", start[::2], start[1::2])):
        # Latin text in UTF-16 has a zero in most characters; a text without a mark needs no other sign.
        if len(start) >= 4 and zeros.count(0) > len(zeros) / 2 and others.count(0) < len(others) / 10:
            return Encoding(codec, "replace", "as UTF-16 text")
    valid, damaged = _count_letters(path)
    if not damaged:
        return Encoding("utf-8-sig")
    if valid >= VALID_PER_DAMAGED_MIN * damaged:
        return Encoding("utf-8-sig", "replace", f"as UTF-8 text with {damaged} damaged characters")
    return Encoding("cp1252", "replace", "as Windows-1252 text")


def _count_letters(path: Path) -> tuple[int, int]:
    """How many characters beyond ASCII are valid UTF-8, and how many bytes aren't."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    valid = damaged = 0
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK_BYTES)
            text = decoder.decode(block, final=not block)
            if not text.isascii():
                damaged += text.count("\ufffd")
                valid += sum(sign > "\x7f" and sign != "\ufffd" for sign in text)
            if not block:
                return valid, damaged
