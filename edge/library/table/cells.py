"""What the cells of a table say: a song's address, and its artists. Pure."""

from __future__ import annotations

import ast

from edge.songs import track_uri

ROW_NUMBER_DIGITS_MAX = 12


def known(text: str) -> str:
    """The text of a cell; empty for the marks of a missing value."""
    return "" if text in ("-", "\\N") or text.lower() in ("nan", "null", "#n/a", "n/a") else text


def song_uri(text: str, isrc: str | None, key: str) -> str | None:
    """The address of the song that a row names; None if it names none.

    text: its id. isrc: its ISRC. key: artist and title, as `songs.match_key` returns them.
    """
    # A short number is a row's, not Spotify's.
    if text and not (text.isdigit() and len(text) < ROW_NUMBER_DIGITS_MAX and key):
        return track_uri(text) or (text if ":" in text else f"spotify:track:{text}")
    if isrc:
        return f"isrc:{isrc}"
    return f"song:{key}" if key else None


def artist_names(text: str) -> str:
    """Return `A, B` for `['A', 'B']` and `A;B`, the ways in which tables write several artists."""
    if text.startswith("[") and text.endswith("]"):
        try:
            names = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            # Not a list of names, or nested too deeply to be one.
            return text
        return ", ".join(str(name) for name in names) if isinstance(names, list) else text
    return ", ".join(part.strip() for part in text.split(";") if part.strip())
