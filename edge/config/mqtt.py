"""The broker, and how the device shows itself there."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from edge.config.fields import FilePath, Port, Section

# Names of up to 63 characters between dots; IPv6 has colons, and perhaps the interface behind a percent sign.
_HOST = re.compile(
    r"[^\s/@:\[\]\0.]{1,63}(\.[^\s/@:\[\]\0.]{1,63})*\.?|[0-9A-Fa-f]*:[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%\w+)?"
)


def _host(value: str) -> str:
    if not _HOST.fullmatch(value) or len(value) > 253:
        raise ValueError("must be a bare name or address such as 192.168.1.5, without mqtt:// and port; null: no MQTT")
    return value


def _certificate(value: str | None, about: ValidationInfo) -> str | None:
    if value is not None and not about.data.get("tls", True):
        raise ValueError("is used with mqtt.tls: true only")
    return value


def _key(value: str | None, about: ValidationInfo) -> str | None:
    if value is not None and about.data.get("client_cert", "") is None:
        raise ValueError("needs its certificate in mqtt.client_cert")
    return value


def _base_topic(value: str) -> str:
    if not value or re.search(r"[+#\0]|^/|/$|//", value):
        raise ValueError("must be a topic without wildcards, and without a slash at either end, such as moodroom")
    return value


class MqttConfig(Section):
    host: Annotated[str, AfterValidator(_host)] | None = None
    """The broker's name or address; without one there is no MQTT."""
    port: Port = 1883
    """1883 is usual; 8883 with TLS."""
    protocol: Literal["5", "3.1.1"] = "5"
    """3.1.1 for brokers that don't speak version 5."""
    username: str | None = None
    """The broker's user; its password never stands in this file."""
    password_file: FilePath | None = None
    """A file with nothing but the password; or set MOODROOM_MQTT_PASSWORD, or systemd's credential mqtt_password."""
    tls: bool = False
    """Encrypted, with the broker's certificate checked."""
    ca_file: FilePath | None = None
    """A certificate authority of your own, PEM; without it the system's are used."""
    client_cert: Annotated[FilePath | None, AfterValidator(_certificate)] = None
    """A certificate of the device's own, PEM, for brokers that ask for one."""
    client_key: Annotated[FilePath | None, AfterValidator(_key)] = None
    """Its key, PEM, without a passphrase; may be left out where client_cert's file holds it."""
    websockets: bool = False
    """MQTT over websockets, for brokers behind a web server; the path is /mqtt."""
    base_topic: Annotated[str, AfterValidator(_base_topic)] = "moodroom"
    """Topics are BASE/DEVICE-ID/..."""
    keepalive: Annotated[int, Field(ge=5, le=3600)] = 30
    """Seconds; a device that vanished is noticed after one and a half times this."""
    discovery: Literal["device", "components", "off"] = "device"
    """How the device shows itself to Home Assistant: one message (2024.12 and later), one for each entity, or not."""
    discovery_prefix: Annotated[str, AfterValidator(_base_topic)] = "homeassistant"
    """Where Home Assistant looks for devices."""
