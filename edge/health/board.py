"""Reads which board or computer this is. On Linux; other systems don't say."""

from __future__ import annotations

from pathlib import Path

from edge.text import clean

DEVICE_TREE = Path("/proc/device-tree/model")
DMI = Path("/sys/class/dmi/id")
MAX_BYTES, MAX_CHARS = 256, 80
# What makers of PCs leave in the fields that they should have filled.
_EMPTY = ("o.e.m", "default string", "system product name", "system manufacturer", "not specified", "not applicable")
_EMPTY_WORDS = ("", "none", "unknown", "n/a", "oem", "0")


def board(device_tree: Path = DEVICE_TREE, dmi: Path = DMI) -> str | None:
    """The board's name as its firmware tells it, such as "Raspberry Pi 5 Model B Rev 1.0", up to 80 characters.

    A PC's is its maker and product. None where neither is known.
    """
    name = _read(device_tree)
    if name is not None:
        return name
    maker, product = _read(dmi / "sys_vendor"), _read(dmi / "product_name")
    if product is None:
        return None
    return product if maker is None or product.startswith(maker) else clean(f"{maker} {product}", MAX_CHARS)


def _read(file: Path) -> str | None:
    """A file's text, cleaned; None if it can't be read or says nothing."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_BYTES)
    except OSError:
        return None
    # Device-tree strings end with a zero byte.
    text = " ".join(clean(raw.partition(b"\0")[0].decode("utf-8", "replace"), MAX_CHARS).split())
    lower = text.lower()
    return None if lower in _EMPTY_WORDS or any(part in lower for part in _EMPTY) else text
