"""Exceptions of spotipy and requests, translated into SpotifyError."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

import requests

from edge.players.spotify.auth import CountingSession
from edge.players.spotify.errors import (
    ConnectionLostError,
    InvalidResponseError,
    LoginError,
    RequestRefusedError,
    ResponseTimeoutError,
    ServerError,
    SpotifyError,
    UnknownAppError,
    UnreachableError,
    error_for_response,
    login_ended,
)
from edge.players.spotify.spotipy_module import spotipy
from edge.players.spotify.token_file import TokenFile
from edge.text import parse_json


def translate(
    error: Exception, session: CountingSession, file: TokenFile, *, token_url: str, now: float
) -> SpotifyError:
    """The SpotifyError for an exception that a request raised. now: Unix time.

    session: sent the request. file: set aside if Spotify rejects its refresh token. token_url: where tokens are
    refreshed.
    """
    if isinstance(error, SpotifyError):
        return error
    if session.url is None or session.url == token_url:
        return _token_error(error, session.response, file, now)
    response = session.response
    if response is not None and response.status_code >= 400:
        return error_for_response(response.status_code, response.headers, _json(response), now=now)
    if isinstance(error, spotipy.SpotifyException):
        return RequestRefusedError(
            f"spotify: this address can't be played ({error.msg}); check music.profiles", retry_after=1
        )
    if isinstance(error, requests.RequestException):
        return network_error(error)
    return InvalidResponseError("spotify: Spotify's response isn't valid; trying again", retry_after=2)


def network_error(error: requests.RequestException) -> SpotifyError:
    """The error for a failed connection. A timeout or a lost connection leaves it open whether the request arrived."""
    if isinstance(error, requests.ReadTimeout):
        return ResponseTimeoutError("spotify: Spotify didn't answer in time; checking again", retry_after=2)
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return InvalidResponseError("spotify: Spotify's response is too large or damaged; trying again", retry_after=2)
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    not_sent = isinstance(
        error, (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    )
    if not_sent or type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError"):
        return UnreachableError("spotify: Spotify can't be reached; check the network")
    return ConnectionLostError("spotify: the connection to Spotify was lost; checking again", retry_after=2)


def _token_error(error: Exception, response: requests.Response | None, file: TokenFile, now: float) -> SpotifyError:
    """The error for a failed token refresh. The command itself wasn't sent, so `outcome_unknown` is False."""
    if response is None:
        if isinstance(error, requests.RequestException):
            cause = network_error(error)
            return UnreachableError(str(cause), retry_after=cause.retry_after)
        return LoginError("spotify: the saved login can't be read; run `moodroom login` on this device", retry_after=30)
    if response.status_code == 200:
        return InvalidResponseError("spotify: Spotify sent an incomplete token; trying again", retry_after=2)
    body = _json(response)
    code = body.get("error") if isinstance(body, dict) else None
    if code == "invalid_grant":
        file.quarantine(parse_qs(str(response.request.body)).get("refresh_token", [""])[0])
        return login_ended()
    if code in ("invalid_client", "unauthorized_client"):
        return UnknownAppError(
            "spotify.client_id: Spotify doesn't know this app; copy the ID from Spotify's developer dashboard",
            retry_after=300,
        )
    if response.status_code == 429:
        return error_for_response(429, response.headers, body, now=now)
    if response.status_code >= 500:
        server_error = ServerError("spotify: Spotify's sign-in has a server error; trying again", retry_after=2)
        server_error.outcome_unknown = False
        return server_error
    return LoginError("spotify: Spotify rejects the login; run `moodroom login` on this device", retry_after=60)


def _json(response: requests.Response) -> Any:
    try:
        return parse_json(response.content)
    except ValueError:
        return None
