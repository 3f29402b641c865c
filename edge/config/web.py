"""The page."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, IPvAnyAddress

from edge.config.fields import Duration, FilePath, Port, Section

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+\]?")


def _host_name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError("must be a plain name or address such as room.example.org, without http:// and port")
    return value.lower()


def _written(value: Any) -> Any:
    """Pydantic would take the number 5 for the address 0.0.0.5."""
    if isinstance(value, int):
        raise ValueError("must be one address such as 127.0.0.1, without port")
    return value


class WebConfig(Section):
    enabled: bool = False
    """The page for phones; needs the extra `web`."""
    host: str = "127.0.0.1"
    """The address that the page listens on; any other than this machine's own needs a password."""
    port: Port = 8730
    """Its port."""
    password_file: FilePath | None = None
    """The file with the password's hash that `moodroom web password` writes; null: in the state directory."""
    allowed_hosts: tuple[Annotated[str, AfterValidator(_host_name)], ...] = ()
    """Other names that the page is reached by, as behind a proxy; they need a password too."""
    proxy: Annotated[IPvAnyAddress, BeforeValidator(_written)] | None = None
    """The address of a proxy in front, whose X-Forwarded-For tells who asks; null: there is none."""
    session: Duration = 30 * 86400.0
    """After so long a phone must give the password again."""
    camera_view: bool = False
    """Whether the page may show one picture at a time for aiming the camera; nothing is kept."""
