"""Finds the columns of a table by their names, as exports and people write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from edge.songs import FEATURES

# The names of each column that public tables and exports use, the best first.
COLUMN_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("track_id", "id", "uri", "track_uri", "spotify_id", "spotify_track_id", "track_uri_spotify"),
    "title": ("track_name", "name", "title", "track", "song", "song_name", "track_title"),
    "artist": ("artists", "artist", "artist_name", "artist_names", "track_artist"),
    "album": ("album_name", "album", "track_album_name"),
    "isrc": ("isrc",),
    "mood": ("mood",),
    **{name: (name,) for name in FEATURES},
}
# Short forms of some exports, and other languages, without accents.
OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "id": ("spotify_uri", "spotify_url", "track_url", "spotify_link", "url", "link"),
    "title": ("song_title", "titel", "lied", "liedtitel", "songtitel", "titre", "chanson", "titulo", "cancion",
              "titolo", "nome", "nombre"),
    "artist": ("artist_s", "artists_name", "performer", "singer", "interpret", "interpreten", "kunstler", "kuenstler",
               "artiste", "artistes", "artista", "artistas", "artisti", "artiest", "band"),
    "album": ("album_title", "albumtitel"),
    "valence": ("val", "valenz", "valencia", "valenza", "happiness", "happy", "positivity"),
    "energy": ("nrgy", "energie", "energia", "energi"),
    "danceability": ("dance", "dnce", "tanzbarkeit"),
    "tempo": ("bpm", "beats_per_minute"),
    "loudness": ("loud", "db", "lautstarke"),
    "acousticness": ("acoustic", "acous"),
    "instrumentalness": ("instrumental",),
    "speechiness": ("speech", "spch"),
    "liveness": ("live",),
}  # fmt: skip
REQUIRED_COLUMNS = ("valence", "energy")
ASSUMED_SHOWN_MAX = 6


@dataclass(frozen=True)
class Columns:
    """Where each known column is. percent: those whose names say so. assumed: the table's own names of columns whose
    meaning was guessed. missing: what the table lacks to be usable.
    """

    places: dict[str, int]
    percent: frozenset[str]
    assumed: tuple[str, ...]
    missing: tuple[str, ...]


def is_header(row: Sequence[str]) -> bool:
    """True for a row with text, except `sep=,`, which tells spreadsheets the delimiter."""
    return any(map(str.strip, row)) and not row[0].strip().lower().startswith("sep=")


def is_export(columns: Columns) -> bool:
    """True for a list of songs with artists and titles that has no audio features, as TuneMyMusic exports it."""
    return columns.missing == REQUIRED_COLUMNS and "title" in columns.places and "artist" in columns.places


def find_columns(header: Sequence[str]) -> Columns:
    """The columns that a header names."""
    names = [_plain(cell) for cell in header]
    places: dict[str, int] = {}
    for key, known in COLUMN_NAMES.items():
        for name in (*known, *OTHER_NAMES.get(key, ())):
            if name in names and names.index(name) not in places.values():
                places[key] = names.index(name)
                break
    missing = [name for name in REQUIRED_COLUMNS if name not in places]
    if not ("id" in places or "isrc" in places or ("title" in places and "artist" in places)):
        missing.insert(0, "track_id (or id, isrc, or artist and title)")
    return Columns(
        places,
        frozenset(key for key, at in places.items() if "%" in header[at] or "percent" in header[at].lower()),
        tuple(header[at].strip() for key, at in places.items() if not _is_usual(key, header[at])),
        tuple(missing),
    )


def _is_usual(key: str, cell: str) -> bool:
    name = cell.strip().lower().replace(" ", "_").removesuffix("(s)")
    return name in COLUMN_NAMES[key]


def _plain(cell: str) -> str:
    """`artist(s)_name`, `Valence (%)` and `trackName` as `artist_name`, `valence` and `track_name`."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", re.sub(r"\([^)]*\)|\[[^\]]*\]", " ", cell))
    letters = unicodedata.normalize("NFKD", words.casefold().replace("percent", " "))
    unaccented = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return "_".join(re.findall(r"[^\W_]+", unaccented))
