"""The section `web`: the page for phones."""

from __future__ import annotations

import re
from typing import Annotated, Any

from edge.config.basis import AfterValidator, BeforeValidator, Field, IPvAnyAddress
from edge.config.fields import Duration, FilePath, Kind, Port, Section, bare_host
from edge.sentences import Sentence

_HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\[?[0-9A-Fa-f:.]+\]?")


def _host_name(value: str) -> str:
    if not _HOST_NAME.fullmatch(value):
        raise ValueError(Sentence("must be a plain name or address such as room.example.org, without http:// and port"))
    return value.lower()


def _not_a_number(value: Any) -> Any:
    """Pydantic would take the number 5 for the address 0.0.0.5."""
    if isinstance(value, int):
        raise ValueError(Sentence("must be one address such as 127.0.0.1, without port"))
    return value


class WebConfig(Section):
    """The web page for phones; see docs/page.md."""

    enabled: bool = False
    """Serve the page. It needs the extra `web`: `pip install 'moodroom[web]'`."""
    host: Annotated[str, AfterValidator(bare_host)] = "127.0.0.1"
    """The address to listen on; :: for all devices in the home network, 0.0.0.0 for those with IPv4. On an address that
    other devices can reach the page needs a password; until there is one, the code of `moodroom web code` opens it."""
    port: Port = 8730
    """The port to listen on."""
    password_file: FilePath | None = None
    """The file with the password's hash, written by `moodroom web password`. null: in the state directory."""
    allowed_hosts: tuple[Annotated[str, AfterValidator(_host_name)], ...] = ()
    """Further host names under which the page is reached, for example behind a proxy. They need a password too."""
    proxy: Annotated[IPvAnyAddress, BeforeValidator(_not_a_number), Kind("address")] | None = None
    """The address of a reverse proxy whose X-Forwarded-For header is trusted. null: none."""
    session: Annotated[Duration, Field(ge=1)] = 30 * 86400.0
    """How long a phone stays signed in."""
    camera_view: bool = False
    """Allow the page to show single pictures for aiming the camera. They aren't stored."""
