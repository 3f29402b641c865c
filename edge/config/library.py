"""The section `library`: the listener's own songs, sorted into moods."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from edge.config.basis import BeforeValidator, Field
from edge.config.fields import Duration, FilePath, Kind, Section
from edge.sentences import Sentence

_PLAYLIST = re.compile(
    r"(?:spotify:playlist:|https://open\.spotify\.com/(?:intl-[a-z]+/)?playlist/)([A-Za-z0-9]+)(?:\?.*)?"
)


def _playlist(value: Any) -> str:
    match = _PLAYLIST.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(Sentence("must be a playlist's link from Spotify's share menu, or spotify:playlist:ID"))
    return f"spotify:playlist:{match[1]}"


def _name(value: Any) -> Any:
    if isinstance(value, str) and "{mood}" not in value:
        raise ValueError(Sentence("must contain {mood}, so that each mood gets a playlist of its own"))
    return value


Playlist = Annotated[str, BeforeValidator(_playlist), Kind("link")]


class LibraryConfig(Section):
    """Your own songs, sorted into moods; see docs/library.md."""

    source: Literal["auto", "spotify", "mpd"] = "auto"
    """Where your songs are. `auto`: MPD if music.player is mpd or only MPD is set up, else Spotify."""
    liked: bool = True
    """Include the songs that you liked on Spotify."""
    playlists: tuple[Playlist, ...] = ()
    """Your own playlists to include, as links from Spotify's share menu."""
    table: FilePath | None = None
    """A CSV file with valence and energy per song, for `library features` and the refresh."""
    reccobeats: bool = False
    """Ask reccobeats.com for unknown songs; their Spotify ids are sent there."""
    reccobeats_url: Annotated[str, Field(pattern=r"^https?://\S+$")] = "https://api.reccobeats.com/v1"
    """The address of ReccoBeats."""
    music_folder: FilePath | None = None
    """MPD's music_directory as this machine sees it, to analyse files of unknown songs."""
    playlist_folder: FilePath | None = None
    """MPD's playlist_directory as this machine sees it, to write one M3U file per mood."""
    method: Literal["quadrant", "kmeans", "knn"] = "quadrant"
    """How songs are sorted. `kmeans` and `knn` need the extra `library`:
    `sudo scripts/install --with library`, or `pip install 'moodroom[library]'`."""
    clusters: Annotated[int, Field(ge=2, le=7)] | None = None
    """The number of clusters for kmeans. null: chosen from the songs."""
    playlist_name: Annotated[str, BeforeValidator(_name), Field(max_length=80)] = "Moodroom {mood}"
    """The name of the published playlists; it must contain {mood}."""
    refresh: Annotated[Duration, Field(ge=3600)] | None = None
    """How often the library is updated automatically while the room is empty, such as 7d. null: never."""
    publish: bool = False
    """Let the refresh update the published playlists too."""
