"""What is played for which mood, and how politely."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from edge.config.kinds import Duration, Section
from edge.values import EXPRESSIONS

SPOTIFY_KINDS = ("playlist", "album", "artist", "track", "show", "episode")
_SPOTIFY_LINK = re.compile(r"https://open\.spotify\.com/(?:intl-[a-z]+/)?([a-z]+)/([A-Za-z0-9]+)(?:\?.*)?")
NOTHING = "nothing"
_SPOTIFY_URI = re.compile(r"spotify:([a-z]+):[A-Za-z0-9]+")


def _uri(value: Any) -> Any:
    """A link copied from Spotify's share menu -> the address that players use; others are checked and kept."""
    if not isinstance(value, str):
        raise ValueError("must be text, such as spotify:playlist:... or a link from Spotify's share menu")
    link = _SPOTIFY_LINK.fullmatch(value.strip())
    uri = f"spotify:{link[1]}:{link[2]}" if link else value.strip()
    if uri == NOTHING:
        return uri
    kind = uri.split(":", 1)[0]
    if kind == "spotify":
        found = _SPOTIFY_URI.fullmatch(uri)
        if found is None or found[1] not in SPOTIFY_KINDS:
            raise ValueError(f"must look like spotify:KIND:ID with one of the kinds {', '.join(SPOTIFY_KINDS)}")
    elif kind not in ("mpd", "library") or ":" not in uri:
        raise ValueError(
            "must begin with spotify:, mpd: or library:, be a link from Spotify's share menu, or be the word nothing"
        )
    return uri


Uri = Annotated[str, BeforeValidator(_uri)]


class Choice(Section):
    """What a mood plays: an address, and a name for people."""

    play: Uri
    """spotify:playlist:..., a link from Spotify's share menu, mpd:..., library:..., or nothing: leave it as it is."""
    name: str | None = None
    """What it is called in messages."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"play": value} if isinstance(value, str) else value


MoodName = Literal["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral", "default"]
Profile = dict[MoodName, Choice]


def _profile() -> Profile:
    """Artists that most people can bear; everybody replaces them with playlists of their own."""
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
        profile[mood] = Choice(play=f"spotify:artist:{key}", name=name)  # type: ignore[index]
    profile["default"] = Choice(play=NOTHING)
    return profile


class MusicConfig(Section):
    player: Literal["auto", "spotify", "mpd", "dry_run"] = "auto"
    """dry_run only says what it would play; auto takes the first of Spotify and MPD that is set up, else dry_run."""
    profile: str = "everyday"
    """Which of the profiles is used."""
    switch: Literal["at_track_end", "now"] = "at_track_end"
    """When the music follows a new mood."""
    cooldown: Duration = 60.0
    """Between two switches at least; only `switch: now` needs it."""
    profiles: Annotated[dict[str, Profile], Field(min_length=1)] = Field(
        default_factory=lambda: {"everyday": _profile()}
    )
    """A map from mood to music for each profile; `default` is for moods that are not named, `nothing` leaves the
    music as it is."""

    @model_validator(mode="after")
    def _profile_exists(self) -> MusicConfig:
        if self.profile not in self.profiles:
            known = ", ".join(name if name.isprintable() else repr(name) for name in self.profiles)
            raise ValueError(f"profile: there is no profile called {self.profile!r}; there is {known}")
        return self
