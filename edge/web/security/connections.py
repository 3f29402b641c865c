"""HTTP connections with time limits, so that no client can occupy all of them."""

from __future__ import annotations

import asyncio
import ipaddress

from edge.web.uvicorn_module import H11Protocol

# More connections at once are answered with 503.
MAX_CONNECTIONS, MAX_PER_ADDRESS = 48, 16
# For a complete request head to arrive, or for the client to read an answer.
CLIENT_TIMEOUT_S = 10.0


class Connection(H11Protocol):
    """uvicorn's connection, which by itself waits without limit for the first request and for the rest of any other."""

    _timer: asyncio.TimerHandle | None = None
    _paused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client connected; refused if its address has too many connections."""
        super().connection_made(transport)
        host = _host(self)
        if not self._shared(host) and sum(_host(other) == host for other in self.connections) > MAX_PER_ADDRESS:
            transport.abort()
            return
        self._update_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection ended."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Data arrived; only a complete request head stops the timer."""
        super().data_received(data)
        self._update_timer()

    def on_response_complete(self) -> None:
        """An answer was sent; the next request head has the same time limit."""
        super().on_response_complete()
        self._update_timer()

    def pause_writing(self) -> None:
        """The client doesn't read the answer."""
        super().pause_writing()
        self._paused = True
        self._update_timer()

    def resume_writing(self) -> None:
        """The client reads again."""
        super().resume_writing()
        self._paused = False
        self._stop_timer()
        self._update_timer()

    def _update_timer(self) -> None:
        """Let the timer run while the client has to send or read something."""
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering and not self._paused:
            self._stop_timer()
        elif self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(CLIENT_TIMEOUT_S, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _shared(self, host: str) -> bool:
        """Whether many people can have this address: that of the proxy, or of a proxy or tunnel on this machine."""
        return host in self.config.forwarded_allow_ips or (host != "" and ipaddress.ip_address(host).is_loopback)


def _host(connection: object) -> str:
    """The client's address; an IPv4 address on an IPv6 socket in its IPv4 form."""
    client = getattr(connection, "client", None)
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
