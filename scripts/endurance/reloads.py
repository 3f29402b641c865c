"""Reloads the real daemon many times, and measures its memory and descriptors: `reloads.py [COUNT]`.

The demo clip, a real broker (mosquitto), the page and the journal. Exit code 1 if memory grows by more than
GROWTH_MAX_MB after the warm-up, or a descriptor is left.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GROWTH_MAX_MB = 5.0
# The first reloads fill what is kept: the allocator's arenas, the page's and the broker's buffers.
WARM_UP = 20
READY_WITHIN_S, SETTLE_S = 60.0, 1.5


@dataclass(frozen=True)
class Sample:
    """memory: MB of RSS. descriptors, threads: their number."""

    memory: float
    descriptors: int
    threads: int


def sample(pid: int) -> Sample:
    """What a process takes now."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    memory = pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    descriptors, threads = (len(list(Path(f"/proc/{pid}/{kind}").iterdir())) for kind in ("fd", "task"))
    return Sample(memory, descriptors, threads)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def reloads(folder: Path, count: int) -> list[Sample]:
    """A sample after the start and after each reload."""
    port = free_port()
    (folder / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    page = {"enabled": True, "port": free_port()}
    (folder / "config.yaml").write_text(json.dumps({"mqtt": {"host": "127.0.0.1", "port": port}, "web": page}))
    environment = os.environ | {"STATE_DIRECTORY": str(folder / "state"), "NOTIFY_SOCKET": str(folder / "notify")}
    command = [sys.executable, "-m", "edge", "run", "--config", str(folder / "config.yaml"), "--source", "demo"]
    nowhere = subprocess.DEVNULL
    broker = subprocess.Popen(["mosquitto", "-c", str(folder / "mosquitto.conf")], stdout=nowhere, stderr=nowhere)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(folder / "notify"))
        systemd.settimeout(READY_WITHIN_S)
        device = subprocess.Popen(
            [*command, "--publish", "--journal"], cwd=ROOT, env=environment, stdout=nowhere, stderr=nowhere
        )
        samples: list[Sample] = []
        try:
            for number in range(count + 1):
                if number:
                    device.send_signal(signal.SIGHUP)
                while systemd.recv(1000) != b"READY=1":
                    pass
                time.sleep(SETTLE_S)
                samples.append(sample(device.pid))
                if number % 10 == 0:
                    print(
                        f"{number:4d} reloads: {samples[-1].memory:.1f} MB, {samples[-1].descriptors} descriptors",
                        flush=True,
                    )
        finally:
            device.terminate()
            device.wait(30)
            broker.terminate()
            broker.wait(30)
    return samples


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=120)
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder:
        samples = reloads(Path(folder), count)
    warm = samples[min(WARM_UP, count // 2) :]
    # Means of five, since a replay's memory differs by what it shows.
    first, last = warm[:5], warm[-5:]
    growth = (sum(s.memory for s in last) - sum(s.memory for s in first)) / len(last)
    left = min(s.descriptors for s in last) - min(s.descriptors for s in first)
    print(f"{growth:+.1f} MB and {left:+d} descriptors after the warm-up, {samples[-1].threads} threads")
    return int(growth > GROWTH_MAX_MB or left > 0)


if __name__ == "__main__":
    sys.exit(main())
