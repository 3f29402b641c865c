"""The listener's own songs, sorted into moods."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from edge.config.fields import Duration, FilePath, Section

_PLAYLIST = re.compile(
    r"(?:spotify:playlist:|https://open\.spotify\.com/(?:intl-[a-z]+/)?playlist/)([A-Za-z0-9]+)(?:\?.*)?"
)


def _playlist(value: Any) -> str:
    found = _PLAYLIST.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError("must be a playlist's link from Spotify's share menu, or spotify:playlist:ID")
    return f"spotify:playlist:{found[1]}"


def _name(value: Any) -> Any:
    if isinstance(value, str) and "{mood}" not in value:
        raise ValueError("must hold {mood}, so that each mood gets a playlist of its own")
    return value


Playlist = Annotated[str, BeforeValidator(_playlist)]


class LibraryConfig(Section):
    source: Literal["auto", "spotify", "mpd"] = "auto"
    """Whose songs: auto takes MPD's where music.player is mpd or only MPD is set up, else Spotify's."""
    liked: bool = True
    """The songs that you liked on Spotify."""
    playlists: tuple[Playlist, ...] = ()
    """Playlists of your own that count too; links from Spotify's share menu."""
    table: FilePath | None = None
    """A CSV file with valence and energy for each song, for `library features` and the refresh."""
    reccobeats: bool = False
    """Ask reccobeats.com for what isn't known; it is sent the Spotify ids of your songs."""
    reccobeats_url: Annotated[str, Field(pattern=r"^https?://\S+$")] = "https://api.reccobeats.com/v1"
    """Where ReccoBeats answers."""
    music_folder: FilePath | None = None
    """MPD's music_directory as seen from here, to analyse files that nothing else knows."""
    playlist_folder: FilePath | None = None
    """MPD's playlist_directory as seen from here, where the moods' M3U files go."""
    method: Literal["quadrant", "kmeans", "knn"] = "quadrant"
    """How songs find their moods."""
    clusters: Annotated[int, Field(ge=2, le=7)] | None = None
    """For kmeans: how many; null lets the songs decide."""
    playlist_name: Annotated[str, BeforeValidator(_name), Field(max_length=80)] = "Moodroom {mood}"
    """What the published playlists are called."""
    refresh: Annotated[Duration, Field(ge=3600)] | None = None
    """How often all this is done by itself, such as 7d, while the room is empty; null: never."""
    publish: bool = False
    """The refresh updates the published playlists too."""
