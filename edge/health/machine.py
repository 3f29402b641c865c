"""Reads the machine: temperature, voltage, memory, disk and clocks. On Linux; other systems report less."""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import edge
from edge import __version__
from edge.health.readings import MachineState

BYTES_PER_MIB = 2**20
PACKAGE = Path(str(edge.__file__))
THERMAL, HWMON = Path("/sys/class/thermal"), Path("/sys/class/hwmon")
VCGENCMD_TIMEOUT_S = 2.0
# If this thread was interrupted for longer between reading the two clocks, they don't belong together.
CLOCK_PAIR_WITHIN_S = 0.1


def read_machine(state: Path) -> MachineState:
    """Read everything once. state: the state directory, which needn't exist yet."""
    free, writable = disk(state)
    return MachineState(
        temperature(),
        throttled(),
        memory_mb(),
        available_mb(),
        disk_free_mb=free,
        state=str(state),
        writable=writable,
        running=__version__,
        installed=installed_version() or __version__,
    )


def installed_version(file: Path = PACKAGE) -> str | None:
    """The version that is installed where this program came from, None if it can't be read.

    An update replaces the files, or what a link on their path points to, while the old version runs on.
    """
    match = re.search(r'^__version__ = "([\w.+-]{1,40})"', _text(file), re.MULTILINE)
    return match[1] if match else None


def memory_mb() -> float:
    """The resident set of this process in MiB."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / BYTES_PER_MIB
    except (OSError, IndexError, ValueError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def available_mb() -> float | None:
    """MiB that programs can still allocate without swapping; None where the system doesn't report it."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, IndexError, ValueError, StopIteration):
        return None


def disk(folder: Path) -> tuple[float | None, bool]:
    """MiB free where a folder is or would be created, and whether this user may write there."""
    existing = next((place for place in (folder, *folder.parents) if os.path.exists(place)), Path("/"))
    try:
        return shutil.disk_usage(existing).free / BYTES_PER_MIB, os.access(existing, os.W_OK | os.X_OK)
    except OSError:
        return None, False


def temperature() -> float | None:
    """The processor's temperature in degrees Celsius, None where the system doesn't report it."""
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
    """The bits of a Pi's `vcgencmd get_throttled`; 0 on other machines.

    Without `vcgencmd`, or without permission to use it, the kernel still reports a voltage that is too low (bit 0).
    """
    program = shutil.which("vcgencmd")
    if program is not None:
        try:
            done = subprocess.run(  # noqa: S603  a fixed command
                [program, "get_throttled"], capture_output=True, text=True, timeout=VCGENCMD_TIMEOUT_S, check=False
            )
            return int(done.stdout.strip().partition("=")[2], 16)
        except (OSError, ValueError, subprocess.TimeoutExpired):
            pass
    sensors = (folder for folder in HWMON.glob("hwmon*") if _text(folder / "name") == "rpi_volt")
    return int(any(_text(sensor / "in0_lcrit_alarm") == "1" for sensor in sensors))


def read_clocks() -> tuple[float, float] | None:
    """(monotonic seconds, Unix time) of one moment; None if this thread was interrupted in between."""
    before, wall, after = time.monotonic(), time.time(), time.monotonic()
    return (before, wall) if after - before < CLOCK_PAIR_WITHIN_S else None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
