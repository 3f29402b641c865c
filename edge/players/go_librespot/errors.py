"""The errors of go-librespot: one class for each cause, each with a sentence that names the fix. Pure."""

from __future__ import annotations

from edge.errors import PlayerError
from edge.players.errors import (
    BusyServiceError,
    LostAnswerError,
    OtherSpeakerError,
    RefusedCommandError,
    RestartedPlayerError,
    UnreachedPlayerError,
)
from edge.sentences import Sentence, TechnicalText

PERSON_RETRY_S = 30.0  # until somebody may have set something right
BUSY_RETRY_S, ACCOUNT_RETRY_S = 15.0, 10.0
STARTING_RETRY_S = 2.0
_NOT_CONNECTED = Sentence(
    "nobody has connected with the Spotify app yet; open the app, with a Premium account, and choose this speaker once"
)
LOG = "its log says why (journalctl -u go-librespot)"


class GoLibrespotError(PlayerError):
    """Base class."""


class DaemonAwayError(UnreachedPlayerError, GoLibrespotError):
    """Nothing answers at the daemon's address."""


class DaemonLostError(LostAnswerError, GoLibrespotError):
    """The connection to the daemon broke, or it didn't answer in time."""


class DaemonRestartedError(RestartedPlayerError, GoLibrespotError):
    """The daemon was restarted."""


class UnreadableDaemonError(GoLibrespotError):
    """What answers isn't go-librespot, or breaks a limit."""


class NoAccountError(GoLibrespotError):
    """No Spotify account is connected to the daemon."""

    plain = _NOT_CONNECTED


class PlaysElsewhereError(OtherSpeakerError, GoLibrespotError):
    """The account plays on another speaker."""


class DaemonBusyError(BusyServiceError, GoLibrespotError):
    """The daemon, or Spotify behind it, can't do it now."""


class DaemonRefusedError(RefusedCommandError, GoLibrespotError):
    """The daemon refuses the command."""


def no_account() -> NoAccountError:
    """The error for an answer without content."""
    return NoAccountError(TechnicalText(f"go_librespot: {_NOT_CONNECTED}", _NOT_CONNECTED), retry_after=ACCOUNT_RETRY_S)


def refused(status: int, *, about: str = "") -> GoLibrespotError:
    """The error for an answer that isn't a success. status: of HTTP. about: the address that was to be played."""
    if status == 204:
        return no_account()
    if status in (429, 503):
        return DaemonBusyError(f"go_librespot: Spotify limits requests ({status}); waiting", retry_after=BUSY_RETRY_S)
    if 300 <= status < 400 or status == 401:
        return UnreadableDaemonError(
            f"go_librespot: what answers isn't go-librespot ({status}); check go_librespot.host and port",
            retry_after=PERSON_RETRY_S,
        )
    if status in (404, 405):
        return UnreadableDaemonError(
            f"go_librespot: what answers doesn't know this command ({status}); update go-librespot to 0.9 or newer, "
            "and check go_librespot.host and port",
            retry_after=PERSON_RETRY_S,
        )
    if about:
        return DaemonRefusedError(
            f"go_librespot: can't play {about} ({status}); check that it still exists; {LOG}", retry_after=1
        )
    return DaemonRefusedError(f"go_librespot: the daemon refuses ({status}); {LOG}", retry_after=1)
