"""What the machine says about itself: heat, voltage, memory, disk, clocks. Linux; elsewhere it says less."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from edge.health.rules import MachineState

MIB = 2**20
THERMAL, HWMON = Path("/sys/class/thermal"), Path("/sys/class/hwmon")


def read_machine(state: Path) -> MachineState:
    """Look once at everything. state: the folder for state, which needn't exist yet."""
    free, writable = disk(state)
    return MachineState(
        temperature(), throttled(), memory_mb(), available_mb(), disk_free_mb=free, state=str(state), writable=writable
    )


def memory_mb() -> float:
    """The resident set of this process in MiB."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / MIB
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def available_mb() -> float | None:
    """MiB that programs can still have without swapping."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, IndexError, ValueError, StopIteration):
        return None


def disk(folder: Path) -> tuple[float | None, bool]:
    """MiB that are free where a folder is or would be made, and whether this user may write there."""
    there = next((place for place in (folder, *folder.parents) if os.path.exists(place)), Path("/"))
    try:
        return shutil.disk_usage(there).free / MIB, os.access(there, os.W_OK | os.X_OK)
    except OSError:
        return None, False


def temperature() -> float | None:
    """The processor's temperature in degrees Celsius, None where the system doesn't tell."""
    for zone in _zones():
        try:
            return int((zone / "temp").read_text()) / 1000
        except (OSError, ValueError):
            continue
    return None


def _zones() -> Iterator[Path]:
    """The thermal zones, the processor's first; boards also measure modems and batteries."""
    zones = sorted(THERMAL.glob("thermal_zone[0-9]*"), key=lambda zone: (len(zone.name), zone.name))
    yield from (zone for zone in zones if "cpu" in _text(zone / "type").lower())
    yield from (zone for zone in zones if zone.name == "thermal_zone0")


def throttled() -> int:
    """What a Pi says about its voltage and speed, as bits; 0 where nothing tells.

    Without `vcgencmd`, or without leave to use it, the kernel still tells a voltage that is too low (bit 0).
    """
    program = shutil.which("vcgencmd")
    if program is not None:
        try:
            told = subprocess.run([program, "get_throttled"], capture_output=True, text=True, timeout=2, check=False)  # noqa: S603  a fixed command
            return int(told.stdout.strip().partition("=")[2], 16)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            pass
    sensors = (folder for folder in HWMON.glob("hwmon*") if _text(folder / "name") == "rpi_volt")
    return int(any(_text(sensor / "in0_lcrit_alarm") == "1" for sensor in sensors))


def clocks() -> tuple[float, float] | None:
    """(monotonic seconds, Unix time) of one moment; None where this thread was held up between the two."""
    before, wall, after = time.monotonic(), time.time(), time.monotonic()
    return (before, wall) if after - before < 0.1 else None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
