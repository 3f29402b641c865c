"""The machine: disk, memory, clock, heat, and who may read what should be secret."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from edge.config import Config
from edge.errors import MoodroomError
from edge.health.check.result import Said
from edge.health.machine import read_machine
from edge.health.rules import HealthReadings, MachineState, Severity, findings
from edge.system import state

# systemd-timesyncd makes this file once the network has set the clock.
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")
# Files in the state directory that hold a login or a password's hash.
SECRET = ("spotify_login.json", "web_password", "web_sessions")


def disk(_: Config) -> Said:
    """What is left where state is kept, and whether this user may write there."""
    machine = read_machine(state.directory())
    left = "an unknown amount" if machine.disk_free_mb is None else f"{machine.disk_free_mb:.0f} MiB"
    return _judged(machine, ("disk",), f"{left} left at {machine.state}")


def memory(_: Config) -> Said:
    """What is left for programs."""
    machine = read_machine(state.directory())
    left = "unknown" if machine.available_mb is None else f"{machine.available_mb:.0f} MiB left"
    return _judged(machine, ("memory",), left)


def clock(_: Config) -> Said:
    """Whether it can be right."""
    here = datetime.now().astimezone()
    by = "; set by the network" if SYNCHRONISED.exists() else ""
    return _judged(MachineState(), ("clock",), f"{here:%Y-%m-%d %H:%M %Z}{by}")


def heat(_: Config) -> Said:
    """The temperature, and whether the processor is held back by it or by a low voltage."""
    machine = read_machine(state.directory())
    warm = "this machine tells no temperature" if machine.temperature is None else f"{machine.temperature:.0f} °C"
    return _judged(machine, ("temperature", "power"), f"{warm}, the processor isn't held back")


def secrets(config: Config) -> Said:
    """Whether others on this machine may read what should be secret."""
    folder = state.directory()
    if os.path.isdir(folder) and folder.stat().st_mode & stat.S_IWOTH:
        return Said(f"{folder} may be written by others; run: chmod go-w {folder}", warning=True)
    files = list(_secret_files(config))
    for path in files:
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            return Said(f"{path} may be read by others; run: chmod o-rwx {path}", warning=True)
    return Said("no file holds one" if not files else f"closed to others: {', '.join(path.name for path in files)}")


def _secret_files(config: Config) -> Iterator[Path]:
    passwords = (config.mqtt.password_file, config.mpd.password_file, config.web.password_file)
    named = (*passwords, config.mqtt.client_key)
    kept = [state.directory() / name for name in SECRET]
    for path in [*(Path(name).expanduser() for name in named if name), *kept]:
        if os.path.isfile(path):
            yield path


def _judged(machine: MachineState, parts: tuple[str, ...], text: str) -> Said:
    """The first verdict about these parts, else `text`; a problem is raised."""
    for verdict in findings(HealthReadings(machine=machine, wall=time.time())):
        if verdict.part in parts:
            if verdict.severity is Severity.PROBLEM:
                raise MoodroomError(verdict.message)
            return Said(verdict.message, warning=True)
    return Said(text)
