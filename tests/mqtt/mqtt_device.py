"""An MqttDevice that records commands and problems, for tests against a real broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from edge.config import MqttConfig
from edge.mqtt.device import MqttDevice
from edge.mqtt.discovery import Discovery
from edge.values import Command
from tests.waiting import PATIENCE


class Device:
    """An MqttDevice with the commands and problems that it reported."""

    def __init__(self, port: int, *, password: str | None = None, home: Discovery | None = None, **more: Any) -> None:
        self.commands: list[Command] = []
        self.problems: list[str | None] = []
        self.mqtt = MqttDevice(
            MqttConfig(**{"host": "127.0.0.1", "port": port} | more),
            device="kitchen",
            password=password,
            on_command=self.commands.append,
            on_problem=self.problems.append,
            home=home,
        )

    def listens(self) -> bool:
        """Whether the broker acknowledged a message after the subscription; from then on it delivers commands."""
        return self.mqtt.wait_connected(PATIENCE) and self.mqtt._connection.flush(PATIENCE)

    def reported(self, words: str) -> bool:
        return any(words in (problem or "") for problem in self.problems)


Make = Callable[..., Device]


@pytest.fixture
def device() -> Iterator[Make]:
    made: list[Device] = []

    def make(port: int, **settings: Any) -> Device:
        made.append(Device(port, **settings))
        made[-1].mqtt.start()
        return made[-1]

    yield make
    for one in made:
        one.mqtt.stop()
