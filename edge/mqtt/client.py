"""paho's client as it is used here: made for one connection, with TLS, and ended whatever state it is in."""

from __future__ import annotations

import os
import socket
import ssl
from contextlib import suppress

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.config import MqttConfig
from edge.errors import ConfigError

# How many messages wait for a broker that is slow to take them; seconds until a host that doesn't answer is left.
MOST_QUEUED, CONNECT_WITHIN = 100, 5.0
_PROTOCOLS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}


def make(config: MqttConfig, client_id: str, password: str | None, tls: ssl.SSLContext | None) -> paho.Client:
    """A client for one connection; it doesn't connect again by itself."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=_PROTOCOLS[config.protocol],
        clean_session=None if config.protocol == "5" else True,
        transport="websockets" if config.websockets else "tcp",
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_WITHIN
    client.max_queued_messages_set(MOST_QUEUED)
    if config.username is not None:
        client.username_pw_set(config.username, password)
    if tls is not None:
        client.tls_set_context(tls)
    return client


def context(config: MqttConfig) -> ssl.SSLContext:
    """TLS as configured; the broker's certificate and name are always checked. Raises ConfigError for a bad file."""
    try:
        context = ssl.create_default_context(cafile=config.ca_file)
    except (OSError, ssl.SSLError):
        raise ConfigError(f"mqtt.ca_file: {config.ca_file} isn't a readable PEM certificate") from None
    if config.client_cert is not None:
        try:
            # Without a password given here, OpenSSL would ask for one on a terminal that nobody sits at.
            context.load_cert_chain(config.client_cert, config.client_key, password="")
        except (OSError, ssl.SSLError):
            raise ConfigError(
                f"mqtt.client_cert: {config.client_cert} and its key (mqtt.client_key) aren't a readable PEM "
                "certificate with the key that belongs to it, without a passphrase"
            ) from None
    return context


def alive(client: paho.Client) -> bool:
    """Whether paho's thread runs: it says that it is connected even after that has died."""
    thread = getattr(client, "_thread", None)
    return thread is not None and thread.is_alive()


def socket_of(client: paho.Client) -> socket.socket:
    """The connection's plain socket, below TLS and websockets; to be closed. Raises OSError where there is none."""
    held = client.socket()
    if held is None:
        raise OSError("not connected")
    return socket.socket(fileno=os.dup(held.fileno()))


def end(client: paho.Client) -> None:
    """Disconnect, and end paho's thread even where the broker takes nothing any more."""
    with suppress(Exception):
        client.disconnect()
        thread = getattr(client, "_thread", None)
        if thread is not None:
            thread.join(0.3)
    with suppress(Exception), socket_of(client) as twin:
        twin.shutdown(socket.SHUT_RDWR)
    with suppress(Exception):
        client.loop_stop()
