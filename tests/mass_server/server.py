"""The simulated server on a real websocket, for tests of the wire."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from tests.mass_server.world import Mass


class _Wire:
    """One client on the websocket."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.open = True

    def deliver(self, text: str) -> None:
        self._connection.send(text)


class WireServer:
    """Serves a world on 127.0.0.1 until it is closed. before: called with each text that a client sends."""

    def __init__(self, world: Mass, *, port: int = 0, greeting: str | bytes | None = None) -> None:
        """greeting: sent instead of what the server says of itself."""
        from websockets.sync.server import serve

        self.world, self._greeting = world, greeting
        self.lock = threading.Lock()
        self._server = serve(self._handle, "127.0.0.1", port)
        self.port: int = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever, name="wire-server")
        self._thread.start()

    def locked(self, act: Callable[[], None]) -> None:
        with self.lock:
            act()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def _handle(self, connection: Any) -> None:
        if self._greeting is not None:
            connection.send(self._greeting)
            for _ in connection:
                pass
            return
        wire = _Wire(connection)
        self.locked(lambda: self.world.attach(wire))
        for text in connection:
            self.locked(lambda text=text: self.world.receive(wire, text))  # type: ignore[misc]
        wire.open = False
        self.locked(lambda: self.world.detach(wire))
