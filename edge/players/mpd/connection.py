"""The connection to MPD for commands, which keeps the one that listens alive."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, TypeVar

import mpd

from edge.errors import PlayerError
from edge.players.mpd.idle import IdleListener
from edge.players.mpd.protocol import Birth, birth, connect, disconnect, reason

T = TypeVar("T")
FIRST_RETRY, LAST_RETRY = 2.0, 60.0
STALE = 20.0  # MPD closes what was idle for a minute, and routers forget connections
HOW = "set mpd.password_file, MOODROOM_MPD_PASSWORD or the credential mpd_password"


class MpdRefusedError(PlayerError):
    """MPD understood, and won't; asking again wouldn't help."""

    lasting = True


class MpdConnection:
    """For commands; used by one thread. It connects when needed, and again after a break, later each time."""

    def __init__(
        self, host: str, port: int, *, password: str | None, timeout: float, clock: Callable[[], float]
    ) -> None:
        """timeout: seconds for each answer. clock: monotonic seconds."""
        self.host, self.port, self._password, self._timeout, self._clock = host, port, password, timeout, clock
        self._client: Any = mpd.MPDClient()
        self._connected = False
        self._used = 0.0
        self._birth: Birth | None = None
        self._restarted = False
        self._retry = FIRST_RETRY
        self.listener = IdleListener(host, port, password=password, timeout=timeout)

    def ask(self, call: Callable[[Any], T]) -> T:
        """One exchange. Raises PlayerError; RefusedError where MPD won't."""
        self._connect()
        if self._restarted:
            # The ids in the question may be other songs' by now.
            raise PlayerError(f"mpd: {self.host}:{self.port} was restarted; looking again", retry_after=FIRST_RETRY)
        try:
            found = call(self._client)
        except mpd.CommandError as error:
            raise _refused(error) from None
        except (mpd.MPDError, OSError, ValueError) as error:
            self.away()
            raise PlayerError(
                f"mpd: the connection to {self.host}:{self.port} broke off ({reason(error)}); connecting again",
                retry_after=FIRST_RETRY,
            ) from None
        self._used = self._clock()
        return found

    def ready(self) -> bool:
        """Connect; True, once, where MPD was restarted since the last time. Raises PlayerError."""
        self._connect()
        restarted, self._restarted = self._restarted, False
        return restarted

    def hurry(self, timeout: float) -> None:
        """From now on an answer must come within so many seconds."""
        self._client.timeout = timeout

    @property
    def connected(self) -> bool:
        return self._connected

    def close(self) -> None:
        self.away()
        self.listener.close()

    def away(self) -> None:
        """Let go of the connection."""
        self._connected = False
        disconnect(self._client)

    def _connect(self) -> None:
        if self._connected:
            if self._clock() - self._used < STALE:
                return
            # An old connection may have died unnoticed; better now than in the middle of a command.
            with contextlib.suppress(mpd.MPDError, OSError):
                self._client.ping()
                self._used = self._clock()
                return
        self.away()
        try:
            connect(self._client, self.host, self.port, self._password, self._timeout)
            self._mind_birth()
        except mpd.CommandError:
            self.away()
            raise PlayerError(f"mpd: doesn't accept the password; {HOW}", retry_after=60) from None
        except (mpd.MPDError, OSError) as error:
            self.away()
            wait, self._retry = self._retry, min(2 * self._retry, LAST_RETRY)
            raise PlayerError(
                f"mpd: {self.host}:{self.port} doesn't answer ({reason(error)}); is MPD running there?",
                retry_after=wait,
            ) from None
        self._connected, self._used, self._retry = True, self._clock(), FIRST_RETRY
        self.listener.start()

    def _mind_birth(self) -> None:
        """Each connection may be to a process that was started since the last one."""
        before, self._birth = self._birth, birth(self._client, self._clock)
        self._restarted |= before is not None and (self._birth is None or self._birth.is_after(before))


def _refused(error: mpd.CommandError) -> PlayerError:
    text = str(error)
    if "permission" in text:
        return PlayerError(f"mpd: asks for a password; {HOW}", retry_after=60)
    return MpdRefusedError(f"mpd: {text.split('} ', 1)[-1]}; check music.profiles", retry_after=1)
