"""Two connections to MPD: one for commands, one that waits for MPD's word that something changed."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import mpd

from edge.errors import PlayerError

T = TypeVar("T")
FIRST_RETRY, LAST_RETRY = 2.0, 60.0
STALE = 20.0  # MPD closes what was idle for a minute, and routers forget connections
SUBSYSTEMS = ("player", "mixer", "playlist", "options", "output")
HOW = "set mpd.password_file, MOODROOM_MPD_PASSWORD or the credential mpd_password"
log = logging.getLogger(__name__)


class RefusedError(PlayerError):
    """MPD understood, and won't; asking again wouldn't help."""

    lasting = True


class Link:
    """For commands; used by one thread. It connects when needed, and again after a break, later each time."""

    def __init__(
        self, host: str, port: int, *, password: str | None, timeout: float, clock: Callable[[], float]
    ) -> None:
        """timeout: seconds for each answer. clock: monotonic seconds."""
        self.host, self.port, self._password, self._timeout, self._clock = host, port, password, timeout, clock
        self._client: Any = mpd.MPDClient()
        self._connected = False
        self._used = 0.0
        self._retry = FIRST_RETRY
        self.listener = Listener(host, port, password=password, timeout=timeout)

    def ask(self, call: Callable[[Any], T]) -> T:
        """One exchange. Raises PlayerError; RefusedError where MPD won't."""
        self._connect()
        try:
            found = call(self._client)
        except mpd.CommandError as error:
            raise _refused(error) from None
        except (mpd.MPDError, OSError, ValueError) as error:
            self.away()
            raise PlayerError(
                f"mpd: the connection to {self.host}:{self.port} broke off ({_reason(error)}); connecting again",
                retry_after=FIRST_RETRY,
            ) from None
        self._used = self._clock()
        return found

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
        _disconnect(self._client)

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
            _open(self._client, self.host, self.port, self._password, self._timeout)
        except mpd.CommandError:
            self.away()
            raise PlayerError(f"mpd: doesn't accept the password; {HOW}", retry_after=60) from None
        except (mpd.MPDError, OSError) as error:
            self.away()
            wait, self._retry = self._retry, min(2 * self._retry, LAST_RETRY)
            raise PlayerError(
                f"mpd: {self.host}:{self.port} doesn't answer ({_reason(error)}); is MPD running there?",
                retry_after=wait,
            ) from None
        self._connected, self._used, self._retry = True, self._clock(), FIRST_RETRY
        self.listener.start()


class Listener:
    """A thread of its own, since MPD's `idle` answers only once something has happened."""

    def __init__(self, host: str, port: int, *, password: str | None, timeout: float) -> None:
        self.changed = threading.Event()
        self.listening = False
        self._where = (host, port, password, timeout)
        self._client: Any = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Listen, unless it does already."""
        if self._thread is None or not self._thread.is_alive():
            self._client = mpd.MPDClient()
            self._thread = threading.Thread(target=self._run, args=(self._client,), name="mpd-idle", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread, whatever it waits for."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(mpd.MPDError, OSError), socket.socket(fileno=os.dup(client.fileno())) as line:
                # Closing alone wouldn't wake a thread that reads.
                line.shutdown(socket.SHUT_RDWR)
        if self._thread is not None:
            self._thread.join(1.0)

    def _run(self, client: Any) -> None:
        try:
            _open(client, *self._where)
            self.listening = True
            # What happened before this moment would go unnoticed.
            self.changed.set()
            while self._client is client:
                if client.idle(*SUBSYSTEMS):
                    self.changed.set()
        except (mpd.MPDError, OSError, ValueError) as error:
            log.debug("mpd: listening ended: %s", _reason(error))
        finally:
            self.listening = False
            # If MPD is gone, a look tells.
            self.changed.set()
            _disconnect(client)


def _open(client: Any, host: str, port: int, password: str | None, timeout: float) -> None:
    client.timeout = timeout
    client.connect(host, port)
    if password is not None:
        client.password(password)


def _disconnect(client: Any) -> None:
    with contextlib.suppress(mpd.MPDError, OSError, ValueError):
        client.disconnect()


def _refused(error: mpd.CommandError) -> PlayerError:
    text = str(error)
    if "permission" in text:
        return PlayerError(f"mpd: asks for a password; {HOW}", retry_after=60)
    return RefusedError(f"mpd: {text.split('} ', 1)[-1]}; check music.profiles", retry_after=1)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
