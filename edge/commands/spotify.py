"""`moodroom login` and `moodroom speakers`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from edge.config import Config
from edge.errors import ConfigError
from edge.players.spotify.api import API, SpotifyApi
from edge.players.spotify.auth import ACCOUNTS, REDIRECT
from edge.players.spotify.errors import SpeakerMissingError
from edge.players.spotify.login import Login, listen
from edge.players.spotify.speakers import find, table
from edge.players.spotify.token_file import TokenFile


def log_in(
    config: Config,
    *,
    port: int | None,
    out: TextIO,
    read: Callable[[], str],
    folder: Path | None = None,
    accounts: str = ACCOUNTS,
) -> None:
    """`moodroom login`. port: listen there instead of asking for the address. read: a line that the person pastes."""
    if config.spotify.client_id is None:
        raise ConfigError(
            "spotify.client_id: is needed to log in; create an app on developer.spotify.com/dashboard with the "
            f"redirect address {REDIRECT}, and copy its client ID"
        )
    redirect = REDIRECT if port is None else f"http://127.0.0.1:{port}/callback"
    login = Login(config.spotify.client_id, TokenFile(folder), redirect=redirect, accounts=accounts)
    print(f"Open this address in any browser and agree:\n\n  {login.address}\n", file=out, flush=True)
    if port is None:
        print(
            "The browser is then sent to an address that it can't open, which is fine. Copy that address from its\n"
            "address bar and paste it here:",
            file=out,
            flush=True,
        )
        answer = read()
    else:
        print(f"Waiting on {redirect} (from another machine: ssh -L {port}:127.0.0.1:{port} ...)", file=out, flush=True)
        answer = listen(port)
    login.finish(answer)
    ends = time.strftime("%d %B %Y", time.localtime(login.expires))
    print(f"Logged in. Spotify ends every login after six months: this one on {ends}.", file=out)


def show_speakers(config: Config, out: TextIO, *, api: str = API, accounts: str = ACCOUNTS) -> int:
    """Print them; the exit code is 1 where the configured one isn't among them."""
    if config.spotify.client_id is None:
        raise ConfigError("spotify.client_id: is needed to ask Spotify; `moodroom login` says how to get one")
    web = SpotifyApi(config.spotify.client_id, TokenFile(), api=api, accounts=accounts)
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
