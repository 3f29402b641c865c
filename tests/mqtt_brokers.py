"""amqtt: a broker in Python that speaks MQTT 3.1.1 only, in an environment of its own that scripts/test makes."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.broker import free_port
from tests.waiting import PATIENCE, wait_for

_PROGRAM = """
import asyncio, sys
from amqtt.broker import Broker

async def main():
    allowed = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    listener = {"default": {"type": "tcp", "bind": "127.0.0.1:" + sys.argv[1]}}
    await Broker({"listeners": listener, "plugins": allowed}).start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


def amqtt_python() -> str:
    """The Python that has amqtt; skips the test outside of CI where there is none."""
    named = os.environ.get("MOODROOM_AMQTT_PYTHON")
    for candidate in filter(None, (named, str(Path(__file__).parents[1] / ".venv-amqtt" / "bin" / "python"))):
        if Path(candidate).is_file():
            return candidate
    if os.environ.get("CI"):
        pytest.fail("amqtt isn't installed; scripts/test makes its environment")
    pytest.skip("amqtt isn't installed: scripts/test makes its environment, MOODROOM_AMQTT_PYTHON names another")


@contextmanager
def running_amqtt(folder: Path) -> Iterator[int]:
    """Yield the port of a running amqtt."""
    python, port, log = amqtt_python(), free_port(), folder / "amqtt.log"
    with log.open("wb") as out:
        process = subprocess.Popen([python, "-c", _PROGRAM, str(port)], stdout=out, stderr=out)
    try:

        def answers() -> bool:
            assert process.poll() is None, log.read_text()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        wait_for(answers, "amqtt's port")
        yield port
    finally:
        process.terminate()
        process.wait(PATIENCE)
