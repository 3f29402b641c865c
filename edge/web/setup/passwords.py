"""Passwords that are typed on the page: each in a file that only the device's user can read, never in the YAML."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from edge.config import Config
from edge.errors import ConfigError, MoodroomError
from edge.system import state
from edge.system.files import make_folder, write_atomically
from edge.system.secrets import secret

# The sections whose password may be set.
SECTIONS = ("mqtt", "mpd")
PASSWORD_MAX_CHARS = 500


def file_of(section: str) -> str:
    """The path for a section's `password_file`."""
    return str(state.directory() / f"{section}_password")


def keep(section: str, password: str) -> None:
    """Write a section's password. Raises ConfigError."""
    path = Path(file_of(section))
    try:
        make_folder(path.parent)
        write_atomically(path, password + "\n")
    except OSError as error:
        raise ConfigError(f"{path}: can't be written ({error.strerror}); nothing was changed") from None


def keep_all(by_section: Mapping[str, str | None]) -> None:
    """Write the passwords that aren't None. Raises ConfigError."""
    for section, password in by_section.items():
        if password is not None:
            keep(section, password)


def known(config: Config) -> dict[str, bool]:
    """Whether each section has a password."""
    found = {}
    for name, section in (("mqtt", config.mqtt), ("mpd", config.mpd)):
        try:
            found[name] = secret(f"{name}_password", section.password_file) is not None
        except MoodroomError:
            found[name] = False
    return found
