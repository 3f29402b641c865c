"""The Spotify player's errors: one class for each cause, each with a sentence that names the fix.

`error_for_response` chooses the error for an HTTP status:

    401  LoginError
    403  PremiumNeededError, NotInUserListError, SpeakerRestrictedError, VolumeFixedError, LoginError,
         RequestRefusedError
    404  SpeakerGoneError, NotFoundError
    429  RateLimitError, or QuotaExceededError for a long wait; `retry_after` comes from the Retry-After header, and
         `SpotifyAccount` sends no request before that time is over
    5xx  ServerError
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from edge.errors import PlayerError

RETRY_AFTER_DEFAULT_S = 30.0
RETRY_AFTER_MAX_S = 7 * 86400.0
RETRY_AFTER_MARGIN_S = 1.0
QUOTA_WAIT_MIN_S = 3600.0  # a longer wait than this can only be the quota's
WEEKDAY_SHOWN_FROM_S = 12 * 3600.0


class SpotifyError(PlayerError):
    """Base class.

    lasting: the same command would fail again, so it isn't repeated.
    outcome_unknown: Spotify may have carried out the command, so its effect is checked before it is sent again.
    request_failed: a request failed at Spotify, or may have, so the next one waits longer.
    """

    lasting = False
    outcome_unknown = False
    request_failed = True


class LoginError(SpotifyError):
    """There is no login, it has ended, or Spotify rejects it. (401)"""


class LoginBusyError(SpotifyError):
    """Another thread or program is refreshing the login; nothing was sent."""

    request_failed = False


class UnknownAppError(LoginError):
    """Spotify doesn't know the client_id."""


class NotInUserListError(SpotifyError):
    """The app is in development mode and the account isn't in its user list. (403)"""

    lasting = True


class PremiumNeededError(SpotifyError):
    """Remote control needs a Premium account. (403)"""

    lasting = True


class SpeakerRestrictedError(SpotifyError):
    """The speaker accepts no commands from the Web API. (403, or `is_restricted`)"""

    lasting = True


class VolumeFixedError(SpotifyError):
    """The speaker's volume can't be set through the Web API. (403, or `supports_volume: false`)"""

    lasting = True


class RequestRefusedError(SpotifyError):
    """Spotify refuses this command in the current state. (400, other 403)"""

    lasting = True


class NotFoundError(SpotifyError):
    """The music doesn't exist, or the account has no access to it. (404)"""

    lasting = True


class ElsewhereError(SpotifyError):
    """The account is playing on another device, and is left alone."""

    lasting = True


class SpeakerMissingError(SpotifyError):
    """The speaker isn't in Spotify's list: asleep, off, or under another name."""

    request_failed = False


class SpeakerGoneError(SpotifyError):
    """The speaker has just gone offline, or its id has changed. (404)"""


class RateLimitError(SpotifyError):
    """Too many requests within 30 s. (429)"""


class QuotaExceededError(SpotifyError):
    """The developer account's quota is used up; the wait can be a day. (429)"""


class BudgetUsedUpError(SpotifyError):
    """The device has sent as many requests as it allows itself; nothing was sent."""

    request_failed = False


class UnreachableError(SpotifyError):
    """No connection was established, so nothing was sent."""

    request_failed = False


class ServerError(SpotifyError):
    """Spotify reports an internal error. (5xx)"""

    outcome_unknown = True


class ResponseTimeoutError(SpotifyError):
    """The response didn't arrive in time."""

    outcome_unknown = True


class ConnectionLostError(SpotifyError):
    """The connection broke before the response was complete."""

    outcome_unknown = True


class InvalidResponseError(SpotifyError):
    """The response isn't what Spotify documents, such as truncated JSON."""


def repeated(error: SpotifyError, retry_after: float) -> SpotifyError:
    """The same error once more, without another request. retry_after: in seconds from now."""
    again = type(error)(str(error), retry_after=retry_after)
    again.request_failed, again.lasting = False, error.lasting
    return again


def login_missing() -> LoginError:
    """There is no saved login, or it was set aside."""
    error = LoginError("spotify: nobody is logged in; run `moodroom login` on this device", retry_after=30)
    error.request_failed = False
    return error


def login_busy() -> LoginBusyError:
    """Another thread or program held the login for too long."""
    return LoginBusyError("spotify: another program is renewing the login; trying again", retry_after=2)


def login_ended() -> LoginError:
    """Spotify refused to refresh the login."""
    return LoginError(
        "spotify: the login has ended (Spotify ends every login after six months, or access was revoked); "
        "run `moodroom login` on this device",
        retry_after=30,
    )


def error_for_response(status: int, headers: Mapping[str, str], body: Any, *, now: float) -> SpotifyError:
    """The error for a response of the Web API with this HTTP status.

    body: the parsed JSON, None if it isn't JSON. now: Unix time, for sentences that name a time of day.
    """
    error = body.get("error") if isinstance(body, dict) else None
    detail = error if isinstance(error, dict) else {}
    message, reason = str(detail.get("message") or ""), str(detail.get("reason") or "")
    if status == 401:
        return LoginError("spotify: Spotify rejects the login; run `moodroom login` if this persists", retry_after=5)
    if status == 403:
        return _forbidden(message, reason)
    if status == 404:
        if "device" in f"{message} {reason}".lower():
            return SpeakerGoneError("spotify: the speaker has just gone offline; looking for it again", retry_after=5)
        return NotFoundError(
            "spotify: the music doesn't exist or is private; check its address in music.profiles", retry_after=1
        )
    if status == 429:
        return _too_many_requests(headers, reason, now)
    if status >= 500:
        return ServerError(f"spotify: Spotify has a server error (HTTP {status}); trying again", retry_after=2)
    return RequestRefusedError(
        f"spotify: Spotify refused the command (HTTP {status}: {message or 'no reason given'}); it isn't repeated",
        retry_after=5,
    )


def _forbidden(message: str, reason: str) -> SpotifyError:
    """The error for 403, whose cause is only in the text."""
    text = f"{message} {reason}".lower()
    if "premium" in text:
        return PremiumNeededError(
            "spotify: remote control needs a Premium account; log in with one (`moodroom login`)", retry_after=60
        )
    if "volume" in text:
        return VolumeFixedError(
            "spotify: the speaker's volume can't be set through Spotify; set it on the speaker itself", retry_after=1
        )
    if "not registered" in text or "user list" in text or "developer.spotify.com" in text:
        return NotInUserListError(
            "spotify: this account isn't in the app's user list; add it under User Management in Spotify's developer "
            "dashboard",
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
