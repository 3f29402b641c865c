"""`moodroom speakers`: the speakers that the configured player knows now."""

from __future__ import annotations

from typing import TextIO

from edge.commands.terminal import say
from edge.config import Config
from edge.health.check.music import try_go_librespot
from edge.players.music_assistant.errors import PlayerAwayError
from edge.players.music_assistant.opening import open_connection
from edge.players.music_assistant.speakers import find_player, player_table
from edge.players.music_assistant.state import parse_players


def uses_music_assistant(config: Config) -> bool:
    """Whether the speakers are Music Assistant's: it is the player, or it is set up and Spotify isn't."""
    choice, section = config.music.player, config.music_assistant
    return choice == "music_assistant" or (
        choice == "auto" and section.host is not None and config.spotify.client_id is None
    )


def show_players(config: Config, out: TextIO) -> int:
    """List Music Assistant's players. Returns the exit code: 1 if the configured one isn't online."""
    section = config.music_assistant
    connection = open_connection(section)
    try:
        players = parse_players(connection.call("players/all"))
    finally:
        connection.close()
    for line in player_table(players, section.speaker):
        say(line, out)
    if section.speaker is None:
        if not players:
            return 0
        print("Set music_assistant.speaker to one of them.", file=out)
        return 0
    try:
        found = find_player(section.speaker, players)
    except PlayerAwayError as error:
        say(str(error), out)
        return 1
    return 0 if found.available else 1


def show_daemon(config: Config, out: TextIO) -> int:
    """Say what go-librespot, which is one speaker only, is called. Returns the exit code: 1 without an account."""
    passed = try_go_librespot(config.go_librespot)
    say(passed.text, out)
    return 1 if passed.warning else 0
