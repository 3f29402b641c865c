"""Opens the listener's Spotify account or MPD collection, as configured, with the lists to read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from edge.config import Config, MpdConfig
from edge.errors import ConfigError, LibraryError
from edge.library.sync import SongList
from edge.system.secrets import secret

if TYPE_CHECKING:
    from edge.players.spotify.library_api import SpotifyLibrary

# Between two calls. 60 in Spotify's rate window of 30 s, which leaves some to the player.
SPOTIFY_PAUSE_S = 0.5
MPD_PAUSE_S = 0.05


@dataclass(frozen=True)
class LibraryAccount:
    """An opened account.

    kind: `spotify` or `mpd`. pause: seconds between two calls. spotify: the API client; None for MPD.
    """

    kind: str
    lists: tuple[SongList, ...]
    pause: float
    close: Callable[[], None]
    spotify: SpotifyLibrary | None = None


def kind_of(config: Config) -> str:
    """Return `spotify` or `mpd`, as configured. Raises ConfigError if neither is set up."""
    source = config.library.source
    if source == "auto":
        if config.music.player == "mpd":
            source = "mpd"
        elif config.spotify.client_id is not None:
            source = "spotify"
        elif _names_mpd(config):
            source = "mpd"
    if source == "auto":
        raise ConfigError(
            "library.source: no account is set up; set spotify.client_id, or library.source: mpd, or sort a table with "
            "`moodroom library sort --from TABLE.csv`"
        )
    if source == "spotify" and config.spotify.client_id is None:
        raise ConfigError("spotify.client_id: is needed to read your songs; `moodroom login` explains how to get one")
    return source


def _names_mpd(config: Config) -> bool:
    """Whether MPD is set up. The shipped configuration lists both sections at their defaults, which says nothing."""
    alone = "mpd" in config.model_fields_set and "spotify" not in config.model_fields_set
    return alone or config.mpd != MpdConfig() or config.music.plays_from("mpd")


def open_account(config: Config, *, api: str | None = None, accounts: str | None = None) -> LibraryAccount:
    """Open the account; sends no request yet. api, accounts: addresses to use instead of Spotify's."""
    if kind_of(config) == "mpd":
        return _mpd(config)
    from edge.players.spotify.api import API_URL
    from edge.players.spotify.auth import ACCOUNTS_URL
    from edge.players.spotify.library_api import SpotifyLibrary
    from edge.players.spotify.limits.budget import RequestBudget
    from edge.players.spotify.token_file import TokenFile

    assert config.spotify.client_id is not None
    web = SpotifyLibrary(
        config.spotify.client_id,
        TokenFile(),
        api=api or API_URL,
        accounts=accounts or ACCOUNTS_URL,
        budget=RequestBudget(),
    )
    lists = [SongList("liked", "liked songs", web.liked)] if config.library.liked else []
    for uri in dict.fromkeys(config.library.playlists):
        lists.append(SongList(uri, f"playlist {uri.split(':')[-1]}", partial(web.playlist, uri.split(":")[-1])))
    if not lists:
        raise ConfigError(
            "library.liked: is false and library.playlists is empty, so there is nothing to read; set one of them"
        )
    return LibraryAccount("spotify", tuple(lists), SPOTIFY_PAUSE_S, web.close, web)


def _mpd(config: Config) -> LibraryAccount:
    try:
        from edge.players.mpd.library import MpdLibrary
    except ImportError:
        raise ConfigError("library.source: mpd needs python-mpd2; pip install 'moodroom[mpd]'") from None
    library = MpdLibrary(config.mpd.host, config.mpd.port, password=secret("mpd_password", config.mpd.password_file))
    return LibraryAccount("mpd", (SongList("mpd", "MPD's collection", library.collection),), MPD_PAUSE_S, library.close)


def spotify_of(account: LibraryAccount) -> SpotifyLibrary:
    """Return the Spotify API client. Raises LibraryError for MPD."""
    if account.spotify is None:
        raise LibraryError("library: this needs a Spotify account; set library.source: spotify")
    return account.spotify
