"""Reads songs and their features from a CSV file, such as a public table of Spotify tracks or the user's own export."""

from __future__ import annotations

import ast
import csv
import math
from pathlib import Path
from typing import Any, TextIO

from edge.errors import TableError
from edge.songs import FEATURES, SONG_MOODS, Features, Song, isrc_key, match_key, track_uri

# The accepted names of each column, in lower case and with _ for spaces.
COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("track_id", "id", "uri", "track_uri", "spotify_id", "spotify_track_id", "track_uri_spotify"),
    "title": ("track_name", "name", "title", "track", "song", "song_name", "track_title"),
    "artist": ("artists", "artist", "artist_name", "artist_name(s)", "artist_names", "track_artist"),
    "album": ("album_name", "album", "track_album_name"),
    "isrc": ("isrc",),
    "mood": ("mood",),
    **{name: (name,) for name in FEATURES},
}
REQUIRED_COLUMNS = ("valence", "energy")
FIELD_LENGTH_MAX = 1_000_000


def read_table(path: Path) -> list[Song]:
    """Return the songs of a table, without repeats. Rows may lack valence or energy.

    Raises TableError, which names the file and, for a bad value, the line and the column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            csv.field_size_limit(FIELD_LENGTH_MAX)
            return _read(file, path)
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file; name an existing CSV file") from None
    except IsADirectoryError:
        raise TableError(f"{path}: is a folder; name the CSV file in it") from None
    except UnicodeDecodeError:
        raise TableError(f"{path}: isn't UTF-8 text; save the table as CSV in UTF-8") from None
    except OSError as error:
        raise TableError(f"{path}: can't be read ({error.strerror}); check its permissions") from None
    except csv.Error as error:
        raise TableError(f"{path}: isn't a CSV table ({error}); export it again as CSV") from None


def _read(file: TextIO, path: Path) -> list[Song]:
    header_line = file.readline()
    file.seek(0)
    rows = csv.reader(file, delimiter=max(",;\t", key=header_line.count))
    header = next(rows, None)
    if not header or not any(cell.strip() for cell in header):
        raise TableError(f"{path}: is empty; its first line must name the columns")
    columns = _columns(header, path)
    songs: dict[str, Song] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        song = _song(row, columns, f"{path}, line {rows.line_num}")
        songs.setdefault(song.uri, song)
    if not songs:
        raise TableError(f"{path}: contains no songs, only the column names; add a line for each song")
    return list(songs.values())


def _columns(header: list[str], path: Path) -> dict[str, int]:
    names = [cell.strip().lower().replace(" ", "_") for cell in header]
    columns = {
        key: names.index(name) for key, known in COLUMN_NAMES.items() for name in reversed(known) if name in names
    }
    missing = [name for name in REQUIRED_COLUMNS if name not in columns]
    if not ("id" in columns or "isrc" in columns or ("title" in columns and "artist" in columns)):
        missing.insert(0, "track_id (or id, isrc, or artist and title)")
    if missing:
        shown = ", ".join(cell.strip() for cell in header[:12]) + (", ..." if len(header) > 12 else "")
        plural = "s" if len(missing) > 1 else ""
        raise TableError(f"{path}: lacks the column{plural} {' and '.join(missing)}; it has {shown}")
    return columns


def _song(row: list[str], columns: dict[str, int], where: str) -> Song:
    def cell(key: str) -> str:
        column = columns.get(key)
        return row[column].strip() if column is not None and column < len(row) else ""

    numbers: dict[str, Any] = {name: _number(cell(name), name, where) for name in FEATURES}
    title, artist, isrc = cell("title"), _artists(cell("artist")), isrc_key(cell("isrc"))
    # Other tables name their moods differently; only Moodroom's moods count as labels.
    mood = next((name for name in SONG_MOODS if name == cell("mood").lower()), None)
    uri = _uri(cell("id"), isrc, match_key(artist, title))
    if uri is None:
        raise TableError(f"{where}: names no song; fill in the id, the ISRC, or the artist and title")
    return Song(uri, title, artist, cell("album"), isrc, Features(**numbers), mood)


def _uri(text: str, isrc: str | None, key: str) -> str | None:
    if text:
        return track_uri(text) or (text if ":" in text else f"spotify:track:{text}")
    if isrc:
        return f"isrc:{isrc}"
    return f"song:{key}" if key else None


def _number(text: str, name: str, where: str) -> float | None:
    if not text or text.lower() in ("nan", "null", "none", "na", "n/a"):
        return None
    try:
        value = float(text)
    except ValueError:
        raise TableError(f"{where}: {name}: {text[:40]!r} isn't a number; correct it, or leave it empty") from None
    low, high = FEATURES[name]
    if not math.isfinite(value) or not low <= value <= high:
        raise TableError(
            f"{where}: {name}: {text[:40]} isn't within {low:g} to {high:g}; correct it, or leave it empty"
        )
    return value


def _artists(text: str) -> str:
    """Return `A, B` for `['A', 'B']` and `A;B`, the ways in which tables write several artists."""
    if text.startswith("[") and text.endswith("]"):
        try:
            names = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            # Not a list of names, or nested too deeply to be one.
            return text
        return ", ".join(str(name) for name in names) if isinstance(names, list) else text
    return ", ".join(part.strip() for part in text.split(";") if part.strip())
