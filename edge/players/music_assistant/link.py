"""`open_link`: the websocket to the server, with limits on the size and the time of everything."""

from __future__ import annotations

import contextlib
from typing import Any, Protocol

from edge.players.music_assistant.errors import ServerAwayError, ServerLostError, UnreadableServerError
from edge.text import clean

MESSAGE_MAX_BYTES = 4 * 2**20
OPEN_TIMEOUT_S, CLOSE_TIMEOUT_S = 3.0, 1.0
PING_INTERVAL_S = 20.0


class Link(Protocol):
    """A connection that carries texts. Its methods raise ServerLostError once it is broken."""

    def send(self, text: str) -> None:
        """Send one message."""

    def receive(self, timeout_s: float) -> str | bytes | None:
        """Return the next message; None where none comes in time. 0 doesn't wait."""

    def close(self) -> None:
        """Close it; never raises."""


class WebsocketLink:
    """A `Link` over the synchronous client of websockets."""

    def __init__(self, host: str, port: int) -> None:
        """Connect. Raises ServerAwayError, or UnreadableServerError for another kind of server."""
        from websockets.exceptions import InvalidHandshake, InvalidMessage
        from websockets.sync.client import connect

        self._where = f"{host}:{port}"
        self._stack = contextlib.ExitStack()
        address = f"ws://{f'[{host}]' if ':' in host else host}:{port}/ws"
        try:
            # No compression, which costs memory and lets a small message grow; no proxy, since the server is at home.
            connection = connect(
                address,
                compression=None,
                proxy=None,
                max_size=MESSAGE_MAX_BYTES,
                open_timeout=OPEN_TIMEOUT_S,
                close_timeout=CLOSE_TIMEOUT_S,
                ping_interval=PING_INTERVAL_S,
                ping_timeout=PING_INTERVAL_S,
            )
            self._connection: Any = self._stack.enter_context(connection)
        except (InvalidHandshake, InvalidMessage, EOFError) as error:
            raise UnreadableServerError(
                f"music_assistant: what answers at {self._where} isn't Music Assistant ({clean(str(error), 100)}); "
                "check music_assistant.host and port"
            ) from None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no answer in time"
            raise ServerAwayError(
                f"music_assistant: {self._where} can't be reached ({reason}); check that the server runs, and "
                "music_assistant.host"
            ) from None

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

    def _lost(self, error: Exception) -> ServerLostError | UnreadableServerError:
        sent = getattr(error, "sent", None)
        if getattr(sent, "code", None) == 1009:
            return UnreadableServerError(
                f"music_assistant: {self._where} sent a message larger than {MESSAGE_MAX_BYTES // 2**20} MiB"
            )
        return ServerLostError(
            f"music_assistant: the connection to {self._where} broke; connecting again", retry_after=1
        )


def open_link(host: str, port: int) -> Link:
    """Connect to the server. Raises ServerAwayError, UnreadableServerError; ImportError without websockets."""
    return WebsocketLink(host, port)
