"""The few things that survive a restart, one small file each, in the state directory."""

from __future__ import annotations

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)


def directory() -> Path:
    """The folder: systemd's $STATE_DIRECTORY, else `moodroom` below the XDG state directory."""
    given = os.environ.get("STATE_DIRECTORY")
    if given:
        return Path(given.split(":")[0])
    home = os.environ.get("XDG_STATE_HOME")
    return (Path(home) if home else Path.home() / ".local" / "state") / "moodroom"


def read(name: str, folder: Path | None = None) -> str | None:
    """What was kept under `name`, or None."""
    try:
        return ((folder or directory()) / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None


def write(name: str, value: str, folder: Path | None = None) -> bool:
    """Keep a value, in one move; False where the folder can't be written (said in the log, and life goes on)."""
    place = (folder or directory()) / name
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{name}.part")
        part.write_text(value + "\n", encoding="utf-8")
        part.replace(place)
    except OSError as error:
        log.warning("state: %s can't be written (%s); it is forgotten on a restart", place, error.strerror)
        return False
    return True
