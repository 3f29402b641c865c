"""Songs, their audio features, and keys that recognise the same song in two places. Values only."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from edge.text import percent_encoded
from edge.values import EXPRESSIONS

# Name -> lowest and highest plausible value. tempo: beats per minute. loudness: dB. The others are shares.
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
# Without "with": it names a guest only in brackets, which are removed anyway, and "Stay with Me" isn't "Stay".
_GUESTS = re.compile(r"\s(feat\.?|ft\.?|featuring)\s.*$", re.IGNORECASE)
_ARTISTS = re.compile(r"\s*(?:,|;|&|/|\sfeat\.?\s|\sft\.?\s|\sfeaturing\s|\sx\s)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class FoundMusic:
    """Music that was found for a person to choose.

    play: its address, as a choice's `play`. kind: `artist`, `album`, `playlist`, `folder`, `track`, `show` or
    `episode`. by: who made it, "" if unknown. cover: the address of a picture, None for none.
    """

    play: str
    name: str
    kind: str
    by: str = ""
    cover: str | None = None


@dataclass(frozen=True)
class Features:
    """How a song sounds, with the names and ranges of FEATURES; None where a value isn't known.

    source: `table`, `reccobeats` or `audio`. guessed: the valence is only a guess.
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
    """A song. uri: spotify:track:ID, mpd:PATH, or any unique key. mood: the listener's own label."""

    uri: str
    title: str = ""
    artist: str = ""
    album: str = ""
    isrc: str | None = None
    features: Features | None = None
    mood: str | None = None

    @property
    def link(self) -> str | None:
        """A link that opens the song in Spotify, or searches for one without an address; None for local files."""
        kind, _, rest = self.uri.partition(":")
        if self.uri.startswith("spotify:track:"):
            return f"https://open.spotify.com/track/{self.uri.split(':')[-1]}"
        if kind in ("song", "isrc"):
            words = f"{self.artist} {self.title}".strip() or (self.uri if kind == "isrc" else rest.replace("|", " "))
            return f"https://open.spotify.com/search/{percent_encoded(words)}"
        return None

    @property
    def name(self) -> str:
        """Artist and title for people, or the address where neither is known."""
        return " - ".join(part for part in (self.artist, self.title) if part) or self.uri


@dataclass(frozen=True)
class SongPage:
    """A page of a list. size: how many entries it has, songs or not. total: the length of the whole list."""

    songs: tuple[Song, ...]
    size: int
    total: int


@dataclass(frozen=True)
class Placed:
    """A song with its mood.

    distance: from the mood's centre in the plane of valence and energy, 0 where the song's place isn't known.
    by: the method that placed it, or `moved` for the listener.
    """

    song: Song
    mood: str
    distance: float
    by: str


@dataclass(frozen=True)
class Recommendation:
    """A song for a mood. link: opens it in Spotify, or searches for it there; None for local files."""

    uri: str
    title: str
    artist: str
    link: str | None
    mood: str
    valence: float | None = None
    energy: float | None = None


def track_uri(text: str) -> str | None:
    """The spotify:track:ID of a track's link, address or bare id; None for other text."""
    text = text.strip()
    if link := _LINK.fullmatch(text):
        return f"spotify:track:{link[1]}"
    if text.startswith("spotify:track:") and text.removeprefix("spotify:track:").isalnum():
        return text
    return f"spotify:track:{text}" if _ID.fullmatch(text) else None


def match_key(artist: str, title: str) -> str:
    """A key that is equal for two spellings of one song. Empty where the title has no letter or digit.

    It ignores accents, case, punctuation, guests, editions, and all artists but the first.
    """
    plain = _letters(_GUESTS.sub("", _EDITION.sub("", _BRACKETS.sub(" ", title))))
    plain = plain or _letters(title)
    first = next((letters for part in _ARTISTS.split(artist) if (letters := _letters(part))), "")
    return f"{first}|{plain}" if plain else ""


def isrc_key(isrc: str | None) -> str | None:
    """An International Standard Recording Code in capitals, without hyphens; None where it isn't one."""
    plain = "".join(sign for sign in isrc or "" if sign.isalnum()).upper()
    return plain if len(plain) == 12 else None


def as_dict(features: Features) -> dict[str, Any]:
    """Name -> number or None, in the order of FEATURES."""
    return {name: getattr(features, name) for name in FEATURES}


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if sign.isalnum())
