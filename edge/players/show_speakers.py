"""`moodroom speakers`: the Connect devices that Spotify shows now."""

from __future__ import annotations

from typing import TextIO

from edge.config import Config
from edge.errors import ConfigError
from edge.players.spotify.speakers import find, table
from edge.players.spotify.auth import ACCOUNTS
from edge.players.spotify.errors import SpeakerMissingError
from edge.players.spotify.token_file import TokenFile
from edge.players.spotify.api import API, Web


def show_speakers(config: Config, out: TextIO, *, api: str = API, accounts: str = ACCOUNTS) -> int:
    """Print them; the exit code is 1 where the configured one isn't among them."""
    if config.spotify.client_id is None:
        raise ConfigError("spotify.client_id: is needed to ask Spotify; `moodroom login` says how to get one")
    web = Web(config.spotify.client_id, TokenFile(), api=api, accounts=accounts)
    try:
        found = web.speakers()
    finally:
        web.close()
    for line in table(found, config.spotify.speaker):
        print(line, file=out)
    if config.spotify.speaker is None:
        print("Name one of them as spotify.speaker.", file=out)
        return 0
    try:
        find(config.spotify.speaker, found)
    except SpeakerMissingError as error:
        print(error, file=out)
        return 1
    return 0
