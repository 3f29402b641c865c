"""Spotify's Web API through spotipy: each call once, counted, with our own errors."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import requests
import spotipy

from edge.players.spotify.auth import ACCOUNTS, AuthSession, Pkce
from edge.players.spotify.errors import (
    CutOffError,
    HalfAnswerError,
    LoginError,
    NoAnswerError,
    RequestRefusedError,
    ServerFaultError,
    SpotifyError,
    UnknownAppError,
    UnreachableError,
    from_answer,
    login_ended,
    login_missing,
)
from edge.players.spotify.speakers import Speaker
from edge.players.spotify.token_file import TokenFile

API = "https://api.spotify.com/v1/"
TIMEOUT = 6.0  # seconds for a connection, and between two parts of an answer
log = logging.getLogger(__name__)


class SpotifyApi:
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
        self._session = AuthSession(self._today)
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
            return RequestRefusedError(
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
