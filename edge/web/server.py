"""Runs uvicorn in a thread of its own; a port in use is reported and tried again."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable

from starlette.types import ASGIApp

from edge.config import WebConfig
from edge.errors import ConfigError
from edge.system.threads import Worker, stop_all
from edge.values import Frame
from edge.web.board import Board
from edge.web.security.connections import MAX_CONNECTIONS, Connection
from edge.web.uvicorn_module import Config as UvicornConfig
from edge.web.uvicorn_module import Server as UvicornServer

log = logging.getLogger(__name__)


IPV4_WILDCARD = "0.0.0.0"  # noqa: S104  only for `web.host: "::"`


class Server:
    """Serves an application until it is stopped. board: the daemon calls it with each event."""

    def __init__(
        self,
        config: WebConfig,
        build: Callable[[], ASGIApp],
        board: Board,
        *,
        on_problem: Callable[[str], None],
        offer: Callable[[Frame], None] = lambda _: None,
    ) -> None:
        """build: creates the application; raises MoodroomError if it must not be served.

        on_problem: called with a sentence, and with an empty one once the page is served. offer: to be called with each
        frame, in the thread that owns it.
        """
        self._config, self._build, self.board, self._on_problem = config, build, board, on_problem
        self.offer = offer
        self._worker = Worker("web", self._serve, on_error=on_problem, first_wait_s=2.0, max_wait_s=60.0)
        self._server: UvicornServer | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        self._worker.start()

    def stop(self, wait: float = 3.0) -> None:
        """Close all pages' connections and end; takes `wait` seconds at most."""
        self.board.close()
        with self._lock:
            self._worker.stopping.set()
            if self._server is not None:
                self._server.should_exit = True
        for name in stop_all([self._worker], wait):
            log.warning("%s: didn't stop in time", name)

    def _serve(self) -> None:
        app, listening = self._build(), self._bind()
        with listening:
            with self._lock:
                if self._worker.stopping.is_set():
                    return
                self._server = UvicornServer(_uvicorn_config(app, str(self._config.proxy or "")))
            host = f"[{self._config.host}]" if ":" in self._config.host else self._config.host
            log.info("web: the page is at http://%s:%s", host, self._config.port)
            self._on_problem("")
            self._server.run(sockets=[listening])

    def _bind(self) -> socket.socket:
        host, port = self._config.host, self._config.port
        if host == "::" and (both := _on_all_addresses(port)) is not None:
            return both
        try:
            # Where there is no IPv6, all of IPv4.
            wanted = host if host != "::" or socket.has_dualstack_ipv6() else IPV4_WILDCARD
            kind, _, _, _, address = socket.getaddrinfo(wanted or None, port, type=socket.SOCK_STREAM)[0]
            listening = socket.socket(kind, socket.SOCK_STREAM)
        except OSError:
            raise ConfigError(
                f"web.host: {host} isn't an address of this machine; name one, or 0.0.0.0 for all"
            ) from None
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(64)
        except OSError as error:
            listening.close()
            reason = (error.strerror or "it is in use").lower()
            raise ConfigError(f"web.port: {host}:{port} can't be used ({reason}); set another") from None
        return listening


def _on_all_addresses(port: int) -> socket.socket | None:
    """A socket for IPv6 and IPv4; None where it can't be, as without IPv6 or on a port in use."""
    try:
        return socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
    except (OSError, ValueError):
        return None


def _uvicorn_config(app: ASGIApp, proxy: str) -> UvicornConfig:
    """proxy: the address whose X-Forwarded-For is trusted, "" for none."""
    return UvicornConfig(
        app,
        loop="asyncio",
        http=Connection,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=bool(proxy),
        forwarded_allow_ips=[proxy, f"::ffff:{proxy}"] if proxy else [],
        server_header=False,
        limit_concurrency=MAX_CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
