"""`moodroom login` and `moodroom speakers`."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from edge.commands.terminal import say
from edge.config import Config
from edge.errors import ConfigError
from edge.players.spotify.api import API_URL, SpotifyApi
from edge.players.spotify.auth import ACCOUNTS_URL
from edge.players.spotify.errors import SpeakerMissingError
from edge.players.spotify.limits.budget import RequestBudget
from edge.players.spotify.login import Login, WrongAddressError, wait_for_redirect
from edge.players.spotify.speakers import find_speaker, speaker_table
from edge.players.spotify.token_file import REDIRECT_URI, TokenFile

# Addresses that the user may paste until the right one.
PASTES_MAX = 5


def log_in(
    config: Config,
    *,
    port: int | None,
    out: TextIO,
    read: Callable[[], str],
    folder: Path | None = None,
    accounts: str = ACCOUNTS_URL,
) -> None:
    """Run `moodroom login`. Raises ConfigError, LoginError.

    port: listen there for the browser; None to let the user paste the address, which `read` returns.
    folder: where the login is saved. accounts: base URL of Spotify's accounts service.
    """
    if config.spotify.client_id is None:
        raise ConfigError(
            "spotify.client_id: is needed to log in; create an app on developer.spotify.com/dashboard with the "
            f"redirect address {REDIRECT_URI}, and copy its client ID"
        )
    redirect = REDIRECT_URI if port is None else f"http://127.0.0.1:{port}/callback"
    login = Login(config.spotify.client_id, TokenFile(folder), redirect=redirect, accounts=accounts)
    print(f"Open this address in any browser and agree:\n\n  {login.address}\n", file=out, flush=True)
    if port is None:
        print(
            "The browser is then sent to an address that it can't open. That is expected: copy the address from its\n"
            "address bar and paste it here:",
            file=out,
            flush=True,
        )
        _finish_with_pasted(login, out, read)
    else:
        print(f"Waiting on {redirect} (from another machine: ssh -L {port}:127.0.0.1:{port} ...)", file=out, flush=True)
        login.finish(wait_for_redirect(port))
    ends = time.strftime("%d %B %Y", time.localtime(login.expires))
    print(f"Logged in. Spotify ends every login after six months; this one ends on {ends}.", file=out)


def _finish_with_pasted(login: Login, out: TextIO, read: Callable[[], str]) -> None:
    """Take the address from the user, who may correct a wrong one. Raises LoginError."""
    for left in reversed(range(PASTES_MAX)):
        answer = read()
        try:
            login.finish(answer)
            return
        except WrongAddressError as error:
            # Without a line end the input is over.
            if not left or not answer.endswith("\n"):
                raise
            print(f"{error}\nPaste it again:", file=out, flush=True)


def show_speakers(config: Config, out: TextIO, *, api: str = API_URL, accounts: str = ACCOUNTS_URL) -> int:
    """Run `moodroom speakers`. Returns the exit code: 1 if the configured speaker isn't online."""
    if config.spotify.client_id is None:
        raise ConfigError("spotify.client_id: is needed to list speakers; `moodroom login` says how to get one")
    client = SpotifyApi(config.spotify.client_id, TokenFile(), api=api, accounts=accounts, budget=RequestBudget())
    try:
        speakers = client.speakers()
    finally:
        client.close()
    for line in speaker_table(speakers, config.spotify.speaker):
        say(line, out)
    if config.spotify.speaker is None:
        print("Set spotify.speaker to one of them.", file=out)
        return 0
    try:
        find_speaker(config.spotify.speaker, speakers)
    except SpeakerMissingError as error:
        say(str(error), out)
        return 1
    return 0
