"""The command `moodroom web code`: shows the set-up code of the page."""

from __future__ import annotations

import socket
from typing import TextIO

from edge.config import Config
from edge.errors import ConfigError
from edge.web.security import password
from edge.web.security.code import SetUpCode
from edge.web.security.hosts import is_reachable


def show_code(config: Config, out: TextIO) -> None:
    """Print the code, and where to type it. Raises ConfigError where no code is asked for."""
    web = config.web
    if not web.enabled:
        raise ConfigError("web.enabled: the page is off; set it to true")
    if password.read(web) is not None:
        raise ConfigError("web: the page has a password, and asks for that; `moodroom web password` sets another")
    if not is_reachable(web):
        raise ConfigError(f"web.host: {web.host} is this machine only, where no code is needed; set 0.0.0.0 for phones")
    print(SetUpCode().current(), file=out)
    print(f"Type it at http://{socket.gethostname()}.local:{web.port} within a day. It works once.", file=out)
