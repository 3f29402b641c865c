"""What can go wrong with Spotify: one error for each cause, each with a sentence that names the mend."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from edge.errors import PlayerError

LONGEST_WAIT = 7 * 86400.0


class SpotifyError(PlayerError):
    """Base of them all.

    lasting: the same command would fail again, so it isn't kept. doubtful: a command may have arrived all the same, so
    it is looked for before it is sent again.
    """

    lasting = False
    doubtful = False


class LoginError(SpotifyError):
    """There is no login, it has ended, or Spotify refuses it."""


class LoginBusyError(SpotifyError):
    """Another thread or program renews the login just now; nothing was sent."""


class UnknownAppError(LoginError):
    """Spotify doesn't know the client_id."""


class NotInUserListError(SpotifyError):
    """The app is in development mode, and this account isn't on its list. (403)"""

    lasting = True


class PremiumNeededError(SpotifyError):
    """Remote control is for Premium accounts. (403)"""

    lasting = True


class RestrictedError(SpotifyError):
    """The speaker takes no commands through the Web API. (403, or `is_restricted`)"""

    lasting = True


class VolumeFixedError(SpotifyError):
    """The speaker's volume can't be set through the Web API. (403, or `supports_volume: false`)"""

    lasting = True


class RequestRefusedError(SpotifyError):
    """Spotify refuses this command now. (400, other 403)"""

    lasting = True


class NotFoundError(SpotifyError):
    """What should be played doesn't exist, or isn't this account's to play. (404)"""

    lasting = True


class ElsewhereError(SpotifyError):
    """The account plays on another device, and is left alone."""

    lasting = True


class SpeakerMissingError(SpotifyError):
    """The speaker isn't in Spotify's list: asleep, off, or under another name."""


class SpeakerGoneError(SpotifyError):
    """The speaker went away, or changed its id, just now. (404)"""


class TooManyCallsError(SpotifyError):
    """The rate limit over 30 s. (429)"""


class QuotaUsedUpError(SpotifyError):
    """The developer account's quota; the wait can be a day. (429)"""


class UnreachableError(SpotifyError):
    """No connection came about, so nothing was sent."""


class ServerFaultError(SpotifyError):
    """Spotify's own trouble. (5xx)"""

    doubtful = True


class NoAnswerError(SpotifyError):
    """The answer didn't come in time."""

    doubtful = True


class CutOffError(SpotifyError):
    """The connection broke off before the answer was whole."""

    doubtful = True


class HalfAnswerError(SpotifyError):
    """The answer isn't what Spotify documents, such as half a JSON object."""


def login_missing() -> LoginError:
    """There was no login yet, or it was set aside."""
    return LoginError("spotify: nobody is logged in; run `moodroom login` on this device", retry_after=30)


def login_busy() -> LoginBusyError:
    """Somebody else held the login for longer than an answer may take."""
    return LoginBusyError("spotify: another program renews the login just now; trying again", retry_after=2)


def login_ended() -> LoginError:
    """Spotify refused to renew the login."""
    return LoginError(
        "spotify: the login has ended (Spotify ends each after six months, or it was withdrawn); "
        "run `moodroom login` on this device",
        retry_after=30,
    )


def from_answer(status: int, headers: Mapping[str, str], body: Any, *, now: float) -> SpotifyError:
    """The error for an answer of the Web API.

    body: the JSON, or None where it is none. now: Unix time, for sentences that name a time of day.
    """
    error = body.get("error") if isinstance(body, dict) else None
    told = error if isinstance(error, dict) else {}
    message, reason = str(told.get("message") or ""), str(told.get("reason") or "")
    if status == 401:
        return LoginError(
            "spotify: Spotify doesn't accept the login; run `moodroom login` if this stays", retry_after=5
        )
    if status == 403:
        return _forbidden(message, reason)
    if status == 404:
        if "device" in f"{message} {reason}".lower():
            return SpeakerGoneError("spotify: the speaker has just gone away; looking for it again", retry_after=5)
        return NotFoundError(
            "spotify: what should be played doesn't exist or is private; check its address in music.profiles",
            retry_after=1,
        )
    if status == 429:
        return _too_many(headers, reason, now)
    if status >= 500:
        return ServerFaultError(f"spotify: Spotify has trouble of its own (HTTP {status}); trying again", retry_after=2)
    return RequestRefusedError(
        f"spotify: Spotify refuses the command (HTTP {status}: {message or 'no reason'})", retry_after=5
    )


def _forbidden(message: str, reason: str) -> SpotifyError:
    said = f"{message} {reason}".lower()
    if "premium" in said:
        return PremiumNeededError(
            "spotify: remote control needs a Premium account; log in with one (`moodroom login`)", retry_after=60
        )
    if "volume_control_disallow" in said or "volume" in said:
        return VolumeFixedError(
            "spotify: this speaker doesn't let its volume be set; set it on the speaker itself", retry_after=1
        )
    if "not registered" in said or "user list" in said or "developer.spotify.com" in said:
        return NotInUserListError(
            "spotify: this account isn't in the app's user list; add it under User Management in Spotify's developer "
            "dashboard",
            retry_after=300,
        )
    if "restricted" in said:
        return RestrictedError(
            "spotify: this speaker takes no commands through Spotify's Web API; choose another as spotify.speaker",
            retry_after=5,
        )
    if "scope" in said:
        return LoginError("spotify: the login lacks a permission; run `moodroom login` again", retry_after=60)
    return RequestRefusedError(
        f"spotify: Spotify refuses this now ({message or reason or 'no reason given'})", retry_after=2
    )


def _too_many(headers: Mapping[str, str], reason: str, now: float) -> SpotifyError:
    try:
        asked = float(headers.get("Retry-After", "30"))
    except ValueError:
        asked = 30.0
    # Not a moment too early: asking again within the wait prolongs it.
    wait = min(max(asked, 1.0) if asked == asked else 30.0, LONGEST_WAIT) + 1.0
    until = datetime.fromtimestamp(now + wait, timezone.utc).astimezone()
    said = until.strftime("%A %H:%M" if wait > 12 * 3600 else "%H:%M")
    if reason == "QUOTA_EXCEEDED" or wait > 3600:
        return QuotaUsedUpError(
            f"spotify: the developer account's quota is used up; no calls until {said}, the music stays as it is",
            retry_after=wait,
        )
    return TooManyCallsError(f"spotify: Spotify asks for {wait:.0f} s without calls", retry_after=wait)
