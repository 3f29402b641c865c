"""The errors of go-librespot: one class for each cause, each with a sentence that names the fix. Pure."""

from __future__ import annotations

from edge.errors import PLAYER_AWAY, PLAYER_REFUSED, PLAYER_RESTARTED, PlayerError
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


class DaemonAwayError(GoLibrespotError):
    """Nothing answers at the daemon's address, so no request reached it."""

    plain = PLAYER_AWAY

    gone = True


class DaemonLostError(GoLibrespotError):
    """The connection broke, or an answer didn't come in time; whether the command took effect isn't known."""

    plain = PLAYER_AWAY


class DaemonRestartedError(GoLibrespotError):
    """The daemon was restarted, and the music has ended with it."""

    plain = PLAYER_RESTARTED

    silent = True


class UnreadableDaemonError(GoLibrespotError):
    """What answers isn't go-librespot, or breaks a limit."""


class NoAccountError(GoLibrespotError):
    """No Spotify account is connected to the daemon."""

    plain = _NOT_CONNECTED


class PlaysElsewhereError(GoLibrespotError):
    """The account plays on another speaker, which is left alone."""

    plain = Sentence("Spotify plays on another device; pause it there first.")

    lasting = True


class DaemonBusyError(GoLibrespotError):
    """The daemon, or Spotify behind it, can't do it now."""

    plain = Sentence("The music service doesn't answer just now; the device tries again by itself.")


class DaemonRefusedError(GoLibrespotError):
    """The daemon refuses the command; the same one would be refused again."""

    plain = PLAYER_REFUSED

    lasting = True


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
