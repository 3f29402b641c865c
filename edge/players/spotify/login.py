"""The sign-in for a machine without a screen: an address to open elsewhere, and the way back."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

import requests
import spotipy

from edge.errors import ConfigError
from edge.players.spotify.api import TIMEOUT, network_error
from edge.players.spotify.auth import ACCOUNTS, REDIRECT, AuthSession, Pkce
from edge.players.spotify.errors import LoginError
from edge.players.spotify.token_file import TokenFile

LISTEN_FOR = 600.0


class Login:
    """One sign-in: `address` for a person, then `finish` with the address that the browser was sent to. Works once."""

    def __init__(
        self,
        client_id: str,
        file: TokenFile,
        *,
        redirect: str = REDIRECT,
        accounts: str = ACCOUNTS,
        now: Callable[[], float] = time.time,
    ) -> None:
        """redirect: must stand in the app's settings on Spotify's dashboard, letter by letter. now: Unix time."""
        self._client_id, self._file, self._now = client_id, file, now
        self._session = AuthSession()
        # The old login stays in use until the new one is there.
        self._auth = Pkce(client_id, file, self._session, accounts=accounts, timeout=TIMEOUT, now=now)
        self._auth.redirect_uri = redirect
        self._state: str | None = secrets.token_urlsafe(24)
        self.address = str(self._auth.get_authorize_url(state=self._state))

    def finish(self, answer: str) -> None:
        """Exchange what Spotify sent back for a login, and keep it. Raises LoginError."""
        found = parse_qs(urlsplit(answer.strip()).query)
        state, code, refused = (found.get(name, [""])[0] for name in ("state", "code", "error"))
        if self._state is None:
            raise LoginError("this sign-in was used already; run `moodroom login` again")
        if not (code or refused):
            raise LoginError("that isn't the address that Spotify sent you to; it holds ?code=... and &state=...")
        if not secrets.compare_digest(state.encode(), self._state.encode()):
            raise LoginError("this address belongs to another sign-in; open the one that was printed just now")
        self._state = None
        if refused:
            raise LoginError(f"Spotify says that the sign-in was refused ({refused}); run `moodroom login` again")
        keeper = _Keeper(self._file, self._client_id)
        self._auth.cache_handler.save_token_to_cache = keeper
        try:
            self._auth.get_access_token(code=code, check_cache=False)
        except requests.RequestException as error:
            raise LoginError(f"{network_error(error)} Then run `moodroom login` again") from None
        except spotipy.SpotifyOauthError as error:
            raise LoginError(_refusal(error)) from None
        finally:
            self._session.close()

    @property
    def expires(self) -> float | None:
        """Unix time at which the login will end."""
        return self._file.expires


class _Keeper:
    """Keeps what a person consented to as a new login."""

    def __init__(self, file: TokenFile, client_id: str) -> None:
        self._file, self._client_id = file, client_id

    def __call__(self, token: dict[str, object]) -> None:
        self._file.write(token, new_login=True, client_id=self._client_id)


def _refusal(error: spotipy.SpotifyOauthError) -> str:
    if error.error == "invalid_client":
        return "spotify.client_id: Spotify doesn't know this app; copy the ID from Spotify's developer dashboard"
    return (
        "Spotify didn't accept the sign-in; it may have taken longer than a few minutes, or the redirect address isn't "
        "in the app's settings; run `moodroom login` again"
    )


def listen(port: int, *, seconds: float = LISTEN_FOR, ready: Callable[[], None] = lambda: None) -> str:
    """Wait on 127.0.0.1 for the browser to be sent back, once; gives the address it asked for.

    For people on `ssh -L PORT:127.0.0.1:PORT`. Raises ConfigError where the port is taken, LoginError where
    nobody came.
    """
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = 5

        def do_GET(self) -> None:
            wanted = urlsplit(self.path)
            if wanted.path != "/callback" or not wanted.query:
                self.send_error(404)
                return
            heard.append(self.path)
            text = b"Moodroom has heard from Spotify. This window can be closed; the terminal says how it went."
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """The address holds the code, which stays out of every log."""

    try:
        server = HTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise ConfigError(f"--listen: port {port} can't be used ({error.strerror}); name another") from None
    until = time.monotonic() + seconds
    with contextlib.closing(server.socket):
        ready()
        while not heard and (left := until - time.monotonic()) > 0:
            server.timeout = left
            server.handle_request()
    if not heard:
        raise LoginError("nobody came back from Spotify; run `moodroom login` again")
    return heard[0]
