"""What a mood plays: choices, their addresses, and profiles of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, Literal, get_args

from edge.config.basis import BeforeValidator, Field, TypeAdapter, WithJsonSchema, WrapValidator, model_validator
from edge.config.fields import Kind, Section, require_readable
from edge.config.vision import ExpressionName
from edge.sentences import Sentence
from edge.text import percent_decoded

NOTHING = "nothing"
# Not from `values`, which loads numpy.
EXPRESSIONS: tuple[ExpressionName, ...] = get_args(ExpressionName)
SPOTIFY_KINDS = ("playlist", "album", "artist", "track", "show", "episode")
_SPOTIFY_LINK = re.compile(r"https://open\.spotify\.com/(?:intl-[a-z]+/)?([a-z]+)/([A-Za-z0-9]+)(?:\?.*)?")
# A page of Music Assistant; the address after the # is the same on every server.
_MA_PAGE = re.compile(r"(?:ma:)?https?://[^/\s]+/[^#\s]*#/([a-z]+)/([^/?#\s]+)/([^/?#\s]+)(?:\?.*)?")
_MA_PAGES = {
    "artists": "artist",
    "albums": "album",
    "tracks": "track",
    "playlists": "playlist",
    "radios": "radio",
    "podcasts": "podcast",
    "audiobooks": "audiobook",
    "genres": "genre",
}
_MA_ADDRESS = re.compile(r"ma:(?:[a-z0-9_]+(?:--[A-Za-z0-9]+)?://[a-z_]+/\S+|(?:search|playlist|radio)/.+)")
_SPOTIFY_URI = re.compile(r"spotify:([a-z]+):[A-Za-z0-9]+")


def as_address(value: Any) -> str:
    """A valid address; a link is converted to one. Raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(Sentence("must be text, such as spotify:playlist:... or a link from Spotify's share menu"))
    link = _SPOTIFY_LINK.fullmatch(value.strip())
    page = _MA_PAGE.fullmatch(value.strip())
    uri = f"spotify:{link[1]}:{link[2]}" if link else value.strip()
    if page is not None and page[1] in _MA_PAGES:
        uri = f"ma:{percent_decoded(page[2])}://{_MA_PAGES[page[1]]}/{percent_decoded(page[3])}"
    if uri == NOTHING:
        return uri
    kind = uri.split(":", 1)[0]
    if kind == "spotify":
        match = _SPOTIFY_URI.fullmatch(uri)
        if match is None or match[1] not in SPOTIFY_KINDS:
            raise ValueError(
                Sentence("must look like spotify:KIND:ID with one of the kinds {kinds}", kinds=", ".join(SPOTIFY_KINDS))
            )
    elif kind not in ("mpd", "ma", "library") or ":" not in uri:
        raise ValueError(
            Sentence(
                "must begin with spotify:, mpd: or library:, with ma: for Music Assistant, be a link from Spotify's "
                "share menu or of a page of Music Assistant, or be the word nothing"
            )
        )
    elif kind == "ma" and _MA_ADDRESS.fullmatch(uri) is None:
        raise ValueError(
            Sentence(
                "must look like ma:PROVIDER://TYPE/ID, ma:playlist/NAME, ma:radio/NAME or ma:search/WORDS, or be the "
                "link of a page of Music Assistant"
            )
        )
    elif kind == "library" and uri.removeprefix("library:") not in EXPRESSIONS:
        raise ValueError(
            Sentence(
                "must be library: and one of the moods {moods}, such as library:happy", moods=", ".join(EXPRESSIONS)
            )
        )
    elif uri == "mpd:":
        raise ValueError(Sentence("must say what to play after mpd:, such as mpd:playlist/Morning"))
    return uri


# What a list of songs may hold.
_SONGS = ("spotify:track:", "spotify:episode:", "mpd:", "ma:")
Uri = Annotated[str, BeforeValidator(as_address), Kind("link or address")]
# A list is taken apart before `play` is validated, but the schema for editors must allow it.
_Play = Annotated[
    str,
    BeforeValidator(as_address),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
    Kind("link or address, or a list of them"),
]


def addresses(play: Any) -> tuple[str, ...]:
    """What `play` of a choice plays, from another device, for which no choice is validated; raises ValueError.

    play: an address or link, or a list of songs.
    """
    several_songs = isinstance(play, (list, tuple)) and len(play) > 0
    found = tuple(as_address(one) for one in (play if several_songs else (play,)))
    for one in found:
        require_readable(one)
    if several_songs:
        _require_songs(found)
    return found


def _require_songs(uris: Sequence[str]) -> None:
    wrong = [uri for uri in uris if not uri.startswith(_SONGS)]
    if wrong:
        raise ValueError(
            Sentence(
                "a list under `play` must hold single songs (spotify:track:...), and {address} isn't one",
                address=wrong[0],
            )
        )


class Choice(Section):
    """Music for a mood. An address alone stands for a choice with only `play`."""

    play: _Play
    """What to play: a link from Spotify's share menu, spotify:KIND:ID, mpd:..., ma:..., library:MOOD, or `nothing` to
    leave the music as it is. A list of songs plays one after the other."""
    name: str | None = None
    """The name shown in messages."""
    weight: Annotated[float, Field(ge=0, le=1000)] = 1.0
    """How often it is chosen, relative to the mood's other choices. 0: never."""
    volume: Annotated[int, Field(ge=-100, le=100)] = 0
    """Added to the room's volume while it plays."""
    shuffle: bool | None = None
    """Shuffle the songs. null: leave the speaker's setting."""
    repeat: Literal["off", "context", "track"] | None = None
    """`context` starts again after the last song, `track` repeats each song. null: leave the speaker's setting."""
    songs: tuple[Uri, ...] = ()
    """The songs of a list under `play`; filled in automatically."""

    @model_validator(mode="before")
    @classmethod
    def _from_short_forms(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"play": value}
        if isinstance(value, dict) and isinstance(value.get("play"), (list, tuple)) and value["play"]:
            return {"songs": value["play"]} | value | {"play": value["play"][0]}
        return value

    @model_validator(mode="after")
    def _a_list_contains_songs(self) -> Choice:
        _require_songs(self.songs)
        return self


@cache
def _adapter() -> TypeAdapter[tuple[Choice, ...]]:
    return TypeAdapter(Annotated[tuple[Choice, ...], Field(min_length=1, max_length=100)])


def _one_or_several(value: Any, _: Any) -> Any:
    """Validate a choice or a list of them. The errors of a plain union would name both forms."""
    return _adapter().validate_python(value) if isinstance(value, (list, tuple)) else Choice.model_validate(value)


OneOrSeveral = Annotated[Choice | tuple[Choice, ...], WrapValidator(_one_or_several)]
MoodName = Literal["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "default"]
Profile = dict[MoodName, OneOrSeveral]


def several(choices: OneOrSeveral | None) -> tuple[Choice, ...]:
    """A mood's choices as a tuple, however they are written; empty for None."""
    return () if choices is None else (choices,) if isinstance(choices, Choice) else choices


def default_profile() -> Profile:
    """An example that works on Spotify without further settings: one artist per mood."""
    artists = {
        "happy": ("4tZwfgrHOc3mvqYlEYSvVi", "Daft Punk"),
        "surprise": ("2RdwBSPQiwcmiDo9kixcl8", "Pharrell Williams"),
        "neutral": ("2Kx7MNY7cI1ENniW7vT30N", "Norah Jones"),
        "sad": ("2uFUBdaVGtyMqckSeCl0Qj", "Ludovico Einaudi"),
        "fear": ("6UUrUCIZtQeOf8tC0WuzRy", "Sigur Rós"),
        "angry": ("2QsynagSdAqZj3U9HgDzjD", "Bob Marley & The Wailers"),
        "disgust": ("7G1GBhoKtEPnP86X2PvEYO", "Nina Simone"),
    }
    profile: Profile = {}
    for mood in EXPRESSIONS:
        key, name = artists[mood]
        profile[mood] = Choice(play=f"spotify:artist:{key}", name=name)
    profile["default"] = Choice(play=NOTHING)
    return profile
