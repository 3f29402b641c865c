"""Checks of the login, the player and its speaker; nothing is played."""

from __future__ import annotations

import time

from edge.config import Config, GoLibrespotConfig, MpdConfig
from edge.errors import ConfigError, PlayerError
from edge.health.check.result import Passed
from edge.health.readings import HealthReadings
from edge.health.rules import apply_rules
from edge.system.secrets import secret
from edge.values import DRY_RUN, DRY_RUN_TEXT, NO_PLAYER, NO_PLAYER_TEXT


def spotify(config: Config) -> Passed | None:
    """Whether there is a login, and until when; None if Spotify isn't set up, or neither player nor library uses it."""
    if config.spotify.client_id is None or not _uses_spotify(config):
        return None
    from edge.players.spotify.errors import login_missing
    from edge.players.spotify.limits.budget import RequestBudget
    from edge.players.spotify.token_file import TokenFile

    file = TokenFile()
    if file.read() is None:
        raise login_missing()
    if file.client_id not in (None, config.spotify.client_id):
        raise PlayerError("spotify: the login was made for another spotify.client_id; run `moodroom login` again")
    requests = RequestBudget().counts()
    if (expires := file.expires) is None:
        return Passed(f"logged in; {requests}")
    for finding in apply_rules(HealthReadings(wall=time.time(), login_expires=expires)):
        return Passed(finding.message, warning=True)
    until = time.strftime("%d %B %Y", time.localtime(expires)).lstrip("0")
    return Passed(f"logged in until {until}; {requests}", warning=requests.share >= 1)


def player(config: Config) -> Passed:
    """The state of the player that would be used."""
    from edge.players.player import open_player

    player = open_player(config, clock=time.monotonic, demo=False)
    try:
        playback = player.playback()
    finally:
        player.close()
    if playback.state == "unavailable":
        raise PlayerError(f"{player.name}: the speaker is offline; wake it, or choose one of `moodroom speakers`")
    if player.name == NO_PLAYER:
        unheard = config.mqtt.host is None
        return Passed(NO_PLAYER_TEXT + ("; set mqtt.host, where it learns of it" if unheard else ""), warning=unheard)
    if player.name == DRY_RUN:
        unset = config.music.player == "auto"
        return Passed(
            f"dry run, {DRY_RUN_TEXT}" + ("; set spotify.client_id or mpd.host" if unset else ""), warning=unset
        )
    return Passed(f"{player.name}: {playback.state}" + (f" on {playback.speaker}" if playback.speaker else ""))


def mpd(config: Config) -> Passed | None:
    """Whether MPD answers and lets the device play music; None if nothing is to play on it."""
    if not _uses_mpd(config):
        return None
    return try_mpd(config.mpd)


def try_mpd(section: MpdConfig, *, password: str | None = None) -> Passed:
    """Whether MPD answers and lets the device play music. password: in place of the one that is kept."""
    try:
        from edge.players.mpd.player import MpdPlayer
    except ImportError:
        raise ConfigError("mpd: requires python-mpd2; run `pip install 'moodroom[mpd]'`") from None

    if password is None:
        password = secret("mpd_password", section.password_file)
    player = MpdPlayer(section.host, section.port, password=password, clock=time.monotonic)
    try:
        player.playback()
        player.check_permissions()
    finally:
        player.close()
    return Passed(f"{section.host}:{section.port} answers")


def music_assistant(config: Config) -> Passed | None:
    """Whether the server takes the token and knows the speaker; None if it isn't set up."""
    section = config.music_assistant
    if section.host is None or config.music.player not in ("auto", "music_assistant"):
        return None
    from edge.players.music_assistant.opening import open_connection
    from edge.players.music_assistant.speakers import find_player
    from edge.players.music_assistant.state import parse_players

    connection = open_connection(section)
    try:
        found = find_player(section.speaker, parse_players(connection.call("players/all")))
    except ImportError:
        raise ConfigError(
            "music_assistant: requires websockets; run `pip install 'moodroom[music-assistant]'`"
        ) from None
    finally:
        connection.close()
    version = f" (version {connection.info.version})" if connection.info is not None else ""
    state = "online" if found.available else "offline"
    where = f"{section.host}:{section.port}"
    return Passed(f"{where} answers{version}; {found.name} is {state}", warning=not found.available)


def go_librespot(config: Config) -> Passed | None:
    """Whether go-librespot answers and an account is connected to it; None if it isn't set up."""
    if config.music.player != "go_librespot" and not (
        config.music.player == "auto" and "go_librespot" in config.model_fields_set
    ):
        return None
    passed = try_go_librespot(config.go_librespot)
    if not passed.warning and config.music.plays_from("library") and config.library.source != "spotify":
        return Passed(
            "go-librespot can't search for the songs of library:; set library.source to spotify, or name playlists",
            warning=True,
        )
    return passed


def try_go_librespot(section: GoLibrespotConfig) -> Passed:
    """Whether go-librespot answers; a warning until somebody has connected with the Spotify app."""
    from edge.players.go_librespot.errors import no_account
    from edge.players.go_librespot.opening import open_connection

    status = open_connection(section, clock=time.monotonic).status()
    where = f"{section.host}:{section.port}"
    if status is None:
        return Passed(f"{where} answers, and {str(no_account()).removeprefix('go_librespot: ')}", warning=True)
    return Passed(f"{where} answers; in the Spotify app it is {status.device or 'without a name'}")


def follow(config: Config) -> Passed | None:
    """Whether the rooms that music follows people between are named as all devices need it; None without any."""
    if not config.music.follow:
        return None
    from edge.mqtt.rooms.reports import unlisted

    if (wrong := unlisted(config.device.id, config.music.follow)) is not None:
        return Passed(wrong.removeprefix("music.follow: "), warning=True)
    return Passed(f"with {', '.join(sorted(set(config.music.follow) - {config.device.id}))}")


def _uses_spotify(config: Config) -> bool:
    return config.music.player in ("auto", "spotify") or config.library.source == "spotify"


def _uses_mpd(config: Config) -> bool:
    """Whether MPD is the player or the library, or may be: its section was changed, or a profile plays from it."""
    if config.music.player == "mpd" or config.library.source == "mpd":
        return True
    if config.music.player != "auto":
        return False
    return config.mpd != MpdConfig() or config.music.plays_from("mpd")
