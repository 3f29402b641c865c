"""Secrets, from the environment, a file or systemd's credentials; never from the configuration itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from edge.errors import ConfigError
from edge.system.reading import read_text


def secret(name: str, file: str | None, *, environment: Mapping[str, str] | None = None) -> str | None:
    """Return a secret, or None where there is none. Raises ConfigError for a file that can't be read.

    name: such as `mqtt_password`, which is MOODROOM_MQTT_PASSWORD in the environment and `mqtt_password` among
    systemd's credentials. file: the file that the configuration names. The environment comes first, then the file,
    then the credentials.
    """
    variables = os.environ if environment is None else environment
    if value := variables.get(f"MOODROOM_{name.upper()}"):
        return value
    credentials = variables.get("CREDENTIALS_DIRECTORY")
    places = [Path(file).expanduser()] if file else [Path(credentials) / name] if credentials else []
    for place in places:
        try:
            text = read_text(place, any_unicode=True).rstrip("\r\n")
            # The unit file passes an empty credential where the file doesn't exist.
            return text if text or file else None
        except FileNotFoundError:
            if file:
                raise ConfigError(f"{place}: there is no such file; write the {name} into it") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it isn't UTF-8 text"
            raise ConfigError(f"{place}: can't be read; it must be text that this user may read ({reason})") from None
    return None
