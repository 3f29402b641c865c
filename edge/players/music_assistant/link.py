"""`open_link`: the websocket to the server."""

from __future__ import annotations

from edge.players.music_assistant.errors import ServerAwayError, ServerLostError, UnreadableServerError
from edge.players.websocket_link import Link, WebsocketLink

MESSAGE_MAX_BYTES = 4 * 2**20


class ServerFaults:
    """Implements `LinkFaults`."""

    def away(self, where: str, reason: str) -> ServerAwayError:
        return ServerAwayError(
            f"music_assistant: {where} can't be reached ({reason}); check that the server runs, and "
            "music_assistant.host and port"
        )

    def another(self, where: str, reason: str) -> UnreadableServerError:
        return UnreadableServerError(
            f"music_assistant: what answers at {where} isn't Music Assistant ({reason}); check music_assistant.host "
            "and port"
        )

    def too_large(self, where: str, max_bytes: int) -> UnreadableServerError:
        return UnreadableServerError(f"music_assistant: {where} sent a message larger than {max_bytes // 2**20} MiB")

    def lost(self, where: str) -> ServerLostError:
        return ServerLostError(f"music_assistant: the connection to {where} broke; connecting again", retry_after=1)


def open_link(host: str, port: int) -> Link:
    """Connect to the server. Raises ServerAwayError, UnreadableServerError; ImportError without websockets."""
    return WebsocketLink(host, port, "/ws", ServerFaults(), max_bytes=MESSAGE_MAX_BYTES)
