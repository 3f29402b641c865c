"""The login, the player and its speaker: asked, never played on."""

from __future__ import annotations

import time

from edge.config import Config
from edge.errors import PlayerError
from edge.health.check.result import Said
from edge.health.rules import HealthReadings, findings
from edge.system.secrets import secret


def spotify(config: Config) -> Said | None:
    """Whether there is a login, and until when; only where Spotify is set up."""
    if config.spotify.client_id is None:
        return None
    from edge.players.spotify.errors import login_missing
    from edge.players.spotify.token_file import TokenFile

    file = TokenFile()
    if file.read() is None:
        raise login_missing()
    if file.client_id not in (None, config.spotify.client_id):
        raise PlayerError("spotify: the login was made for another spotify.client_id; run `moodroom login` again")
    if (expires := file.expires) is None:
        return Said("logged in")
    for verdict in findings(HealthReadings(wall=time.time(), login_expires=expires)):
        return Said(verdict.message, warning=True)
    return Said(f"logged in until {time.strftime('%d %B %Y', time.localtime(expires)).lstrip('0')}")


def player(config: Config) -> Said:
    """What the player that would be used says of itself."""
    from edge.players.player import open_player

    player = open_player(config, clock=time.monotonic, demo=False)
    try:
        found = player.playback()
    finally:
        player.close()
    if found.state == "unavailable":
        raise PlayerError(f"{player.name}: the speaker isn't there now; `moodroom speakers` lists those that are")
    if player.name == "dry_run" and config.music.player == "auto":
        return Said("a dry run, which says what it would play; see spotify.client_id or mpd.host", warning=True)
    return Said(f"{player.name}: {found.state}" + (f" on {found.speaker}" if found.speaker else ""))


def mpd(config: Config) -> Said | None:
    """Whether MPD answers; only where it is set up."""
    if "mpd" not in config.model_fields_set and config.music.player != "mpd":
        return None
    from edge.players.mpd.player import MpdPlayer

    password = secret("mpd_password", config.mpd.password_file)
    player = MpdPlayer(config.mpd.host, config.mpd.port, password=password, clock=time.monotonic)
    try:
        player.playback()
    finally:
        player.close()
    return Said(f"{config.mpd.host}:{config.mpd.port} answers")
