"""`MpdConnection`: the one way to send commands to MPD, for the player and for the library."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

import mpd

from edge.errors import PlayerError
from edge.players.errors import (
    LostAnswerError,
    RefusedCommandError,
    RestartedPlayerError,
    UnreachedPlayerError,
)
from edge.players.mpd.client import ANSWER_MAX_BYTES, BoundedClient
from edge.players.mpd.idle import IdleListener
from edge.players.mpd.protocol import StartTime, connect, disconnect, reason, start_time
from edge.players.mpd.refusal import PERMISSION, READING, Refusal, permission_for
from edge.sentences import Sentence

T = TypeVar("T")
RETRY_MIN_S, RETRY_MAX_S = 2.0, 60.0
# A refused password stays refused until a person changes it, and a try costs one local connection; so once a minute
# is soon enough after the change. Whatever need not wait that long fails at once, as the library does.
PASSWORD_RETRY_S = 60.0
SLOW_TIMEOUT_S = 30.0  # Mopidy reads each song's file, 5 to 50 ms, and answers once it has read all
UNUSED_MAX_S = 20.0  # MPD closes what was idle for a minute, and routers forget connections
LOGIN_FIX = "set mpd.password_file, MOODROOM_MPD_PASSWORD or the credential mpd_password"
_NOT_LET_IN = Sentence("The player doesn't let this device in; enter its password in the settings.")
PERMISSIONS_FIX = "give it read,add,control in mpd.conf"


class MpdRefusedError(RefusedCommandError):
    """MPD refused a command, and would refuse it again."""


class MpdPermissionError(MpdRefusedError):
    """MPD lets this client read, and doesn't permit the command."""

    plain = _NOT_LET_IN


class MpdLostError(LostAnswerError):
    """The connection was lost in the middle of a command; the next command opens another."""


class MpdAnswerError(MpdLostError):
    """MPD's answer can't be used: too large, or not what the protocol says."""


class MpdGoneError(UnreachedPlayerError):
    """No MPD answers at the address."""


class MpdQueueLostError(RestartedPlayerError):
    """MPD was restarted, and the device's music isn't in its queue any more."""


class MpdPasswordError(PlayerError):
    """MPD requires a password, or refuses the one it was given."""

    plain = _NOT_LET_IN


class MpdConnection:
    """Sends commands; used by one thread. It connects when needed, and again after a failure."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        password: str | None,
        timeout: float,
        clock: Callable[[], float],
        listener: IdleListener | None = None,
        advice: str = "",
        answer_max_bytes: int = ANSWER_MAX_BYTES,
    ) -> None:
        """timeout: seconds for the next bytes of a response; the whole may take ANSWER_TIMEOUTS times as long.

        clock: monotonic seconds. answer_max_bytes: the size of the largest response that is read.

        listener: is restarted with each new connection. advice: what a person can do about a refused command.
        """
        self.host, self.port, self._password, self._timeout, self._clock = host, port, password, timeout, clock
        self._listener, self._advice = listener, advice
        self._client: Any = BoundedClient(answer_max_bytes=answer_max_bytes)
        self.connected = False
        self._used_at = 0.0
        self._start_time: StartTime | None = None
        self._was_connected, self._restarted = False, False
        self._commands: frozenset[str] | None = None
        self._retry_s = RETRY_MIN_S

    def call(self, function: Callable[[Any], T], *, slow: bool = False) -> T:
        """Return what the function returns for the connected BoundedClient.

        slow: Mopidy may take SLOW_TIMEOUT_S for each response.

        Raises MpdRefusedError if MPD refuses, MpdPasswordError, MpdLostError if the connection was lost or the answer
        can't be used, or MpdGoneError if MPD can't be reached; and PlayerError
        after a restart of MPD until `check_restart` is called, since song ids from before may now be other songs'.
        """
        self._connect()
        if self._restarted:
            raise PlayerError(f"mpd: {self._address} was restarted; reading its queue again", retry_after=RETRY_MIN_S)
        try:
            if slow and self.is_mopidy:
                self._client.timeout = max(self._timeout, SLOW_TIMEOUT_S)
            result = function(self._client)
        except mpd.CommandError as error:
            raise self._refusal(error) from None
        except (mpd.ProtocolError, ValueError, TypeError, KeyError) as error:
            self.disconnect()
            raise MpdAnswerError(
                f"mpd: {self._address} sent an answer that can't be used ({reason(error)}); is that an MPD?",
                retry_after=RETRY_MIN_S,
            ) from None
        except (mpd.MPDError, OSError) as error:
            self.disconnect()
            raise MpdLostError(
                f"mpd: the connection to {self._address} was lost ({reason(error)}); reconnecting",
                retry_after=RETRY_MIN_S,
            ) from None
        finally:
            if slow:
                self._client.timeout = self._timeout
        self._used_at = self._clock()
        return result

    @property
    def is_mopidy(self) -> bool:
        """True for a server that doesn't report its age. Valid while connected."""
        return self._start_time is None

    def require(self, *commands: str) -> None:
        """Raise MpdPermissionError unless this client may send all of these commands."""
        if self._commands is None:
            self._commands = frozenset(map(str, self.call(lambda client: client.commands())))
        missing = [command for command in commands if command not in self._commands]
        if missing and self._commands:
            raise self._not_permitted(*missing)

    def check_restart(self) -> bool:
        """Connect if needed. Returns True, once, after MPD was restarted (Mopidy: perhaps). Raises PlayerError."""
        self._connect()
        restarted, self._restarted = self._restarted, False
        return restarted

    def set_timeout(self, timeout: float) -> None:
        """Change the seconds for each response from now on."""
        self._client.timeout = self._timeout = timeout

    def disconnect(self) -> None:
        """Close the connection; the next call opens another."""
        self.connected = False
        disconnect(self._client)

    @property
    def _address(self) -> str:
        return f"{self.host}:{self.port}"

    def _connect(self) -> None:
        if self.connected:
            if self._clock() - self._used_at < UNUSED_MAX_S:
                return
            # It may have died unnoticed; better to find out now than in the middle of a command.
            with contextlib.suppress(mpd.MPDError, OSError):
                self._client.ping()
                self._used_at = self._clock()
                return
        self.disconnect()
        try:
            connect(self._client, self.host, self.port, self._password, self._timeout)
            self._compare_start_time()
        except mpd.CommandError:
            self.disconnect()
            raise MpdPasswordError(
                f"mpd: {self._address} refused the password; {LOGIN_FIX}", retry_after=PASSWORD_RETRY_S
            ) from None
        except (mpd.MPDError, OSError, ValueError, TypeError) as error:
            self.disconnect()
            retry_after, self._retry_s = self._retry_s, min(2 * self._retry_s, RETRY_MAX_S)
            raise MpdGoneError(
                f"mpd: {self._address} doesn't answer ({reason(error)}); is MPD running there?",
                retry_after=retry_after,
            ) from None
        self.connected, self._used_at, self._retry_s = True, self._clock(), RETRY_MIN_S
        self._was_connected, self._commands = True, None
        if self._listener is not None:
            self._listener.start()

    def _compare_start_time(self) -> None:
        """Notice that this connection is to another MPD process than the last one."""
        previous, self._start_time = self._start_time, start_time(self._client, self._clock)
        if self._start_time is None:
            self._restarted |= self._was_connected
        else:
            self._restarted |= previous is not None and self._start_time.is_after(previous)

    def _refusal(self, error: mpd.CommandError) -> PlayerError:
        refusal = Refusal.of(error)
        if refusal.number == PERMISSION:
            if refusal.command not in READING:
                return self._not_permitted(refusal.command)
            if self._password is None:
                why = f"requires a password; {LOGIN_FIX}"
            else:
                why = f"permits nothing with this password; {PERMISSIONS_FIX}"
            return MpdPasswordError(f"mpd: {self._address} {why}", retry_after=PASSWORD_RETRY_S)
        return self.refused(refusal.message)

    def refused(self, why: str) -> MpdRefusedError:
        """Return the error for something that MPD refuses."""
        return MpdRefusedError(f"mpd: {why}; {self._advice}" if self._advice else f"mpd: {why}", retry_after=1)

    def _not_permitted(self, command: str, *others: str) -> MpdPermissionError:
        """command: is named. others: aren't permitted either."""
        if self._password is None:
            lacking = " and ".join(sorted({permission_for(one) for one in (command, *others)}))
            fix = f"add {lacking} to default_permissions in mpd.conf; or, if that requires a password, {LOGIN_FIX}"
        else:
            fix = f"this password lacks a permission; {PERMISSIONS_FIX}"
        return MpdPermissionError(f"mpd: {self._address} doesn't permit `{command}`: {fix}", retry_after=1)
