"""A message of many megabytes on a command's topic, from another client of a real Mosquitto."""

from __future__ import annotations

import os
import shutil
import subprocess
import tracemalloc
from pathlib import Path

import pytest

from tests.broker import Broker, Listener, broker
from tests.mqtt.mqtt_device import Make, device
from tests.waiting import wait_for

__all__ = ["broker", "device"]
MEGABYTES = 40
PUBLISHER = shutil.which("mosquitto_pub")


@pytest.mark.skipif(PUBLISHER is None, reason="mosquitto_pub is not installed: apt install mosquitto-clients")
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_huge_message_takes_no_memory_and_is_answered(
    protocol: str, broker: Broker, device: Make, tmp_path: Path
) -> None:
    made = device(broker.port, protocol=protocol)
    assert made.listens()
    huge = tmp_path / "huge"
    huge.write_bytes(b"")
    os.truncate(huge, MEGABYTES * 2**20)
    tracemalloc.start()
    try:
        options = ["-p", str(broker.port), "-q", "1", "-t", "moodroom/kitchen/set/mood", "-f", str(huge)]
        subprocess.run([str(PUBLISHER), *options], check=True)
        wait_for(lambda: made.commands, "the refused command")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 10 * 2**20
    assert made.commands[0].fault.startswith("mood is longer than 1024 bytes") and not made.commands[0].value
    with Listener(broker.port) as person:
        person.publish("moodroom/kitchen/set/mood", "happy")
        wait_for(lambda: made.commands[-1].value == "happy", "the next command, on the same connection")
    assert not [problem for problem in made.problems if problem]
