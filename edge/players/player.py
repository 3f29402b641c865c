"""What a player is, and `open_player`, which picks the adapter."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from typing import Any, Protocol

from edge.config import Config, several
from edge.errors import ConfigError
from edge.players.wishes import AbandonedWish, Resolve
from edge.system.secrets import secret
from edge.values import Playback, Wish

log = logging.getLogger(__name__)


class Player(Protocol):
    """Something that plays; used by one thread. Every method may raise PlayerError."""

    name: str

    @property
    def login_expires(self) -> float | None:
        """Unix time at which the login ends; None where there is none. May be called by any thread."""

    def apply(self, wish: Wish) -> None:
        """Do what the wish says; one for the track's end is kept until then, and a newer one takes its place."""

    def playback(self) -> Playback:
        """What plays now; does what was kept for this moment."""

    def given_up(self) -> list[AbandonedWish]:
        """Wishes that won't be done any more, since the last call; never raises."""

    def report(self) -> dict[str, Any]:
        """What goes into the payload of `health`; never raises, and may be called by any thread."""

    def wait(self) -> float:
        """Seconds until `playback` is worth calling again."""

    def close(self) -> None:
        """Let go; the music goes on as it is."""


def open_player(
    config: Config,
    *,
    clock: Callable[[], float],
    demo: bool,
    resolver: Callable[[str], Resolve] | None = None,
) -> Player:
    """The player that the configuration asks for.

    clock: the time on which a dry run's songs end. demo: the demo clip is replayed, which never drives a real speaker.
    resolver: a player's name -> what finds the songs that a `library:` address stands for.
    Raises ConfigError where the player that is asked for can't be set up at all; without a login it can, and says so.
    """
    from edge.players.dry_run import DryRun

    wanted = config.music.player
    if demo:
        log.info("player: a dry run, since the demo clip never drives a real speaker")
        return DryRun(clock=clock)
    if wanted == "spotify" or (wanted == "auto" and _logged_in(config)):
        return _spotify(config, clock, resolver("spotify") if resolver is not None else None)
    if wanted == "mpd" or (wanted == "auto" and _mpd_there(config)):
        return _mpd(config, clock, resolver("mpd") if resolver is not None else None)
    if wanted == "auto":
        log.info("player: a dry run, which says what it would play; no speaker is set up")
    return DryRun(clock=clock)


def _logged_in(config: Config) -> bool:
    from edge.players.spotify.token_file import TokenFile

    if config.spotify.client_id is None:
        return False
    file = TokenFile()
    if file.exists():
        return True
    if file.refused():
        # Whoever was logged in hears that the login has ended, and not a dry run.
        return True
    log.info("spotify: isn't used, since nobody is logged in; `moodroom login` does it")
    return False


def _mpd_there(config: Config) -> bool:
    """MPD is named in the configuration, there is music for it, and it answers."""
    moods = [mood for profile in config.music.profiles.values() for mood in profile.values()]
    choices = [choice for mood in moods for choice in several(mood)]
    if "mpd" not in config.model_fields_set or not any(
        choice.play.startswith(("mpd:", "library:")) for choice in choices
    ):
        return False
    try:
        with socket.create_connection((config.mpd.host, config.mpd.port), timeout=2):
            return True
    except OSError:
        log.info("mpd: isn't used, since %s:%d doesn't answer", config.mpd.host, config.mpd.port)
        return False


def _spotify(config: Config, clock: Callable[[], float], resolve: Resolve | None) -> Player:
    if config.spotify.client_id is None:
        raise ConfigError(
            "spotify.client_id: is needed for music.player: spotify; `moodroom login` says how to get one"
        )
    try:
        from edge.players.spotify.api import SpotifyApi
        from edge.players.spotify.player import SpotifyPlayer
        from edge.players.spotify.token_file import TokenFile
    except ImportError as error:
        raise ConfigError(f"music.player: spotify needs spotipy ({error}); pip install spotipy") from None
    log.info("player: Spotify on %s", config.spotify.speaker or "no speaker (spotify.speaker names one)")
    web = SpotifyApi(config.spotify.client_id, TokenFile())
    return SpotifyPlayer(web, speaker=config.spotify.speaker, clock=clock, resolve=resolve)


def _mpd(config: Config, clock: Callable[[], float], resolve: Resolve | None) -> Player:
    try:
        from edge.players.mpd.player import MpdPlayer
    except ImportError:
        raise ConfigError("music.player: mpd needs python-mpd2; pip install 'moodroom[mpd]'") from None
    log.info("player: MPD at %s:%d", config.mpd.host, config.mpd.port)
    password = secret("mpd_password", config.mpd.password_file)
    return MpdPlayer(config.mpd.host, config.mpd.port, password=password, clock=clock, resolve=resolve)
