"""The addresses of pictures in the Web API's answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from edge.text import ADDRESS_MAX_CHARS, clean_or_none

PICTURES_READ_MAX = 20
COVER_MIN_PIXELS = 250


def picture_of(item: Mapping[str, Any], min_pixels: int = COVER_MIN_PIXELS, *, otherwise: int = 0) -> str | None:
    """The address of the cover of a song, episode, album or playlist: the smallest that is wide enough; None for none.

    otherwise: the index of the picture that counts where no width is told; the first is the largest.
    """
    album = item.get("album")
    pictures = item.get("images") or (album.get("images") if isinstance(album, Mapping) else None)
    known: list[tuple[int, str]] = []
    for one in pictures[:PICTURES_READ_MAX] if isinstance(pictures, list) else ():
        address = clean_or_none(one.get("url"), ADDRESS_MAX_CHARS) if isinstance(one, Mapping) else None
        if address is not None and address.startswith(("https://", "http://")):
            width = one.get("width")
            known.append((width if isinstance(width, int) else 0, address))
    wide = [one for one in known if one[0] >= min_pixels]
    return min(wide)[1] if wide else known[otherwise][1] if known else None
