"""Spotify's Web API through spotipy: each call once, counted, with our own errors."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import requests
import spotipy
from spotipy.cache_handler import CacheHandler
from spotipy.oauth2 import SpotifyPKCE

from edge.players.speakers import Speaker
from edge.players.spotify_errors import (
    CutOffError,
    HalfAnswerError,
    LoginError,
    NoAnswerError,
    RefusedError,
    ServerFaultError,
    SpotifyError,
    UnknownAppError,
    UnreachableError,
    from_answer,
    login_ended,
    login_missing,
)
from edge.players.spotify_token import TokenFile

API = "https://api.spotify.com/v1/"
ACCOUNTS = "https://accounts.spotify.com/"
REDIRECT = "http://127.0.0.1:8731/callback"
SCOPES = (
    "user-read-playback-state user-modify-playback-state user-library-read playlist-read-private "
    "playlist-modify-private"
)
TIMEOUT = 6.0  # seconds for a connection, and between two parts of an answer
log = logging.getLogger(__name__)


def _silence(_: logging.LogRecord) -> bool:
    return False


# Spotipy writes tokens into its log at DEBUG, and each 429 at ERROR; what matters is said here, without secrets.
for _name in ("client", "oauth2", "cache_handler", "util"):
    logging.getLogger(f"spotipy.{_name}").addFilter(_silence)


class Session(requests.Session):
    """Counts, and remembers the last answer, since spotipy gives None for both a 204 and half a JSON object."""

    def __init__(self, today: Callable[[], object] = lambda: None) -> None:
        """today: differs from day to day."""
        super().__init__()
        # A default entry in somebody's .netrc would take the token's place.
        self.auth = lambda request: request
        self.calls = 0
        self.calls_by_day: Counter[object] = Counter()
        self._today = today
        self.url: str | None = None
        self.answer: requests.Response | None = None

    def request(self, method: str, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        self.calls += 1
        today = self._today()
        self.calls_by_day = Counter({today: self.calls_by_day[today] + 1})
        self.url, self.answer = str(url), None
        self.answer = super().request(method, url, *args, **kwargs)
        return self.answer


class _Cache(CacheHandler):  # type: ignore[misc]
    def __init__(self, file: TokenFile) -> None:
        self._file = file

    def get_cached_token(self) -> dict[str, Any] | None:
        return self._file.read()

    def save_token_to_cache(self, token: dict[str, Any]) -> None:
        self._file.write(token)


class Pkce(SpotifyPKCE):  # type: ignore[misc]
    """Spotipy's PKCE, which never asks anybody anything, and whose clock can be set."""

    def __init__(
        self,
        client_id: str,
        file: TokenFile,
        session: Session,
        *,
        accounts: str,
        timeout: float,
        now: Callable[[], float],
    ) -> None:
        self._now, self._file = now, file
        super().__init__(
            client_id=client_id,
            redirect_uri=REDIRECT,
            scope=SCOPES,
            requests_session=session,
            requests_timeout=timeout,
            open_browser=False,
            cache_handler=_Cache(file),
        )
        self.OAUTH_TOKEN_URL = accounts + "api/token"
        self.OAUTH_AUTHORIZE_URL = accounts + "authorize"

    @staticmethod
    def _is_scope_subset(needle_scope: str, haystack_scope: str) -> bool:  # noqa: ARG004
        """An older login, with fewer permissions, still plays; what it lacks Spotify says itself, where it matters."""
        return True

    def is_token_expired(self, token_info: dict[str, Any]) -> bool:
        return float(token_info.get("expires_at") or 0) - self._now() < 60

    def refresh_access_token(self, refresh_token: str) -> dict[str, Any]:
        """Renew the login, one user at a time; whoever comes second takes what the first one got.

        Spotify takes the old refresh token back, so that renewing twice with it would end the login.
        """
        with self._file.alone(within=float(self.requests_timeout)):
            kept = self._file.read()
            if kept is not None and not self.is_token_expired(kept):
                return kept
            newest = refresh_token if kept is None else str(kept["refresh_token"])
            return dict(super().refresh_access_token(newest))

    def _add_custom_values_to_token_info(self, token_info: dict[str, Any]) -> dict[str, Any]:
        token_info["expires_at"] = int(self._now()) + int(token_info["expires_in"])
        return token_info

    def get_authorization_code(self, response: str | None = None) -> str:  # noqa: ARG002
        raise login_missing()


class Web:
    """The calls that the player needs. Used by one thread. Each may raise a SpotifyError."""

    def __init__(
        self,
        client_id: str,
        file: TokenFile,
        *,
        api: str = API,
        accounts: str = ACCOUNTS,
        timeout: float = TIMEOUT,
        now: Callable[[], float] = time.time,
    ) -> None:
        """timeout: seconds. now: Unix time."""
        self.file = file
        self._now = now
        self._session = Session(self._today)
        self.auth = Pkce(client_id, file, self._session, accounts=accounts, timeout=timeout, now=now)
        self._spotipy = spotipy.Spotify(
            auth_manager=self.auth, requests_session=self._session, requests_timeout=timeout
        )
        self._spotipy.prefix = api
        self._client_id = client_id

    @property
    def calls(self) -> int:
        """How many requests were sent since the start, tokens included."""
        return self._session.calls

    @property
    def calls_today(self) -> int:
        """How many since midnight, local time, or since the start."""
        return self._session.calls_by_day[self._today()]

    def hurry(self, timeout: float) -> None:
        """From now on an answer must come within so many seconds."""
        self._spotipy.requests_timeout = self.auth.requests_timeout = timeout

    def state(self) -> dict[str, Any] | None:
        """What the account plays, wherever; None where nothing is active."""
        found = self._call(self._spotipy.current_playback, additional_types="episode")
        return found if found else None

    def speakers(self) -> list[Speaker]:
        found = self._call(self._spotipy.devices) or {}
        return [Speaker.read(device) for device in found.get("devices") or [] if isinstance(device, dict)]

    def queued(self) -> list[str]:
        """Addresses of the song that plays and those that come."""
        found = self._call(self._spotipy.queue) or {}
        items = [found.get("currently_playing"), *(found.get("queue") or [])]
        return [str(item["uri"]) for item in items if isinstance(item, dict) and item.get("uri")]

    def play(
        self,
        device: str,
        *,
        context: str | None = None,
        uris: list[str] | None = None,
        offset: int | None = None,
    ) -> None:
        """Start something; with neither context nor uris, go on with what was paused.

        offset: the context's song to begin with, 0 is the first; only for a playlist or an album.
        """
        at = None if offset is None else {"position": offset}
        self._call(self._spotipy.start_playback, device_id=device, context_uri=context, uris=uris, offset=at)

    def transfer(self, device: str) -> None:
        """Go on on this device with what plays, or is paused, on another."""
        self._call(self._spotipy.transfer_playback, device, force_play=True)

    def shuffle(self, device: str, *, on: bool) -> None:
        self._call(self._spotipy.shuffle, on, device_id=device)

    def repeat(self, device: str, state: str) -> None:
        """state: "off", "context" or "track"."""
        self._call(self._spotipy.repeat, state, device_id=device)

    def pause(self, device: str) -> None:
        self._call(self._spotipy.pause_playback, device_id=device)

    def next(self, device: str) -> None:
        self._call(self._spotipy.next_track, device_id=device)

    def previous(self, device: str) -> None:
        self._call(self._spotipy.previous_track, device_id=device)

    def volume(self, device: str, percent: int) -> None:
        self._call(self._spotipy.volume, percent, device_id=device)

    def queue(self, device: str, uri: str) -> None:
        self._call(self._spotipy.add_to_queue, uri, device_id=device)

    def close(self) -> None:
        self._session.close()

    def _today(self) -> object:
        return time.localtime(self._now())[:3]

    def _call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if not self.file.exists():
            raise login_missing()
        session = self._session
        session.url = session.answer = None
        started = time.perf_counter()
        try:
            found = self._again_with_new_token(function, *args, **kwargs)
        except Exception as error:
            told = self._told(error)
            log.debug("spotify: %s: %s", function.__name__, type(told).__name__)
            raise told from None
        answer = session.answer
        status = answer.status_code if answer is not None else ""
        taken = (time.perf_counter() - started) * 1000
        log.debug("spotify: %s, %s in %.0f ms", function.__name__, status, taken)
        reads = answer is not None and answer.request.method == "GET"
        if reads and answer is not None and answer.status_code != 204 and not isinstance(found, dict):
            raise HalfAnswerError("spotify: Spotify's answer was cut short; asking again", retry_after=2)
        return found

    def _again_with_new_token(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call; a 401 did nothing, so that with a fresh token the same call can safely follow."""
        try:
            return function(*args, **kwargs)
        except spotipy.SpotifyException as error:
            if error.http_status != 401 or self._session.answer is None:
                raise
        self.file.expire()
        return function(*args, **kwargs)

    def _told(self, error: Exception) -> SpotifyError:
        """Whatever came out of spotipy and requests -> one of ours."""
        if isinstance(error, SpotifyError):
            return error
        session = self._session
        at_token = session.url is None or session.url == self.auth.OAUTH_TOKEN_URL
        if at_token:
            return self._token_error(error)
        answer = session.answer
        if answer is not None and answer.status_code >= 400:
            return from_answer(answer.status_code, answer.headers, _json(answer), now=self._now())
        if isinstance(error, spotipy.SpotifyException):
            return RefusedError(
                f"spotify: this address can't be used ({error.msg}); check music.profiles", retry_after=1
            )
        if isinstance(error, requests.RequestException):
            return network_error(error)
        return HalfAnswerError("spotify: Spotify's answer makes no sense; asking again", retry_after=2)

    def _token_error(self, error: Exception) -> SpotifyError:
        """Something went wrong before the command itself was sent: it never counts as one that may have arrived."""
        answer = self._session.answer
        if answer is None:
            if isinstance(error, requests.RequestException):
                found = network_error(error)
                return UnreachableError(str(found), retry_after=found.retry_after)
            return LoginError(
                "spotify: the kept login can't be read; run `moodroom login` on this device", retry_after=30
            )
        if answer.status_code == 200:
            return HalfAnswerError("spotify: Spotify's sign-in answered with half a token; asking again", retry_after=2)
        body = _json(answer)
        said = body.get("error") if isinstance(body, dict) else None
        if said == "invalid_grant":
            self.file.quarantine(parse_qs(str(answer.request.body)).get("refresh_token", [""])[0])
            return login_ended()
        if said in ("invalid_client", "unauthorized_client"):
            return UnknownAppError(
                "spotify.client_id: Spotify doesn't know this app; copy the ID from Spotify's developer dashboard",
                retry_after=300,
            )
        if answer.status_code == 429:
            return from_answer(429, answer.headers, body, now=self._now())
        if answer.status_code >= 500:
            found = ServerFaultError("spotify: Spotify's sign-in has trouble of its own; trying again", retry_after=2)
            found.doubtful = False
            return found
        return LoginError("spotify: Spotify refuses the login; run `moodroom login` on this device", retry_after=60)


def network_error(error: requests.RequestException) -> SpotifyError:
    """A time-out, a refused or a broken connection; only the last two kinds leave a doubt whether anything arrived."""
    if isinstance(error, requests.ReadTimeout):
        return NoAnswerError("spotify: Spotify didn't answer in time; looking again", retry_after=2)
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    never = isinstance(error, (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError))
    if never or type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError"):
        return UnreachableError("spotify: Spotify can't be reached; is the network up?")
    return CutOffError("spotify: the connection to Spotify broke off; looking again", retry_after=2)


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None
