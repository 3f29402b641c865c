"""Exceptions of spotipy and requests, and Spotify's responses, translated into SpotifyError."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import parse_qs

from edge.players.spotify.auth import CountingSession
from edge.players.spotify.errors import (
    RETRY_AFTER_DEFAULT_S,
    ConnectionLostError,
    GatewayError,
    InvalidResponseError,
    LoginError,
    NotFoundError,
    NotInUserListError,
    NotOfferedError,
    OwnerNeedsPremiumError,
    PremiumNeededError,
    QuotaExceededError,
    RateLimitError,
    RequestRefusedError,
    ResponseTimeoutError,
    ServerError,
    SpeakerGoneError,
    SpeakerRestrictedError,
    SpotifyError,
    UnknownAppError,
    UnreachableError,
    VolumeFixedError,
    login_ended,
)
from edge.players.spotify.spotipy_module import spotipy
from edge.players.spotify.token_file import TokenFile
from edge.system.requests_module import requests
from edge.text import clean, parse_json

RETRY_AFTER_MAX_S = 7 * 86400.0
RETRY_AFTER_MARGIN_S = 1.0
QUOTA_WAIT_MIN_S = 3600.0  # a longer wait than this can only be the quota's
MESSAGE_MAX_CHARS = 200
DEVELOPMENT_MODE_URL = "https://developer.spotify.com/documentation/web-api/concepts/quota-modes"
WEEKDAY_SHOWN_FROM_S = 12 * 3600.0
_NOT_IN_USER_LIST = re.compile(
    r"(?:not|n't) (?:be )?(?:registered|(?:on|in) the (?:allow|user)|allow-?listed|whitelisted)|user list|allow-?list"
    r"|developer\.spotify\.com"
)
PLAIN_TEXT_MAX_BYTES = 1000


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
        body = _json(response)
        return error_for_response(
            response.status_code, response.headers, body, now=now, text=_plain_text(response, body)
        )
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


def _plain_text(response: requests.Response, body: Any) -> str:
    """The text of a response that is neither JSON nor a page; empty otherwise."""
    text = response.content[:PLAIN_TEXT_MAX_BYTES].decode("utf-8", "replace").strip()
    return "" if body is not None or text.startswith("<") else text


def _json(response: requests.Response) -> Any:
    try:
        return parse_json(response.content)
    except ValueError:
        return None


def error_for_response(
    status: int, headers: Mapping[str, str], body: Any, *, now: float, text: str = ""
) -> SpotifyError:
    """The error for a response of the Web API with this HTTP status.

    body: the parsed JSON, None if it isn't JSON. now: Unix time, for sentences that name a time of day.
    text: what a body that isn't JSON says; the gateway's refusals are such.
    """
    error = body.get("error") if isinstance(body, dict) else None
    detail = error if isinstance(error, dict) else {}
    message = clean(str(detail.get("message") or (error if isinstance(error, str) else text)), MESSAGE_MAX_CHARS)
    reason = clean(str(detail.get("reason") or ""), MESSAGE_MAX_CHARS)
    if status == 401:
        return LoginError("spotify: Spotify rejects the login; run `moodroom login` if this persists", retry_after=5)
    if status == 403:
        return _forbidden(message, reason)
    if status == 404:
        if "device" in f"{message} {reason}".lower():
            return SpeakerGoneError("spotify: the speaker has just gone offline; looking for it again", retry_after=5)
        if message.lower() == "service not found":
            return NotOfferedError("spotify: Spotify doesn't offer this request; it isn't repeated", retry_after=5)
        return NotFoundError(
            "spotify: the music doesn't exist or is private; check its address in music.profiles", retry_after=1
        )
    if status == 429:
        return _too_many_requests(headers, reason, now)
    if status >= 500:
        kind = GatewayError if status in (502, 504) else ServerError
        return kind(f"spotify: Spotify has a server error (HTTP {status}); trying again", retry_after=2)
    return RequestRefusedError(
        f"spotify: Spotify refused the command (HTTP {status}: {message or 'no reason given'}); it isn't repeated",
        retry_after=5,
    )


def _forbidden(message: str, reason: str) -> SpotifyError:
    """The error for 403, whose cause is only in the text."""
    text = f"{message} {reason}".lower()
    if "premium" in text and "owner" in text:
        return OwnerNeedsPremiumError(
            "spotify.client_id: the owner of this app needs Spotify Premium, and it may take hours until Spotify "
            f"notices a new subscription; see {DEVELOPMENT_MODE_URL}",
            retry_after=300,
        )
    if "premium" in text:
        return PremiumNeededError(
            "spotify: remote control needs a Premium account; log in with one (`moodroom login`)", retry_after=60
        )
    if "volume" in text:
        return VolumeFixedError(
            "spotify: the speaker's volume can't be set through Spotify; set it on the speaker itself", retry_after=1
        )
    if _NOT_IN_USER_LIST.search(text):
        return NotInUserListError(
            "spotify: this account isn't in the app's user list, which holds five at most; add it under User "
            f"Management in Spotify's developer dashboard; see {DEVELOPMENT_MODE_URL}",
            retry_after=300,
        )
    if "restricted" in text:
        return SpeakerRestrictedError(
            "spotify.speaker: the speaker accepts no commands from Spotify's Web API; choose another", retry_after=5
        )
    if "scope" in text:
        return LoginError("spotify: the login lacks a permission; run `moodroom login` again", retry_after=60)
    return RequestRefusedError(
        f"spotify: Spotify refused the command ({message or reason or 'no reason given'}); it isn't repeated",
        retry_after=2,
    )


def _too_many_requests(headers: Mapping[str, str], reason: str, now: float) -> SpotifyError:
    """The error for 429: the rate limit, or the quota. `retry_after` is the header's value and a small margin."""
    try:
        requested = float(headers.get("Retry-After", RETRY_AFTER_DEFAULT_S))
    except ValueError:
        requested = RETRY_AFTER_DEFAULT_S
    if requested != requested:  # NaN
        requested = RETRY_AFTER_DEFAULT_S
    # A request within the wait would prolong it.
    wait = min(max(requested, 1.0), RETRY_AFTER_MAX_S) + RETRY_AFTER_MARGIN_S
    if reason == "QUOTA_EXCEEDED" or wait > QUOTA_WAIT_MIN_S:
        end = datetime.fromtimestamp(now + wait, timezone.utc).astimezone()
        shown = end.strftime("%A %H:%M" if wait > WEEKDAY_SHOWN_FROM_S else "%H:%M")
        return QuotaExceededError(
            f"spotify: the developer account's quota is used up; no requests until {shown}, and the music stays as it "
            "is",
            retry_after=wait,
        )
    return RateLimitError(f"spotify: Spotify received too many requests; no more for {wait:.0f} s", retry_after=wait)
