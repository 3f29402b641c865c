"""The few things that survive a restart, one small file each, in the state directory."""

from __future__ import annotations

import logging
import os
from pathlib import Path

from edge.system.files import write_atomically

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


def switched_on(name: str, folder: Path | None = None) -> bool:
    """Whether the switch `name` was left on, as one is that nobody has touched.

    What can't be read or makes no sense counts as off: a card's fault mustn't switch a camera on.
    """
    place = (folder or directory()) / name
    try:
        kept = place.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, UnicodeDecodeError):
        kept = ""
    if kept not in ("ON", "OFF"):
        log.warning("state: %s is damaged, so the %s stays off until it is switched on again", place, name)
    return kept == "ON"


def write(name: str, value: str, folder: Path | None = None) -> bool:
    """Keep a value, in one move that a power cut doesn't undo.

    False where the folder can't be written (said in the log, and life goes on).
    """
    place = (folder or directory()) / name
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(place, value + "\n")
    except OSError as error:
        log.warning("state: %s can't be written (%s); it is forgotten on a restart", place, error.strerror)
        return False
    return True
