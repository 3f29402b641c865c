"""Songs, what is known about how they sound, and how the same song is recognised in two places. Values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.values import EXPRESSIONS

# Name -> lowest and highest value that makes sense. tempo: beats a minute; loudness: dB; the others: shares.
FEATURES: Mapping[str, tuple[float, float]] = {
    "valence": (0.0, 1.0),
    "energy": (0.0, 1.0),
    "danceability": (0.0, 1.0),
    "tempo": (0.0, 400.0),
    "loudness": (-100.0, 20.0),
    "acousticness": (0.0, 1.0),
    "instrumentalness": (0.0, 1.0),
    "speechiness": (0.0, 1.0),
    "liveness": (0.0, 1.0),
}
SONG_MOODS = EXPRESSIONS
_LINK = re.compile(r"https://open\.spotify\.com/(?:intl-[a-z]+/)?track/([A-Za-z0-9]+)(?:\?.*)?")
_ID = re.compile(r"[A-Za-z0-9]{22}")
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_EDITION = re.compile(
    r"\s[-–]\s.*\b(remaster\w*|version|edit|(re)?mix(ed)?|mono|stereo|live|single|bonus)\b.*$", re.IGNORECASE
)
# "with" names a guest in brackets only, which are left out anyway: "Stay with Me" is another song than "Stay".
_GUESTS = re.compile(r"\s(feat\.?|ft\.?|featuring)\s.*$", re.IGNORECASE)
_ARTISTS = re.compile(r"\s*(?:,|;|&|/|\sfeat\.?\s|\sft\.?\s|\sfeaturing\s|\sx\s)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Features:
    """How a song sounds, in the terms and ranges of FEATURES; None where nobody knows.

    source: where it comes from, such as `table`, `reccobeats` or `audio`. guessed: the valence is a mere guess.
    """

    valence: float | None = None
    energy: float | None = None
    danceability: float | None = None
    tempo: float | None = None
    loudness: float | None = None
    acousticness: float | None = None
    instrumentalness: float | None = None
    speechiness: float | None = None
    liveness: float | None = None
    source: str = "table"
    guessed: bool = False

    @property
    def placeable(self) -> bool:
        """Valence and energy are both known."""
        return self.valence is not None and self.energy is not None


@dataclass(frozen=True)
class Song:
    """One song. uri: spotify:track:ID, mpd:PATH, or a key of its own; mood: a label that the listener gave it."""

    uri: str
    title: str = ""
    artist: str = ""
    album: str = ""
    isrc: str | None = None
    features: Features | None = None
    mood: str | None = None

    @property
    def link(self) -> str | None:
        """Opens the song in Spotify; None for local files."""
        if self.uri.startswith("spotify:track:"):
            return f"https://open.spotify.com/track/{self.uri.split(':')[-1]}"
        return None

    @property
    def name(self) -> str:
        """For people."""
        return " - ".join(part for part in (self.artist, self.title) if part) or self.uri


@dataclass(frozen=True)
class SongPage:
    """A part of a list. size: how many entries it had, songs or not. total: how long the whole list is."""

    songs: tuple[Song, ...]
    size: int
    total: int


@dataclass(frozen=True)
class Placed:
    """A song and its mood.

    distance: from the middle of its mood in the plane of valence and energy, 0 where its place isn't known.
    by: the method that placed it, or `moved`.
    """

    song: Song
    mood: str
    distance: float
    by: str


@dataclass(frozen=True)
class Recommendation:
    """A song for a mood. link: opens it in Spotify, None for local files."""

    uri: str
    title: str
    artist: str
    link: str | None
    mood: str
    valence: float | None = None
    energy: float | None = None


def track_uri(text: str) -> str | None:
    """A Spotify link, address or bare id of a track -> spotify:track:ID; None where it is none of them."""
    text = text.strip()
    if found := _LINK.fullmatch(text):
        return f"spotify:track:{found[1]}"
    if text.startswith("spotify:track:") and text.removeprefix("spotify:track:").isalnum():
        return text
    return f"spotify:track:{text}" if _ID.fullmatch(text) else None


def match_key(artist: str, title: str) -> str:
    """The same for one song under two spellings: accents, case, guests, editions and signs don't count.

    Only the first artist does. Empty where the title has no letter or digit.
    """
    plain = _letters(_GUESTS.sub("", _EDITION.sub("", _BRACKETS.sub(" ", title))))
    plain = plain or _letters(title)
    first = next((found for part in _ARTISTS.split(artist) if (found := _letters(part))), "")
    return f"{first}|{plain}" if plain else ""


def isrc_key(isrc: str | None) -> str | None:
    """An International Standard Recording Code without hyphens and in capitals; None where it is none."""
    plain = "".join(sign for sign in isrc or "" if sign.isalnum()).upper()
    return plain if len(plain) == 12 else None


def as_dict(features: Features) -> dict[str, Any]:
    """Name -> number or None, in the order of FEATURES."""
    return {name: getattr(features, name) for name in FEATURES}


def _letters(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if sign.isalnum())
