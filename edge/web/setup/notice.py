"""The notice for people whose expressions are read: a QR code that leads to the data sheet."""

from __future__ import annotations

import io
import ipaddress
import socket

from edge.errors import ConfigError

DATA_SHEET = "/about-this-device"


def address(host: str, *, hostname: str = "") -> str:
    """The address of the data sheet, for other phones.

    host: the Host header of a request that was accepted. hostname: this machine's, "" to ask for it; it is used where
    the page was opened on the machine itself.
    """
    name, _, port = host.rpartition(":") if host.rpartition(":")[2].isdigit() else (host, "", "")
    if _is_loopback(name.strip("[]")):
        name = f"{hostname or socket.gethostname()}.local"
    return f"http://{name}{':' if port else ''}{port}{DATA_SHEET}"


def qr_code(text: str) -> bytes:
    """A text as a QR code, an SVG. Raises ConfigError without the library."""
    try:
        import segno
    except ModuleNotFoundError:
        raise ConfigError("the QR code needs segno; run: pip install 'moodroom[web]'") from None
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="svg", scale=8, border=2, xmldecl=False)
    return out.getvalue()


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"
