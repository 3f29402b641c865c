"""`Login`: the sign-in for a device without a screen, and `wait_for_redirect`, which receives the browser."""

from __future__ import annotations

import contextlib
import secrets
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlsplit

from edge.errors import ConfigError
from edge.players.spotify.api import TIMEOUT_S
from edge.players.spotify.auth import ACCOUNTS_URL, CountingSession, SpotifyAuth
from edge.players.spotify.errors import LoginError
from edge.players.spotify.request_errors import network_error
from edge.players.spotify.spotipy_module import spotipy
from edge.players.spotify.token_file import REDIRECT_URI, TokenFile
from edge.sentences import Sentence
from edge.system.requests_module import requests
from edge.text import clean

# What to do after a sign-in that failed; the page says it in its own words.
AGAIN = Sentence("run `moodroom login` again")
NOT_THE_ANSWER = Sentence(
    "this isn't the address that Spotify sent the browser to; paste the one that contains ?code=... and &state=..."
)
OTHER_SIGN_IN = Sentence("this address belongs to another sign-in; open the one that was printed last")
UNKNOWN_APP = Sentence(
    "spotify.client_id: Spotify doesn't know this app; copy the ID from Spotify's developer dashboard"
)
NOT_ACCEPTED = Sentence(
    "Spotify didn't accept the sign-in: it took longer than a few minutes, or the redirect address isn't in the app's "
    "settings; {again}",
    again=AGAIN,
)
REFUSAL_MAX_CHARS = 60
REDIRECT_TIMEOUT_S = 600.0
REQUEST_TIMEOUT_S = 5


class WrongAddressError(LoginError):
    """Not the address of this sign-in, which goes on."""


class Login:
    """One sign-in. The user opens `address`; `finish` takes the address that the browser was sent to. Works once."""

    def __init__(
        self,
        client_id: str,
        file: TokenFile,
        *,
        redirect: str = REDIRECT_URI,
        accounts: str = ACCOUNTS_URL,
        now: Callable[[], float] = time.time,
    ) -> None:
        """redirect: must be in the app's settings on Spotify's dashboard, letter for letter. now: returns Unix time."""
        self._client_id, self._file = client_id, file
        self._session = CountingSession()
        # The old login stays in use until the new one is complete.
        self._auth = SpotifyAuth(client_id, file, self._session, accounts=accounts, timeout=TIMEOUT_S, now=now)
        self._auth.redirect_uri = redirect
        self._state: str | None = secrets.token_urlsafe(24)
        self.address = str(self._auth.get_authorize_url(state=self._state))

    def finish(self, answer: str) -> None:
        """Exchange the code in the address for a token, and save it. Raises LoginError.

        WrongAddressError is the one after which the right address can still be given.
        """
        query = parse_qs(urlsplit(answer.strip()).query)
        state, code, refusal = (query.get(name, [""])[0] for name in ("state", "code", "error"))
        if self._state is None:
            raise LoginError(Sentence("this sign-in was already used; {again}", again=AGAIN))
        if not (code or refusal):
            raise WrongAddressError(NOT_THE_ANSWER)
        if not secrets.compare_digest(state.encode(), self._state.encode()):
            raise WrongAddressError(OTHER_SIGN_IN)
        self._state = None
        if refusal:
            refused = clean(refusal)[:REFUSAL_MAX_CHARS]
            raise LoginError(
                Sentence(
                    "Spotify reports that the sign-in was refused ({refusal}); {again}", refusal=refused, again=AGAIN
                )
            )
        self._auth.cache_handler.save_token_to_cache = self._save
        try:
            self._auth.get_access_token(code=code, check_cache=False)
        except requests.RequestException as error:
            raise LoginError(f"{network_error(error)}. Then run `moodroom login` again") from None
        except spotipy.SpotifyOauthError as error:
            raise LoginError(_refusal_message(error)) from None
        finally:
            self._session.close()

    @property
    def expires(self) -> float | None:
        """Unix time at which the login will end."""
        return self._file.expires

    def _save(self, token: dict[str, object]) -> None:
        self._file.write(token, new_login=True, client_id=self._client_id)


def _refusal_message(error: spotipy.SpotifyOauthError) -> Sentence:
    return UNKNOWN_APP if error.error == "invalid_client" else NOT_ACCEPTED


def wait_for_redirect(
    port: int, *, seconds: float = REDIRECT_TIMEOUT_S, ready: Callable[[], None] = lambda: None
) -> str:
    """Listen on 127.0.0.1 until the browser is redirected there, and return the requested address.

    For browsers on another machine with `ssh -L PORT:127.0.0.1:PORT`. ready: called once the port is open.
    Raises ConfigError if the port is taken, LoginError after the time-out.
    """
    received: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = REQUEST_TIMEOUT_S

        def handle(self) -> None:
            # The time-out is for each read; a client that sends a byte now and then must not keep the browser out.
            end = threading.Timer(REQUEST_TIMEOUT_S, self._close)
            end.daemon = True
            end.start()
            try:
                with contextlib.suppress(OSError):
                    super().handle()
            finally:
                end.cancel()

        def _close(self) -> None:
            with contextlib.suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if address.path != "/callback" or not address.query:
                self.send_error(404)
                return
            received.append(self.path)
            text = b"Moodroom received the answer from Spotify. This window can be closed; see the terminal."
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Log nothing: the address contains the code."""

    try:
        server = HTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise ConfigError(f"--listen: port {port} can't be used ({error.strerror}); choose another") from None
    deadline = time.monotonic() + seconds
    with contextlib.closing(server.socket):
        ready()
        while not received and (left := deadline - time.monotonic()) > 0:
            server.timeout = left
            server.handle_request()
    if not received:
        raise LoginError("the browser didn't come back from Spotify in time; run `moodroom login` again")
    return received[0]
