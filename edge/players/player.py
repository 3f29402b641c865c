"""The protocol `Player`, and `open_player`, which chooses the adapter."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, Protocol, runtime_checkable

from edge.config import Config, GoLibrespotConfig, MpdConfig, MusicAssistantConfig
from edge.errors import ConfigError
from edge.players.wishes import AbandonedWish, Resolve
from edge.system.secrets import secret
from edge.values import DRY_RUN_TEXT, NO_PLAYER, NO_PLAYER_TEXT, Playback, Wish

CONNECT_TIMEOUT_S = 2.0
log = logging.getLogger(__name__)


class Player(Protocol):
    """Plays music; used by one thread. Its methods may raise PlayerError except where they say otherwise."""

    name: str

    @property
    def login_expires(self) -> float | None:
        """Unix time at which the login ends; None without a login. May be read by any thread."""

    def apply(self, wish: Wish) -> None:
        """Carry out the wish, or keep it until it can be, for example until the end of the song."""

    def playback(self) -> Playback:
        """Return what is playing; carries out kept wishes that are due."""

    def take_abandoned(self) -> list[AbandonedWish]:
        """Return the wishes that were abandoned since the last call, and forget them; never raises."""

    def report(self) -> dict[str, Any]:
        """Return fields for the payload of `health`; never raises, and may be called by any thread."""

    def wait(self) -> float:
        """Return the seconds until `playback` should be called again; never raises."""

    def close(self) -> None:
        """Close the connection; never raises. The music goes on."""


@runtime_checkable
class ChoosesSpeaker(Protocol):
    """A player that knows several speakers."""

    def choose_speaker(self, name: str) -> None:
        """Use this speaker from now on, and move what plays there. Raises PlayerError, and then nothing has changed."""


@runtime_checkable
class Seeks(Protocol):
    """A player that can go to a position in a song."""

    def seek(self, position: float) -> None:
        """Go to this position in the current song, seconds. Raises PlayerError."""


@runtime_checkable
class TellsNotices(Protocol):
    """A player that has something to tell about music that it does play, for example that a song of it is gone."""

    def take_notices(self) -> list[str]:
        """Return the sentences since the last call, and forget them; never raises."""


@runtime_checkable
class SharesQueue(Protocol):
    """A player whose queue holds other people's songs, too, which the device's music replaces."""

    def songs_of_others(self) -> int:
        """Return how many songs in the queue the device didn't add. Raises PlayerError."""

    def remove_own_songs(self) -> None:
        """Remove the songs that the device added. Raises PlayerError."""


@runtime_checkable
class RenewsLogin(Protocol):
    """A player whose login a person may renew while it fails."""

    def login_renewed(self) -> bool:
        """Return whether there was a new login since the last call; never raises."""


def open_player(
    config: Config,
    *,
    clock: Callable[[], float],
    demo: bool,
    resolver: Callable[[str], Resolve] | None = None,
    publish: Callable[[], None] = lambda: None,
) -> Player:
    """Return the player that the configuration asks for.

    clock: monotonic seconds, simulated in a fast replay. demo: the demo clip is replayed, which never controls a real
    speaker. resolver: called with the player's name, returns its lookup of `library:` addresses.
    publish: called where the speaker takes playlists only, and a `library:` list isn't published as one.
    Raises ConfigError if the player can't be set up. A missing login is no such case: the player reports it when used.
    """
    from edge.players.dry_run import DryRun

    choice = config.music.player
    if demo:
        log.info("player: dry run, since the demo clip and a fast replay never control a real speaker")
        return DryRun(clock=clock)
    if choice == NO_PLAYER:
        log.info("player: none; %s", NO_PLAYER_TEXT)
        return DryRun(clock=clock, name=NO_PLAYER)
    if choice == "spotify" or (choice == "auto" and _has_login(config)):
        return _spotify(config, clock, resolver("spotify") if resolver is not None else None, publish)
    if choice == "music_assistant" or (choice == "auto" and _answers("music_assistant", config.music_assistant)):
        return _music_assistant(config, clock, resolver("music_assistant") if resolver is not None else None)
    if choice == "go_librespot" or (choice == "auto" and _go_librespot_is_reachable(config)):
        # It plays the songs that Spotify's library has.
        return _go_librespot(config, clock, resolver("spotify") if resolver is not None else None)
    if choice == "mpd" or (choice == "auto" and _mpd_is_reachable(config)):
        return _mpd(config, clock, resolver("mpd") if resolver is not None else None)
    if choice == "auto":
        log.info("player: dry run, %s; it only logs what it would play", DRY_RUN_TEXT)
    return DryRun(clock=clock)


def _has_login(config: Config) -> bool:
    from edge.players.spotify.token_file import TokenFile

    if config.spotify.client_id is None:
        return False
    file = TokenFile()
    if file.exists():
        return True
    if file.refused():
        # The user should hear that the login has ended, instead of getting a dry run.
        return True
    log.info("spotify: not used, since nobody is logged in; run `moodroom login`")
    return False


def _mpd_is_reachable(config: Config) -> bool:
    """True if MPD is configured, there is music for it, and it answers."""
    plays = config.music.plays_from("mpd") or config.music.plays_from("library")
    return "mpd" in config.model_fields_set and plays and _answers("mpd", config.mpd)


def _go_librespot_is_reachable(config: Config) -> bool:
    """True if go-librespot is configured, and it answers."""
    return "go_librespot" in config.model_fields_set and _answers("go_librespot", config.go_librespot)


def _answers(name: str, section: MpdConfig | MusicAssistantConfig | GoLibrespotConfig) -> bool:
    """True if there is a host in the section, and something answers there."""
    if section.host is None:
        return False
    try:
        with socket.create_connection((section.host, section.port), timeout=CONNECT_TIMEOUT_S):
            return True
    except OSError:
        log.info("%s: not used, since %s:%d doesn't answer", name, section.host, section.port)
        return False


def _spotify(
    config: Config, clock: Callable[[], float], resolve: Resolve | None, publish: Callable[[], None]
) -> Player:
    if config.spotify.client_id is None:
        raise ConfigError(
            "spotify.client_id: is required for music.player: spotify; `moodroom login` explains how to get one"
        )
    try:
        from edge.players.spotify.api import SpotifyApi
        from edge.players.spotify.limits.budget import RequestBudget
        from edge.players.spotify.player import SpotifyPlayer
        from edge.players.spotify.token_file import TokenFile
    except ImportError as error:
        raise ConfigError(f"music.player: spotify requires spotipy ({error}); run `pip install spotipy`") from None
    log.info("player: Spotify on %s", config.spotify.speaker or "no speaker (set spotify.speaker)")
    api = SpotifyApi(config.spotify.client_id, TokenFile(), budget=RequestBudget())
    return SpotifyPlayer(api, speaker=config.spotify.speaker, clock=clock, resolve=resolve, publish=publish)


def _music_assistant(config: Config, clock: Callable[[], float], resolve: Resolve | None) -> Player:
    section = config.music_assistant
    if section.host is None:
        raise ConfigError(
            "music_assistant.host: is required for music.player: music_assistant; name the server, such as "
            "homeassistant.local"
        )
    if find_spec("websockets") is None:
        raise ConfigError(
            "music.player: music_assistant requires websockets; run `pip install 'moodroom[music-assistant]'`"
        )
    from edge.players.music_assistant.opening import open_music_assistant

    log.info("player: Music Assistant at %s:%d", section.host, section.port)
    return open_music_assistant(section, clock=clock, resolve=resolve)


def _go_librespot(config: Config, clock: Callable[[], float], resolve: Resolve | None) -> Player:
    if find_spec("websockets") is None:
        raise ConfigError("music.player: go_librespot requires websockets; run `pip install 'moodroom[go-librespot]'`")
    from edge.players.go_librespot.opening import open_go_librespot

    log.info("player: go-librespot at %s:%d", config.go_librespot.host, config.go_librespot.port)
    return open_go_librespot(config.go_librespot, clock=clock, resolve=resolve)


def _mpd(config: Config, clock: Callable[[], float], resolve: Resolve | None) -> Player:
    try:
        from edge.players.mpd.player import MpdPlayer
    except ImportError:
        raise ConfigError("music.player: mpd requires python-mpd2; run `pip install 'moodroom[mpd]'`") from None
    log.info("player: MPD at %s:%d", config.mpd.host, config.mpd.port)
    password = secret("mpd_password", config.mpd.password_file)
    return MpdPlayer(config.mpd.host, config.mpd.port, password=password, clock=clock, resolve=resolve)
