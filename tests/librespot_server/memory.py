"""The device's ways to the simulated daemon without a network, so that tests are exact and quick."""

from __future__ import annotations

from collections import deque
from typing import Any

from edge.players.go_librespot.errors import DaemonAwayError, DaemonLostError
from edge.players.go_librespot.rest import ApiAnswer
from tests.librespot_server.world import REFUSE, Librespot


class MemoryApi:
    """Implements `edge.players.go_librespot.rest.DaemonApi`."""

    def __init__(self, world: Librespot) -> None:
        self._world = world

    def call(self, method: str, path: str, body: dict[str, Any] | None = None, *, timeout: float) -> ApiAnswer:
        answer = self._world.receive(method, path, body)
        if answer == REFUSE:
            raise DaemonAwayError("go_librespot: the daemon can't be reached (Connection refused)")
        if isinstance(answer, str):
            raise DaemonLostError("go_librespot: the connection broke; looking at what plays", retry_after=1)
        return ApiAnswer(*answer)


class MemoryEvents:
    """Implements `edge.players.websocket_link.Link`."""

    def __init__(self, world: Librespot) -> None:
        if world.down or not world.reachable:
            raise DaemonAwayError("go_librespot: the daemon can't be reached (Connection refused)")
        self._world = world
        self._incoming: deque[str] = deque()
        self.open = True
        world.attach(self)

    def deliver(self, text: str) -> None:
        self._incoming.append(text)

    def send(self, text: str) -> None:
        raise AssertionError("the device only listens")

    def receive(self, timeout_s: float) -> str | None:
        if self._incoming:
            return self._incoming.popleft()
        if not self.open:
            raise DaemonLostError("go_librespot: the events broke off; connecting again", retry_after=1)
        return None

    def close(self) -> None:
        self.open = False
        self._world.detach(self)
