"""One connection of a browser: it must ask for something and take the answer, so that nobody can hold all of them."""

from __future__ import annotations

import asyncio
import ipaddress

from uvicorn.protocols.http.h11_impl import H11Protocol

# Connections at once, more are answered with 503; from one address; and seconds for a whole request head to come, or
# for an answer that waits to be taken.
CONNECTIONS, PER_ADDRESS, PATIENCE = 48, 16, 10.0


class Connection(H11Protocol):
    """uvicorn's, which alone would wait for ever for the first request, and for the rest of any other."""

    _ends: asyncio.TimerHandle | None = None
    _full = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody connected; an address that has enough already is sent away."""
        super().connection_made(transport)
        host = _host(self)
        if not self._shared(host) and sum(_host(other) == host for other in self.connections) > PER_ADDRESS:
            transport.abort()
            return
        self._judge()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        self._stop_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parts of a head don't win time: only a whole one does."""
        super().data_received(data)
        self._judge()

    def on_response_complete(self) -> None:
        """The next head, too, has only so long to come."""
        super().on_response_complete()
        self._judge()

    def pause_writing(self) -> None:
        """The answer isn't being taken."""
        super().pause_writing()
        self._full = True
        self._judge()

    def resume_writing(self) -> None:
        """It was taken."""
        super().resume_writing()
        self._full = False
        self._stop_waiting()
        self._judge()

    def _judge(self) -> None:
        """The clock runs while the other side has something to do."""
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering and not self._full:
            self._stop_waiting()
        elif self._ends is None and not self.transport.is_closing():
            self._ends = self.loop.call_later(PATIENCE, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._ends is not None:
            self._ends.cancel()
            self._ends = None

    def _shared(self, host: str) -> bool:
        """Many people may come through a proxy or a tunnel on this machine, or through the proxy that was named."""
        return host in self.config.forwarded_allow_ips or (host != "" and ipaddress.ip_address(host).is_loopback)


def _host(connection: object) -> str:
    """The other side's address; one of IPv4 as such, even where it came to a socket of IPv6."""
    client = getattr(connection, "client", None)
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)
