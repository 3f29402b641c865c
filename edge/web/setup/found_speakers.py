"""The speakers that are found: on this machine, at the addresses in the configuration, and in Spotify's account."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from edge.config import Config, GoLibrespotConfig, MpdConfig, MusicAssistantConfig
from edge.errors import ConfigError, MoodroomError, PlayerError, sentence_of
from edge.health.check.music import try_mpd
from edge.sentences import parts
from edge.web.security.hosts import is_loopback

MPD, SPOTIFY, MUSIC_ASSISTANT, GO_LIBRESPOT = "mpd", "spotify", "music_assistant", "go_librespot"
UNNAMED_DAEMON = "go-librespot"


def speakers(config: Config) -> dict[str, Any]:
    """Every speaker that is found, with what doesn't work, and the state of Spotify's login."""
    found: list[dict[str, Any]] = []
    problems: list[dict[str, Any]] = []
    looks: list[tuple[str, Callable[[], list[dict[str, Any]]]]] = [
        (MPD, lambda: _mpd(config.mpd)),
        (SPOTIFY, lambda: _spotify(config)),
        (MUSIC_ASSISTANT, lambda: music_assistant_entries(config.music_assistant)),
        (GO_LIBRESPOT, lambda: _go_librespot(config.go_librespot)),
    ]
    for player, look in looks:
        try:
            found += look()
        except MoodroomError as error:
            text = sentence_of(error)
            problems.append({"player": player, "text": text} | parts(text))
    return {"speakers": found, "problems": problems, "spotify": _login(config)}


def names_of(config: Config, player: str) -> list[str]:
    """The names of the speakers that this player, of several speakers, offers now. Raises MoodroomError."""
    found = _spotify(config) if player == SPOTIFY else music_assistant_entries(config.music_assistant)
    return sorted({one["name"] for one in found}, key=str.casefold)


def _mpd(section: MpdConfig) -> list[dict[str, Any]]:
    """The configured MPD, and the one on this machine."""
    usual = MpdConfig()
    found: list[dict[str, Any]] = []
    here = (section.host, section.port) == (usual.host, usual.port)
    if not here:
        try:
            try_mpd(usual)
            found.append(mpd_entry(usual))
        except MoodroomError:
            pass  # Most machines have none.
    try:
        try_mpd(section)
        found.append(mpd_entry(section))
    except PlayerError as error:
        if found or not (here and error.gone):
            raise
    return found


def mpd_entry(section: MpdConfig) -> dict[str, Any]:
    """MPD as a speaker."""
    here = section.host.startswith("/") or is_loopback(section.host)
    return _entry(MPD, section.host, host=section.host, port=section.port, here=here)


def _spotify(config: Config) -> list[dict[str, Any]]:
    if _login(config) != "signed_in":
        return []
    try:
        from edge.players.spotify.api import SpotifyApi
    except ImportError:
        raise ConfigError("spotify: requires spotipy; run `pip install spotipy`") from None
    from edge.players.spotify.limits.budget import RequestBudget
    from edge.players.spotify.token_file import TokenFile

    api = SpotifyApi(str(config.spotify.client_id), TokenFile(), budget=RequestBudget())
    return spotify_entries(api)


def spotify_entries(api: Any) -> list[dict[str, Any]]:
    """The speakers of the account that take commands. api: a SpotifyApi."""
    names = dict.fromkeys(one.name for one in api.speakers() if one.id and one.name and not one.restricted)
    return [_entry(SPOTIFY, name) for name in names]


def _login(config: Config) -> str:
    """`unset` without a client id, `signed_out`, or `signed_in`."""
    if config.spotify.client_id is None:
        return "unset"
    from edge.players.spotify.token_file import TokenFile

    return "signed_in" if TokenFile().exists() else "signed_out"


def music_assistant_entries(section: MusicAssistantConfig, token: str | None = None) -> list[dict[str, Any]]:
    """The server's speakers that are online. token: in place of the one that is kept."""
    if section.host is None:
        return []
    from edge.players.music_assistant.opening import open_connection
    from edge.players.music_assistant.state import parse_players

    connection = open_connection(section, token=token)
    try:
        players = parse_players(connection.call("players/all"))
    except ImportError:
        raise ConfigError(
            "music_assistant: requires websockets; run `pip install 'moodroom[music-assistant]'`"
        ) from None
    finally:
        connection.close()
    return [_entry(MUSIC_ASSISTANT, one.name, host=section.host, port=section.port) for one in players if one.available]


def _go_librespot(section: GoLibrespotConfig) -> list[dict[str, Any]]:
    """The configured daemon, and the one on this machine."""
    usual = GoLibrespotConfig()
    places = dict.fromkeys((one.host, one.port) for one in (usual, section))
    found: list[dict[str, Any]] = []
    for host, port in places:
        try:
            found += daemon_entries(GoLibrespotConfig(host=host, port=port))
        except PlayerError as error:
            if (host, port) != (usual.host, usual.port) or not error.gone:
                raise
    return found


def daemon_entries(section: GoLibrespotConfig) -> list[dict[str, Any]]:
    """The one speaker that go-librespot is. It tells its name once somebody has connected with the Spotify app."""
    from edge.players.go_librespot.opening import open_connection

    status = open_connection(section, clock=time.monotonic).status()
    name = (status.device if status is not None else None) or UNNAMED_DAEMON
    here = is_loopback(section.host)
    return [_entry(GO_LIBRESPOT, name, host=section.host, port=section.port, here=here)]


def _entry(
    player: str, name: str, *, host: str | None = None, port: int | None = None, here: bool = False
) -> dict[str, Any]:
    """A speaker as JSON. here: it is on this machine."""
    return {"player": player, "name": name, "host": host, "port": port, "here": here}
