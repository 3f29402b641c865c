"""`MemoryLink`: a client's connection to the simulated server without a network, so that tests are exact and quick."""

from __future__ import annotations

from collections import deque

from edge.players.music_assistant.errors import ServerAwayError, ServerLostError
from tests.mass_server.world import Mass


class MemoryLink:
    """Implements `edge.players.websocket_link.Link`; what the device sends is carried out at once."""

    def __init__(self, world: Mass) -> None:
        if world.down or not world.reachable:
            raise ServerAwayError("music_assistant: the server can't be reached (Connection refused)")
        self._world = world
        self._incoming: deque[str] = deque()
        self.open = True
        world.attach(self)

    def deliver(self, text: str) -> None:
        self._incoming.append(text)

    def send(self, text: str) -> None:
        self._require_open()
        self._world.receive(self, text)

    def receive(self, timeout_s: float) -> str | None:
        if self._incoming:
            return self._incoming.popleft()
        self._require_open()
        return None

    def close(self) -> None:
        self.open = False
        self._world.detach(self)

    def _require_open(self) -> None:
        if not self.open:
            raise ServerLostError("music_assistant: the connection broke; connecting again", retry_after=1)
