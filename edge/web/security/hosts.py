"""Which names the page answers to; a foreign site's name that was bent to our address (DNS rebinding) is none."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

# A name or address and perhaps a port, and nothing that could be taken for a path, a query or a user.
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104  these are recognised here, not bound to


def is_loopback(host: str) -> bool:
    """True for an address that only this machine reaches."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


class Hosts:
    """The names and addresses in a request's Host that are ours."""

    def __init__(self, bound: str, *, hostname: str, allowed: Iterable[str] = ()) -> None:
        """bound: what the page listens on. hostname: this machine's name, known to phones as NAME.local."""
        self._any_address = bound in WILDCARDS
        names = {"localhost", "127.0.0.1", "::1", f"{hostname}.local", bound, *allowed}
        self._names = {name.lower().strip("[]") for name in names if name not in WILDCARDS}

    def allow(self, header: str | None) -> bool:
        """Whether a request with this Host is for us; any port will do, since a proxy may change it."""
        found = _HOST.fullmatch(header or "")
        if found is None:
            return False
        name = found["name"].lower().strip("[]").rstrip(".")
        # A bare address can't be bent to another one, so that each of the machine's own will do.
        return name in self._names or (self._any_address and _address(name) is not None)


def same_site(origin: str, host: str) -> bool:
    """Whether a page of `origin` (scheme://name:port) came from `host` (name:port)."""
    scheme, _, site = origin.partition("://")
    return scheme in ("http", "https") and site.lower() == host.strip().lower()


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text.strip("[]"))
    except ValueError:
        return None
