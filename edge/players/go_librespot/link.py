"""`open_events`: the websocket on which go-librespot tells every change."""

from __future__ import annotations

from edge.players.go_librespot.errors import PERSON_RETRY_S, DaemonAwayError, DaemonLostError, UnreadableDaemonError
from edge.players.websocket_link import Link, WebsocketLink

EVENT_MAX_BYTES = 2**20


class DaemonFaults:
    """Implements `LinkFaults`."""

    def away(self, where: str, reason: str) -> DaemonAwayError:
        return DaemonAwayError(f"go_librespot: {where} can't be reached ({reason}); check that go-librespot runs")

    def another(self, where: str, reason: str) -> UnreadableDaemonError:
        return UnreadableDaemonError(
            f"go_librespot: what answers at {where} isn't go-librespot ({reason}); check go_librespot.host and port",
            retry_after=PERSON_RETRY_S,
        )

    def too_large(self, where: str, max_bytes: int) -> UnreadableDaemonError:
        return UnreadableDaemonError(f"go_librespot: {where} sent an event larger than {max_bytes // 2**20} MiB")

    def lost(self, where: str) -> DaemonLostError:
        return DaemonLostError(f"go_librespot: the events of {where} broke off; connecting again", retry_after=1)


def open_events(host: str, port: int) -> Link:
    """Listen to the daemon. Raises GoLibrespotError; ImportError without websockets."""
    return WebsocketLink(host, port, "/events", DaemonFaults(), max_bytes=EVENT_MAX_BYTES)
