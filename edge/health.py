"""How the device is: the age of its last results, what it costs, and the system's watchdog."""

from __future__ import annotations

import os
import resource
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.values import Problem

# Seconds that a rate is taken over at least.
SHORTEST = 2.0


def memory_mb() -> float:
    """The resident set of this process in MiB."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def temperature() -> float | None:
    """The processor's temperature in degrees Celsius, None where the system doesn't tell."""
    try:
        return int(Path("/sys/class/thermal/thermal_zone0/temp").read_text()) / 1000
    except (OSError, ValueError):
        return None


def slowdown(warm: float | None, throttled: int) -> float:
    """How many times slower to look while the machine is too hot: 1, 2, 4 or 8.

    warm: degrees Celsius. throttled: the bits of `vcgencmd get_throttled`; 0 to 3 tell of now.
    """
    steps = sum(warm is not None and warm >= limit for limit in (75, 80, 85))
    now = 2 if throttled & 0b0101 else 1 if throttled & 0b1010 else 0
    return float(2 ** max(steps, now))


def throttled() -> int:
    """What a Pi says about its voltage and speed, as bits; 0 where there is no `vcgencmd`."""
    program = shutil.which("vcgencmd")
    if program is None:
        return 0
    try:
        told = subprocess.run([program, "get_throttled"], capture_output=True, text=True, timeout=2, check=False)  # noqa: S603  a fixed command
        return int(told.stdout.strip().partition("=")[2], 16)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return 0


@dataclass
class Health:
    """Ages and problems, kept by the main thread.

    stuck_after: seconds after which a result is too old. frame, look: when the last one came.
    """

    stuck_after: float
    started: float
    frame: float | None = None
    look: float | None = None
    paused: bool = False
    problems: dict[str, str] = field(default_factory=dict)
    _since: tuple[float, float, int] | None = None
    _rates: tuple[float, float] | None = None

    def fresh(self, now: float) -> bool:
        """True while a frame came lately, or a pause was declared: then the watchdog may be fed."""
        newest = self.frame if self.frame is not None else self.started
        return self.paused or now - newest <= self.stuck_after

    def set_problem(self, part: str, message: str | None) -> bool:
        """Note a part's problem, or that it is over; True where that is news."""
        before = self.problems.get(part)
        if message is None:
            self.problems.pop(part, None)
        else:
            self.problems[part] = message
        return before != message

    def report(self, now: float, looks: int) -> dict[str, Any]:
        """The payload of the topic `health`; ages in seconds. looks: how many there were since the start.

        Rates are over the time since the last report, and for a very short one as they were before; the start, which
        costs more than anything later, isn't in them.
        """
        spent = time.process_time()
        if self._since is None:
            self._since = (now, spent, looks)
        elif (wall := now - self._since[0]) >= SHORTEST:
            self._rates = ((spent - self._since[1]) / wall, 60 * (looks - self._since[2]) / wall)
            self._since = (now, spent, looks)
        cpu, rate = self._rates or (None, None)
        warm = temperature()
        return {
            "frame_age": _age(now, self.frame),
            "look_age": _age(now, self.look),
            "looks": looks,
            "looks_per_minute": None if rate is None else round(rate),
            "cpu_share": None if cpu is None else round(cpu, 3),
            "memory_mb": round(memory_mb(), 1),
            "temperature": None if warm is None else round(warm, 1),
            "problems": [vars(Problem(part, text)) for part, text in sorted(self.problems.items())],
            "spotify_login_expires": None,
        }


def _age(now: float, then: float | None) -> float | None:
    return None if then is None else round(max(0.0, now - then), 1)


class SystemdNotifier:
    """Tells systemd what it wants to know (sd_notify(3)); does nothing where systemd didn't start us."""

    def __init__(self, address: str | None = None) -> None:
        self._address = address if address is not None else os.environ.get("NOTIFY_SOCKET")

    def tell(self, state: str) -> None:
        """state: such as READY=1, WATCHDOG=1 or STOPPING=1."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
                out.sendto(state.encode(), address)
        except OSError:
            self._address = None
