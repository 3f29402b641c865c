"""Songs and their features from a CSV file, such as the public tables of Spotify tracks, or the user's own export."""

from __future__ import annotations

import ast
import csv
import math
from pathlib import Path
from typing import Any, TextIO

from edge.errors import TableError
from edge.songs import FEATURES, SONG_MOODS, Features, Song, isrc_key, match_key, track_uri

# The accepted names of each column, in lower case and with _ for spaces; the first of them that is present counts.
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("track_id", "id", "uri", "track_uri", "spotify_id", "spotify_track_id", "track_uri_spotify"),
    "title": ("track_name", "name", "title", "track", "song", "song_name", "track_title"),
    "artist": ("artists", "artist", "artist_name", "artist_name(s)", "artist_names", "track_artist"),
    "album": ("album_name", "album", "track_album_name"),
    "isrc": ("isrc",),
    "mood": ("mood",),
    **{name: (name,) for name in FEATURES},
}
REQUIRED = ("valence", "energy")
FIELD_MAX_CHARS = 1_000_000


def read_table(path: Path) -> list[Song]:
    """Return the songs of a table, each once; a row without valence or energy is a song that can't be placed.

    Raises TableError, which names the file and, for a bad value, the line and the column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            csv.field_size_limit(FIELD_MAX_CHARS)
            return _read(file, path)
    except FileNotFoundError:
        raise TableError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise TableError(f"{path}: is a folder; name the CSV file in it") from None
    except UnicodeDecodeError:
        raise TableError(f"{path}: isn't UTF-8 text; save the table as CSV in UTF-8") from None
    except OSError as error:
        raise TableError(f"{path}: can't be read: {error.strerror}") from None
    except csv.Error as error:
        raise TableError(f"{path}: isn't a CSV table ({error})") from None


def _read(file: TextIO, path: Path) -> list[Song]:
    head_line = file.readline()
    file.seek(0)
    rows = csv.reader(file, delimiter=max(",;\t", key=head_line.count))
    head = next(rows, None)
    if not head or not any(cell.strip() for cell in head):
        raise TableError(f"{path}: is empty; its first line must name the columns")
    columns = _columns(head, path)
    songs: dict[str, Song] = {}
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        song = _song(row, columns, f"{path}, line {rows.line_num}")
        songs.setdefault(song.uri, song)
    if not songs:
        raise TableError(f"{path}: holds no songs, only the names of the columns")
    return list(songs.values())


def _columns(head: list[str], path: Path) -> dict[str, int]:
    names = [cell.strip().lower().replace(" ", "_") for cell in head]
    found = {key: names.index(name) for key, known in NAMES.items() for name in reversed(known) if name in names}
    missing = [name for name in REQUIRED if name not in found]
    if not ("id" in found or "isrc" in found or ("title" in found and "artist" in found)):
        missing.insert(0, "track_id (or id, isrc, or artist and title)")
    if missing:
        shown = ", ".join(cell.strip() for cell in head[:12]) + (", ..." if len(head) > 12 else "")
        plural = "s" if len(missing) > 1 else ""
        raise TableError(f"{path}: lacks the column{plural} {' and '.join(missing)}; it has {shown}")
    return found


def _song(row: list[str], columns: dict[str, int], where: str) -> Song:
    def cell(key: str) -> str:
        at = columns.get(key)
        return row[at].strip() if at is not None and at < len(row) else ""

    numbers: dict[str, Any] = {name: _number(cell(name), name, where) for name in FEATURES}
    title, artist, isrc = cell("title"), _people(cell("artist")), isrc_key(cell("isrc"))
    # Other tables have other names for moods; only the seven of SONG_MOODS are labels.
    mood = next((name for name in SONG_MOODS if name == cell("mood").lower()), None)
    uri = _uri(cell("id"), isrc, match_key(artist, title))
    if uri is None:
        raise TableError(f"{where}: names no song; fill in its id, its ISRC, or artist and title")
    return Song(uri, title, artist, cell("album"), isrc, Features(**numbers), mood)


def _uri(given: str, isrc: str | None, key: str) -> str | None:
    if given:
        return track_uri(given) or (given if ":" in given else f"spotify:track:{given}")
    if isrc:
        return f"isrc:{isrc}"
    return f"song:{key}" if key else None


def _number(text: str, name: str, where: str) -> float | None:
    if not text or text.lower() in ("nan", "null", "none", "na", "n/a"):
        return None
    try:
        value = float(text)
    except ValueError:
        raise TableError(f"{where}: {name}: {text[:40]!r} isn't a number") from None
    low, high = FEATURES[name]
    if not math.isfinite(value) or not low <= value <= high:
        raise TableError(f"{where}: {name}: {text[:40]} isn't within {low:g} to {high:g}")
    return value


def _people(text: str) -> str:
    """Return `A, B` for `['A', 'B']` and for `A;B`, the forms in which tables list several artists."""
    if text.startswith("[") and text.endswith("]"):
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            # Too deeply nested text isn't a list of names either.
            return text
        return ", ".join(str(one) for one in found) if isinstance(found, list) else text
    return ", ".join(part.strip() for part in text.split(";") if part.strip())
