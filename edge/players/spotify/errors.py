"""The Spotify player's errors: one class for each cause, each with a sentence that names the fix.

`request_errors` chooses the error for an HTTP status:

    401  LoginError
    403  PremiumNeededError, OwnerNeedsPremiumError, NotInUserListError, SpeakerRestrictedError, VolumeFixedError,
         LoginError, RequestRefusedError
    404  SpeakerGoneError, NotFoundError, NotOfferedError
    429  RateLimitError, or QuotaExceededError for a long wait; `retry_after` comes from the Retry-After header, and
         `SpotifyAccount` sends no request before that time is over
    5xx  ServerError
"""

from __future__ import annotations

from edge.errors import PlayerError, sentence_of
from edge.players.errors import MissingSpeakerError, OtherSpeakerError
from edge.sentences import Sentence

RETRY_AFTER_DEFAULT_S = 30.0
_TRIES_AGAIN = Sentence("Spotify doesn't answer just now; the device tries again by itself.")
_NEEDS_PREMIUM = Sentence("Music here needs Spotify Premium.")


class SpotifyError(PlayerError):
    """Base class.

    lasting: the same command would fail again, so it isn't repeated.
    outcome_unknown: Spotify may have carried out the command, so its effect is checked before it is sent again.
    request_failed: a request failed at Spotify, or may have, so the next one waits longer.
    """

    plain = Sentence("Spotify didn't do that; the settings say more.")

    lasting = False
    outcome_unknown = False
    request_failed = True


class LoginError(SpotifyError):
    """There is no login, it has ended, or Spotify rejects it. (401)"""

    plain = Sentence("Spotify's sign-in doesn't work any more; sign in again in the settings.")


class LoginBusyError(SpotifyError):
    """Another thread or program is refreshing the login; nothing was sent."""

    plain = _TRIES_AGAIN

    request_failed = False


class UnknownAppError(LoginError):
    """Spotify doesn't know the client_id."""

    plain = Sentence("Spotify doesn't know this device's app; connect it again in the settings.")


class NotInUserListError(SpotifyError):
    """The app is in development mode and the account isn't in its user list. (403)"""

    plain = Sentence("This Spotify account may not use the device's app yet; the settings say how to add it.")

    lasting = True


class OwnerNeedsPremiumError(SpotifyError):
    """The app is in development mode and its owner has no Premium account. (403)"""

    plain = _NEEDS_PREMIUM

    lasting = True


class PremiumNeededError(SpotifyError):
    """Remote control needs a Premium account. (403)"""

    plain = _NEEDS_PREMIUM

    lasting = True


class SpeakerRestrictedError(SpotifyError):
    """The speaker accepts no commands from the Web API. (403, or `is_restricted`)"""

    plain = Sentence("This speaker takes no commands from Spotify; choose another one.")

    lasting = True


class VolumeFixedError(SpotifyError):
    """The speaker's volume can't be set through the Web API. (403, or `supports_volume: false`)"""

    plain = Sentence("This speaker's volume can only be changed on the speaker itself.")

    lasting = True


class RequestRefusedError(SpotifyError):
    """Spotify refuses this command in the current state. (400, other 403)"""

    lasting = True


class NotOfferedError(RequestRefusedError):
    """Spotify doesn't offer this request, or not to this app. (404)"""


class NotFoundError(SpotifyError):
    """The music doesn't exist, or the account has no access to it. (404)"""

    plain = Sentence("This music isn't on Spotify, or it is private; choose other music in the settings.")

    lasting = True


class ElsewhereError(OtherSpeakerError, SpotifyError):
    """The account is playing on another device, and is left alone."""


class SpeakerMissingError(MissingSpeakerError, SpotifyError):
    """The speaker isn't in Spotify's list: asleep, off, or under another name."""

    request_failed = False


class SpeakerGoneError(SpotifyError):
    """The speaker has just gone offline, or its id has changed. (404)"""

    plain = Sentence("The speaker has just gone offline; the device looks for it again.")


class RateLimitError(SpotifyError):
    """Too many requests within 30 s. (429)"""

    plain = _TRIES_AGAIN


class QuotaExceededError(SpotifyError):
    """The developer account's quota is used up; the wait can be a day. (429)"""

    plain = Sentence("Spotify takes no more requests for a while; the music stays as it is.")


class BudgetUsedUpError(SpotifyError):
    """The device has sent as many requests as it allows itself; nothing was sent."""

    plain = Sentence("The device has asked Spotify for enough, and waits a while; the music stays as it is.")

    request_failed = False


class UnreachableError(SpotifyError):
    """No connection was established, so nothing was sent."""

    plain = Sentence("Spotify can't be reached; check the home's internet.")

    request_failed = False


class ServerError(SpotifyError):
    """Spotify reports an internal error. (5xx)"""

    plain = _TRIES_AGAIN

    outcome_unknown = True


class GatewayError(ServerError):
    """Spotify's gateway got no answer in time from what carries the command out. (502, 504)"""


class ResponseTimeoutError(SpotifyError):
    """The response didn't arrive in time."""

    plain = _TRIES_AGAIN

    outcome_unknown = True


class ConnectionLostError(SpotifyError):
    """The connection broke before the response was complete."""

    plain = _TRIES_AGAIN

    outcome_unknown = True


class InvalidResponseError(SpotifyError):
    """The response isn't what Spotify documents, such as truncated JSON."""

    plain = _TRIES_AGAIN


def repeated(error: SpotifyError, retry_after: float) -> SpotifyError:
    """The same error once more, without another request. retry_after: in seconds from now."""
    again = type(error)(sentence_of(error), retry_after=retry_after)
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
