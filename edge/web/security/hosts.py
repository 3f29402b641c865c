"""The host names that the page is served under, as a protection against DNS rebinding."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from edge.config import WebConfig

# A name or address with an optional port; no path, query or user.
_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?", re.ASCII)
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?", re.ASCII)
WILDCARDS = ("", "0.0.0.0", "::")  # noqa: S104  recognised, not bound


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    address = _address(host)
    return host == "localhost" if address is None else address.is_loopback


def is_reachable(config: WebConfig) -> bool:
    """Whether other machines can reach the page, also by way of a proxy."""
    return not is_loopback(config.host) or bool(config.allowed_hosts)


def page_address(config: WebConfig, hostname: str) -> str | None:
    """The address at which other machines in the home reach the page; None where they can't, or only through a proxy.

    hostname: this machine's. A proxy's own scheme and port aren't known here.
    """
    if not config.enabled or is_loopback(config.host):
        return None
    name = config.host.strip("[]")
    if name in WILDCARDS:
        if hostname == "localhost" or not _LABEL.fullmatch(hostname):
            return None
        name = f"{hostname}.local"
    # A link-local address counts on one machine only.
    return None if "%" in name else f"http://[{name}]:{config.port}" if ":" in name else f"http://{name}:{config.port}"


class Hosts:
    """The names and addresses that a request's Host may have."""

    def __init__(self, bound: str, *, hostname: str, allowed: Iterable[str] = ()) -> None:
        """bound: the address that the page listens on. hostname: this machine's; phones reach it as NAME.local."""
        self._any_address = bound in WILDCARDS
        names = {"localhost", "127.0.0.1", "::1", f"{hostname}.local", bound, *allowed}
        self._names = {name.lower().strip("[]") for name in names if name not in WILDCARDS}

    def allow(self, header: str | None) -> bool:
        """Whether this Host header is accepted, with any port, since a proxy may change the port."""
        match = _HOST.fullmatch(header or "")
        if match is None:
            return False
        name = match["name"].lower().strip("[]").rstrip(".")
        # DNS rebinding needs a name, so any bare address is accepted.
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
