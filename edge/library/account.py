"""Whose songs they are: the account or collection that the configuration means, and its lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from edge.config import Config
from edge.errors import ConfigError, LibraryError
from edge.library.sync import SongList
from edge.system.secrets import secret

if TYPE_CHECKING:
    from edge.players.spotify.library_api import SpotifyLibrary

SPOTIFY_PAUSE = 0.5  # seconds between two calls: 60 in Spotify's window of 30 s, and the player needs some too
MPD_PAUSE = 0.05


@dataclass(frozen=True)
class LibraryAccount:
    """kind: `spotify` or `mpd`. spotify: its calls, None for MPD. pause: seconds between two calls."""

    kind: str
    lists: tuple[SongList, ...]
    pause: float
    close: Callable[[], None]
    spotify: SpotifyLibrary | None = None


def kind_of(config: Config) -> str:
    """`spotify` or `mpd`. Raises ConfigError where neither is set up."""
    wanted = config.library.source
    if wanted == "auto":
        if config.music.player == "mpd":
            wanted = "mpd"
        elif config.spotify.client_id is not None:
            wanted = "spotify"
        elif "mpd" in config.model_fields_set:
            wanted = "mpd"
    if wanted == "auto":
        raise ConfigError(
            "library.source: no account is set up; set spotify.client_id or music.player: mpd, or sort a table with "
            "`moodroom library sort --from TABLE.csv`"
        )
    if wanted == "spotify" and config.spotify.client_id is None:
        raise ConfigError("spotify.client_id: is needed to read your songs; `moodroom login` says how to get one")
    return wanted


def open_account(config: Config, *, api: str | None = None, accounts: str | None = None) -> LibraryAccount:
    """Set up the calls; nothing is asked yet. api, accounts: other addresses than Spotify's."""
    if kind_of(config) == "mpd":
        return _mpd(config)
    from edge.players.spotify.api import API_URL
    from edge.players.spotify.auth import ACCOUNTS_URL
    from edge.players.spotify.library_api import SpotifyLibrary
    from edge.players.spotify.token_file import TokenFile

    assert config.spotify.client_id is not None
    web = SpotifyLibrary(config.spotify.client_id, TokenFile(), api=api or API_URL, accounts=accounts or ACCOUNTS_URL)
    lists = [SongList("liked", "liked songs", web.liked)] if config.library.liked else []
    for uri in dict.fromkeys(config.library.playlists):
        lists.append(SongList(uri, f"playlist {uri.split(':')[-1]}", partial(web.playlist, uri.split(":")[-1])))
    if not lists:
        raise ConfigError("library.liked: is false and library.playlists is empty, so there is nothing to read")
    return LibraryAccount("spotify", tuple(lists), SPOTIFY_PAUSE, web.close, web)


def _mpd(config: Config) -> LibraryAccount:
    try:
        from edge.players.mpd.library import MpdLibrary
    except ImportError:
        raise ConfigError("library.source: mpd needs python-mpd2; pip install 'moodroom[mpd]'") from None
    library = MpdLibrary(config.mpd.host, config.mpd.port, password=secret("mpd_password", config.mpd.password_file))
    return LibraryAccount("mpd", (SongList("mpd", "MPD's collection", library.collection),), MPD_PAUSE, library.close)


def spotify_of(account: LibraryAccount) -> SpotifyLibrary:
    """Spotify's calls. Raises LibraryError for MPD."""
    if account.spotify is None:
        raise LibraryError("library: this needs a Spotify account; set library.source: spotify")
    return account.spotify
