"""Many devices on one broker, and two brokers with a bridge."""

from __future__ import annotations

import itertools
import json
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.config import MqttConfig
from edge.mqtt.device import MqttDevice
from edge.values import Command
from tests.broker import Broker, Listener, broker, running
from tests.waiting import PATIENCE, wait_for

__all__ = ["broker"]
DEVICES = 200
EXPRESSIONS = ("happy", "sad", "neutral")


class Fleet:
    """Devices that only publish."""

    def __init__(self, port: int, count: int) -> None:
        self.commands: list[tuple[int, Command]] = []
        self.devices = [self._device(port, number) for number in range(count)]

    def _device(self, port: int, number: int) -> MqttDevice:
        return MqttDevice(
            MqttConfig(host="127.0.0.1", port=port, keepalive=60),
            device=f"room-{number}",
            password=None,
            on_command=lambda command: self.commands.append((number, command)),
            on_problem=lambda _: None,
        )

    def connected(self) -> int:
        return sum(device.wait_connected(0) for device in self.devices)


@pytest.fixture
def fleet(broker: Broker) -> Iterator[Fleet]:
    made = Fleet(broker.port, DEVICES)
    for device in made.devices:
        device.start()
    yield made
    for device in made.devices:
        device._connection._stopping.set()
    for device in made.devices:
        device.stop(0.5)


@pytest.mark.parametrize("patience", [0.0, pytest.param(16.0, marks=pytest.mark.slow)])
def test_two_hundred_devices_lose_nothing_and_are_back_after_a_restart(
    broker: Broker, fleet: Fleet, patience: float
) -> None:
    """patience: the broker is away until each device waits at least this long between two tries, seconds."""
    wait_for(lambda: fleet.connected() == DEVICES, "the whole fleet")
    random_ = random.Random(1)
    sent = Counter[str]()

    def change(rounds: int) -> None:
        """Change each device's mood this often, as fast as the broker allows."""
        for turn in range(rounds):
            for number, device in enumerate(fleet.devices):
                device.publish_state(
                    "mood", {"mood": random_.choice(EXPRESSIONS), "turn": turn, "at": time.monotonic()}
                )
                device.publish_event({"event": "mood_changed", "turn": turn})
                sent[f"moodroom/room-{number}/mood"] += 1
                sent[f"moodroom/room-{number}/event"] += 1

    with Listener(broker.port, "moodroom/+/+") as listener:
        wait_for(lambda: len(listener.heard) >= DEVICES, "all statuses")
        listener.heard.clear()
        heard: Counter[str] = Counter()

        def all_heard() -> bool:
            heard.clear()
            heard.update(topic for topic, _, _ in listener.heard)
            return heard == sent

        for _ in range(3):
            # One round at a time: Mosquitto queues a thousand messages for a client, and drops more.
            change(1)
            wait_for(all_heard, "every message, once")

        # The broker goes away; meanwhile each mood changes three times and each device has an event to publish.
        broker.send(signal.SIGKILL)
        wait_for(lambda: fleet.connected() == 0, "all losses")
        broker.stop()
        change(3)
        wait_for(lambda: all(device._connection._backoff.wait_s >= patience for device in fleet.devices), "more tries")
        began = time.monotonic()
        broker.start()
        arrivals = []
        while (back := fleet.connected()) < DEVICES:
            took = time.monotonic() - began
            arrivals.append((took, back))
            assert took < PATIENCE, f"{back} of {DEVICES} are back"
            time.sleep(0.1)
        took = time.monotonic() - began
    newest = {f"moodroom/room-{n}/mood": device._states._payloads["mood"] for n, device in enumerate(fleet.devices)}
    with Listener(broker.port, "moodroom/+/mood") as late:

        def all_newest() -> bool:
            found = {topic: text for topic, text, _ in late.heard}
            return found == newest

        wait_for(all_newest, "every device's newest mood")
    # Gaps in the measurement, on a busy machine, are left out.
    most_at_once = max((b - a for (begin, a), (end, b) in itertools.pairwise(arrivals) if end - begin < 0.3), default=0)
    print(f"{DEVICES} devices back in {took:.1f} s, {most_at_once} at most within 0.1 s")
    # Without random waits all would return at the same moment; these are spread over more than a second.
    assert most_at_once < DEVICES / 2
    assert sum(device.dropped for device in fleet.devices) == 0


def test_each_of_a_dozen_devices_takes_its_own_commands(broker: Broker) -> None:
    fleet = Fleet(broker.port, 12)
    for device in fleet.devices:
        device.start()
    try:
        wait_for(lambda: fleet.connected() == 12, "the fleet")
        # Once the broker has acknowledged the status, it delivers commands.
        assert all(device._connection.flush(PATIENCE) for device in fleet.devices)
        with Listener(broker.port) as person:
            for number in range(12):
                person.publish(f"moodroom/room-{number}/set/volume", str(number))
            wait_for(lambda: len(fleet.commands) == 12, "all commands")
        assert all(command.value == str(number) for number, command in fleet.commands)
    finally:
        for device in fleet.devices:
            device.stop()


def test_two_brokers_joined_by_a_bridge_are_one_house(tmp_path: Path) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "annex").mkdir()
    with running(tmp_path / "house") as house:
        bridge = (
            f"connection annex\naddress 127.0.0.1:{house.port}\nbridge_protocol_version mqttv50\ncleansession true\n"
            "restart_timeout 1 2\ntopic moodroom/+/set/# in 1\ntopic moodroom/# out 1\ntopic homeassistant/status in 1"
        )
        with running(tmp_path / "annex", extra=bridge) as annex, Listener(house.port, "moodroom/#") as person:
            commands: list[Command] = []
            device = MqttDevice(
                MqttConfig(host="127.0.0.1", port=annex.port),
                device="annex",
                password=None,
                on_command=commands.append,
                on_problem=lambda _: None,
            )
            device.start()
            try:
                device.publish_state("mood", {"mood": "happy"})
                wait_for(lambda: person.last("moodroom/annex/mood") is not None, "the mood, across")
                wait_for(lambda: person.last("moodroom/annex/status") == "online")
                person.publish("moodroom/annex/set/mood", "sad")
                wait_for(lambda: bool(commands), "the command, across")
                assert commands == [Command("mood", "sad", origin="mqtt")]

                # The house's broker restarts without its state; the bridge publishes it again.
                house.stop()
                device.publish_state("mood", {"mood": "neutral"})
                house.start()

                def across() -> bool:
                    with Listener(house.port, "moodroom/annex/mood") as late:
                        late.publish("moodroom/test", "x")
                        return late.last("moodroom/annex/mood") == '{"mood": "neutral"}'

                wait_for(across, "the newest mood, across")
                assert json.loads(device._states._payloads["mood"])["mood"] == "neutral"
                assert len(commands) == 1, "no command comes twice"
            finally:
                device.stop()
