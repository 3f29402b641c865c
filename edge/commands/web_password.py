"""`moodroom web password`: keeps the hash of a password that somebody types."""

from __future__ import annotations

import getpass
from typing import TextIO

from edge.config import Config
from edge.errors import ConfigError
from edge.web.security import password


def set_password(config: Config, given: TextIO, out: TextIO) -> None:
    """Ask twice at a terminal, read one line from a pipe. Raises ConfigError for a password that won't do."""
    if given.isatty():
        typed = getpass.getpass("New password for the page: ")
        if getpass.getpass("Once more: ") != typed:
            raise ConfigError("the two passwords differ; run it again")
    else:
        typed = given.readline().rstrip("\r\n")
    path = password.write(config.web, typed)
    print(f"{path}: written. Restart the device; phones that are signed in must sign in again.", file=out)
