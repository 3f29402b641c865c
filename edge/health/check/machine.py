"""Checks of the machine: disk, memory, clock, heat, and who can read the secrets."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from edge.config import Config
from edge.errors import MoodroomError
from edge.health.check.result import Passed
from edge.health.findings import Severity
from edge.health.machine import read_machine
from edge.health.readings import HealthReadings, MachineState
from edge.health.rules import apply_rules
from edge.system import state
from edge.system.clock import synchronised

# Files in the state directory that hold a login or a password's hash.
SECRET_FILES = ("spotify_login.json", "web_password", "web_sessions")


def disk(_: Config) -> Passed:
    """The free space in the state directory, and whether this user may write there."""
    machine = read_machine(state.directory())
    left = "an unknown amount" if machine.disk_free_mb is None else f"{machine.disk_free_mb:.0f} MiB"
    return _judge(machine, ("disk",), f"{left} left at {machine.state}")


def memory(_: Config) -> Passed:
    """The memory that is left for programs."""
    machine = read_machine(state.directory())
    left = "unknown" if machine.available_mb is None else f"{machine.available_mb:.0f} MiB left"
    return _judge(machine, ("memory",), left)


def clock(_: Config) -> Passed:
    """Whether the clock can be right."""
    here = datetime.now().astimezone()
    by = "; set by the network" if synchronised() else ""
    return _judge(MachineState(), ("clock",), f"{here:%Y-%m-%d %H:%M %Z}{by}")


def heat(_: Config) -> Passed:
    """The temperature, and whether heat or a low voltage slows the processor down."""
    machine = read_machine(state.directory())
    degrees = machine.temperature
    heat = "this machine reports no temperature" if degrees is None else f"{degrees:.0f} °C"
    return _judge(machine, ("temperature", "power"), f"{heat}, the processor isn't slowed down")


def secrets(config: Config) -> Passed:
    """Whether other users of this machine can read a secret."""
    folder = state.directory()
    if os.path.isdir(folder) and folder.stat().st_mode & stat.S_IWOTH:
        return Passed(f"{folder} can be written by other users; run: chmod go-w {folder}", warning=True)
    files = list(_secret_files(config))
    for path in files:
        if path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            return Passed(f"{path} can be read by other users; run: chmod o-rwx {path}", warning=True)
    if not files:
        return Passed("no secret is kept in a file")
    return Passed(f"protected from other users: {', '.join(path.name for path in files)}")


def _secret_files(config: Config) -> Iterator[Path]:
    passwords = (config.mqtt.password_file, config.mpd.password_file, config.web.password_file)
    named = (*passwords, config.music_assistant.token_file, config.mqtt.client_key)
    kept = [state.directory() / name for name in SECRET_FILES]
    for path in [*(Path(name).expanduser() for name in named if name), *kept]:
        if os.path.isfile(path):
            yield path


def _judge(machine: MachineState, parts: tuple[str, ...], text: str) -> Passed:
    """The first finding about these parts, else `text`; a problem is raised as an error."""
    for finding in apply_rules(HealthReadings(machine=machine, wall=time.time())):
        if finding.part in parts:
            if finding.severity is Severity.PROBLEM:
                raise MoodroomError(finding.message)
            return Passed(finding.message, warning=True)
    return Passed(text)
