"""The section `mqtt`: the broker, and Home Assistant discovery."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from edge.config.basis import AfterValidator, Field, ValidationInfo
from edge.config.fields import Duration, FilePath, Port, Section, bare_host, utf8
from edge.sentences import Sentence

# What comes after the first part of a topic has its place, too: topics have 65535 bytes at most.
OWN_TOPIC_MAX_BYTES = 256


def _host(value: str) -> str:
    try:
        return bare_host(value)
    except ValueError:
        raise ValueError(
            Sentence("must be a bare name or address such as 192.168.1.5, without mqtt:// and port; null: no MQTT")
        ) from None


def _certificate(value: str | None, info: ValidationInfo) -> str | None:
    if value is not None and not info.data.get("tls", True):
        raise ValueError(Sentence("is used with mqtt.tls: true only"))
    return value


def _key(value: str | None, info: ValidationInfo) -> str | None:
    if value is not None and info.data.get("client_cert", "") is None:
        raise ValueError(Sentence("needs its certificate in mqtt.client_cert"))
    return value


def _password_file(value: str | None, info: ValidationInfo) -> str | None:
    if value is not None and info.data.get("username", "") is None:
        raise ValueError(Sentence("needs the user name in mqtt.username"))
    return value


def _topic(value: str) -> str:
    if not value or re.search(r"[+#\0]|^/|/$|//|^\$", value) or not value.isprintable():
        raise ValueError(
            Sentence(
                "must be a topic without wildcards, in one line, without a slash at either end or a $ at the "
                "beginning, such as moodroom"
            )
        )
    if len(utf8(value)) > OWN_TOPIC_MAX_BYTES:
        raise ValueError(Sentence("must have {limit} bytes at most, such as moodroom", limit=OWN_TOPIC_MAX_BYTES))
    return value


def _foreign_topic(value: str) -> str:
    if not value or re.search(r"[+#\0]", value) or not value.isprintable() or len(utf8(value)) > 65535:
        raise ValueError(Sentence("must be a topic without wildcards, in one line, such as zigbee2mqtt/desk"))
    return value


def _one_line(value: str) -> str:
    if not value.isprintable():
        raise ValueError(Sentence("must be text without control characters, in one line"))
    return value


def _path(value: str) -> str:
    if not re.fullmatch(r"/[!-~]{0,500}", value):
        raise ValueError(Sentence("must be a path that begins with a slash, such as /mqtt, without spaces"))
    return value


def _key_path(value: str) -> str:
    if not all(value.split(".")):
        raise ValueError(
            Sentence("must be a name in the message's JSON, or several with dots between them, such as occupancy")
        )
    return value


class MqttConfig(Section):
    """The MQTT broker and Home Assistant; see docs/home-automation.md."""

    host: Annotated[str, AfterValidator(_host)] | None = None
    """The broker's name or address. null: no MQTT."""
    port: Port = 1883
    """The broker's port; usually 8883 with TLS."""
    protocol: Literal["5", "3.1.1"] = "5"
    """The version of MQTT. 3.1.1 is tried once by itself where a broker refuses 5; `"3.1.1"` skips the attempt."""
    client_id: Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_one_line)] | None = None
    """The name of the client on the broker. null: moodroom-DEVICE-ID."""
    username: Annotated[str, Field(max_length=1024)] | None = None
    """The user name on the broker. The password doesn't belong in this file."""
    password_file: Annotated[FilePath | None, AfterValidator(_password_file)] = None
    """A file that holds only the password. Alternatives: the variable MOODROOM_MQTT_PASSWORD, or the systemd
    credential mqtt_password."""
    tls: bool = False
    """Encrypt the connection and check the broker's certificate."""
    ca_file: FilePath | None = None
    """The certificate of your own certificate authority, PEM. null: the system's authorities."""
    client_cert: Annotated[FilePath | None, AfterValidator(_certificate)] = None
    """A client certificate, PEM, for brokers that require one."""
    client_key: Annotated[FilePath | None, AfterValidator(_key)] = None
    """The key of `client_cert`, PEM, without a passphrase. Not needed if the certificate's file contains it."""
    websockets: bool = False
    """Use MQTT over websockets."""
    websocket_path: Annotated[str, AfterValidator(_path)] = "/mqtt"
    """The websocket's path on the broker."""
    base_topic: Annotated[str, AfterValidator(_topic)] = "moodroom"
    """The first part of all topics: BASE/DEVICE-ID/..."""
    keepalive: Annotated[int, Field(ge=5, le=3600)] = 30
    """Keep-alive interval in seconds. The broker notices a lost device after one and a half intervals."""
    discovery: Literal["device", "components", "off"] = "device"
    """Home Assistant discovery. `device`: one message, for Home Assistant 2024.12 and later. `components`: one message
    per entity, for older versions."""
    discovery_prefix: Annotated[str, AfterValidator(_topic)] = "homeassistant"
    """The topic prefix that Home Assistant uses for discovery."""
    birth_topic: Annotated[str, AfterValidator(_foreign_topic)] = "homeassistant/status"
    """Where Home Assistant publishes that it has started. It stays the same with another `discovery_prefix`."""
    presence_topic: Annotated[str, AfterValidator(_foreign_topic)] | None = None
    """The topic of the home's own presence sensor, which then decides whether anybody is present. null: the camera
    does."""
    presence_key: Annotated[str, AfterValidator(_key_path)] | None = None
    """Where the value is in the sensor's JSON: a name, or several with dots between them, such as `occupancy`. null:
    the message is the value."""
    presence_expires: Annotated[Duration, Field(gt=0)] = 1800.0
    """The camera decides again if neither the sensor nor `set/presence` has said anything for this long."""
