"""Values that survive a restart, each in a small file in the state directory."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from edge.errors import ConfigError
from edge.system.files import make_folder, replace_or_overwrite, write_atomically
from edge.system.reading import read_text

log = logging.getLogger(__name__)


def directory() -> Path:
    """The folder: systemd's $STATE_DIRECTORY, else `moodroom` below the XDG state directory.

    Raises ConfigError for a user without a home.
    """
    folders = os.environ.get("STATE_DIRECTORY")
    if folders:
        return Path(folders.split(":")[0])
    if home := os.environ.get("XDG_STATE_HOME"):
        return Path(home) / "moodroom"
    try:
        return Path.home() / ".local" / "state" / "moodroom"
    except (RuntimeError, KeyError):
        raise ConfigError(
            "state directory: this user has no home folder; set STATE_DIRECTORY to a folder that it may write"
        ) from None


def read(name: str, folder: Path | None = None) -> str | None:
    """The value saved under `name`; None where there is none or it can't be read."""
    try:
        return read_text((folder or directory()) / name).strip()
    except (OSError, UnicodeDecodeError):
        return None


def switched_on(name: str, folder: Path | None = None) -> bool:
    """Whether the switch `name` was left on; True for one that was never used.

    A damaged or unreadable file counts as off, so that a faulty card never switches a camera on.
    """
    path = (folder or directory()) / name
    try:
        value = read_text(path).strip()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, UnicodeDecodeError):
        value = ""
    if value not in ("ON", "OFF"):
        log.warning("state: %s is damaged, so the %s stays off until it is switched on again", path, name)
    return value == "ON"


def write_switch(name: str, on: bool, folder: Path | None = None) -> str:
    """Save a switch, in place where the disk is full; returns why it can't be saved, "" if it is."""
    path = (folder or directory()) / name
    try:
        make_folder(path.parent)
        replace_or_overwrite(path, "ON\n" if on else "OFF\n")
    except OSError as error:
        return f"{path} can't be written ({error.strerror})"
    return ""


def write(name: str, value: str, folder: Path | None = None) -> bool:
    """Save a value, safely against power cuts. Returns False, and logs why, where it can't be written."""
    path = (folder or directory()) / name
    try:
        make_folder(path.parent)
        write_atomically(path, value + "\n")
    except OSError as error:
        log.warning("state: %s can't be written (%s); it is forgotten on a restart", path, error.strerror)
        return False
    return True
