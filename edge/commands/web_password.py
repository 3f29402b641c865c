"""The command `moodroom web password`: stores the hash of a new password."""

from __future__ import annotations

import getpass
from typing import TextIO

from edge.config import Config
from edge.errors import ConfigError
from edge.web.security import password


def set_password(config: Config, source: TextIO, out: TextIO) -> None:
    """Ask for the password twice at a terminal, or read one line from a pipe.

    Raises ConfigError if the two differ or the password is too short or too long.
    """
    if source.isatty():
        typed = getpass.getpass("New password for the page: ")
        if getpass.getpass("Repeat it: ") != typed:
            raise ConfigError("the two passwords differ; run the command again")
    else:
        typed = source.readline().rstrip("\r\n")
    path = password.write(config.web, typed)
    print(f"{path}: written. Restart the device; everyone must then sign in again.", file=out)
