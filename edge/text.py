"""Text and JSON from elsewhere: cleaned where it enters, and made safe where a terminal shows it. Pure.

Titles, names, topics, files and answers of servers may hold anything: half characters, which no encoder takes; control
characters, which drive terminals and forge lines; marks that turn the direction of what follows; megabytes.
"""

from __future__ import annotations

import json
import re
from typing import Any

TEXT_MAX_CHARS = 500
ADDRESS_MAX_CHARS = 2000
# Levels of lists and objects in JSON; what others send has hardly ten.
NESTING_MAX = 100
REPLACEMENT = "\ufffd"
ON_WORDS, OFF_WORDS = ("on", "true", "1", "yes"), ("off", "false", "0", "no")
_PERCENT = re.compile(rb"%([0-9A-Fa-f]{2})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SPACE = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]")
# C0, DEL and C1: ESC, CSI and OSC begin commands to a terminal.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
# Embeddings, overrides and isolates; the plain marks that right-to-left titles need (U+200E, U+200F) stay.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """One line that is safe to print, log, encode and publish.

    Line breaks become spaces, control characters and lone surrogates U+FFFD; marks of direction are removed.
    """
    if text.isprintable():
        return text
    text = _DIRECTION.sub("", _SPACE.sub(" ", text))
    return _SURROGATE.sub(REPLACEMENT, _CONTROL.sub(REPLACEMENT, text))


def clean(text: str, max_chars: int = TEXT_MAX_CHARS) -> str:
    """Foreign text as it may travel through the device: `printable`, and cut with an ellipsis after `max_chars`."""
    # Cut first, so that a huge text costs nothing.
    text = printable(text[: max_chars + 1])
    return text if len(text) <= max_chars else text[: max_chars - 1] + "…"


def clean_or_none(value: object, max_chars: int = TEXT_MAX_CHARS) -> str | None:
    """The cleaned text; None for anything else, and for an empty text."""
    return (clean(value, max_chars) or None) if isinstance(value, str) else None


def to_json(value: Any, *, compact: bool = False) -> str:
    """The value as JSON that can always be encoded: half a character that got this far becomes a question mark.

    compact: without spaces between the parts.
    """
    separators = (",", ":") if compact else None
    return json.dumps(value, ensure_ascii=False, separators=separators).encode("utf-8", "replace").decode()


def parse_json(text: str | bytes) -> Any:
    """The value that a JSON text describes; raises ValueError, also for one that is nested too deeply."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if _nests_too_deeply(value):
        raise ValueError("is nested too deeply")
    return value


def _nests_too_deeply(value: Any) -> bool:
    """Whether lists and objects are nested beyond NESTING_MAX; from Python 3.14 on, json itself has hardly a limit."""
    layer = [value]
    for _ in range(NESTING_MAX + 1):
        containers = [one for one in layer if isinstance(one, list | dict)]
        if not containers:
            return False
        layer = [inner for one in containers for inner in (one.values() if isinstance(one, dict) else one)]
    return True


def percent_encoded(text: str) -> str:
    """The text as a part of an address (RFC 3986)."""
    plain = frozenset(b"-._~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in text.encode(errors="replace"))


def percent_decoded(text: str) -> str:
    """What a part of an address stands for; bytes that aren't UTF-8 become U+FFFD."""
    plain = _PERCENT.sub(lambda escape: bytes([int(escape[1], 16)]), text.encode(errors="replace"))
    return plain.decode(errors="replace")


def is_on(text: str) -> bool:
    """`ON`, `true` or `1` -> True, `OFF`, `false` or `0` -> False, in any case, also in quotes.

    Raises ValueError for other words.
    """
    # Some flows send JSON, in which a word stands in quotes.
    word = text.strip().strip("\"'").strip().lower()
    if word not in ON_WORDS + OFF_WORDS:
        raise ValueError(text)
    return word in ON_WORDS
