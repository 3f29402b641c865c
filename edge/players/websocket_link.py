"""`WebsocketLink`: a websocket to a server at home, with limits on the size and the time of everything."""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
from typing import Any, Protocol

from edge.errors import PlayerError
from edge.text import clean

OPEN_TIMEOUT_S, CLOSE_TIMEOUT_S = 3.0, 1.0
SEND_TIMEOUT_S = 3
PING_INTERVAL_S = 20.0
# What breaks a connection is told by the errors; websockets would also log it, with a traceback.
_unheard = logging.Logger("websockets", logging.CRITICAL + 1)


class Link(Protocol):
    """A connection that carries texts. Its methods raise the player's error once it is broken."""

    def send(self, text: str) -> None:
        """Send one message."""

    def receive(self, timeout_s: float) -> str | bytes | None:
        """Return the next message; None where none comes in time. 0 doesn't wait."""

    def close(self) -> None:
        """Close it; never raises."""


class LinkFaults(Protocol):
    """The errors that stand for what happens to a link. where: host and port."""

    def away(self, where: str, reason: str) -> PlayerError:
        """Nothing answers there."""

    def another(self, where: str, reason: str) -> PlayerError:
        """What answers is no such server."""

    def too_large(self, where: str, max_bytes: int) -> PlayerError:
        """It sent a message that is larger than any that is expected."""

    def lost(self, where: str) -> PlayerError:
        """The connection broke."""


class WebsocketLink:
    """A `Link` over the synchronous client of websockets."""

    def __init__(self, host: str, port: int, path: str, faults: LinkFaults, *, max_bytes: int) -> None:
        """Connect. Raises what `faults` makes; ImportError without websockets. max_bytes: of one message."""
        from websockets.exceptions import InvalidHandshake, InvalidMessage
        from websockets.sync.client import connect

        self._where, self._faults, self._max_bytes = f"{host}:{port}", faults, max_bytes
        self._stack = contextlib.ExitStack()
        address = f"ws://{f'[{host}]' if ':' in host else host}:{port}{path}"
        try:
            # No compression, which costs memory and lets a small message grow; no proxy, since the server is at home.
            connection = connect(
                address,
                compression=None,
                proxy=None,
                logger=_unheard,
                max_size=max_bytes,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                ping_interval=PING_INTERVAL_S,
                ping_timeout=PING_INTERVAL_S,
            )
            self._connection: Any = self._stack.enter_context(connection)
            # A server that pings and reads nothing would block the answer, and with it `send` and `close`, for ever.
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", SEND_TIMEOUT_S, 0))
        except (InvalidHandshake, InvalidMessage, EOFError) as error:
            raise faults.another(self._where, clean(str(error), 100)) from None
        except (OSError, ValueError) as error:
            raise faults.away(self._where, getattr(error, "strerror", None) or "no answer in time") from None

    def send(self, text: str) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            self._connection.send(text)
        except (ConnectionClosed, OSError) as error:
            raise self._lost(error) from None

    def receive(self, timeout_s: float) -> str | bytes | None:
        from websockets.exceptions import ConnectionClosed

        try:
            message: str | bytes = self._connection.recv(timeout_s)
        except TimeoutError:
            return None
        except (ConnectionClosed, OSError, UnicodeDecodeError) as error:
            raise self._lost(error) from None
        return message

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._stack.close()

    def _lost(self, error: Exception) -> PlayerError:
        if getattr(getattr(error, "sent", None), "code", None) == 1009:
            return self._faults.too_large(self._where, self._max_bytes)
        return self._faults.lost(self._where)
