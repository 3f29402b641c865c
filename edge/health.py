"""How the device is: the age of its last results, what it costs, and the system's watchdog."""

from __future__ import annotations

import os
import resource
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.values import Problem


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
    _cpu: tuple[float, float] = (0.0, 0.0)

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
        """The payload of the topic `health`; ages in seconds."""
        spent = time.process_time()
        wall, cpu = now - self._cpu[0], spent - self._cpu[1]
        self._cpu = (now, spent)
        warm = temperature()
        return {
            "frame_age": _age(now, self.frame),
            "look_age": _age(now, self.look),
            "looks": looks,
            "cpu_share": round(cpu / wall, 3) if 0 < wall < 3600 else None,
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
