"""Creates and ends paho clients; each serves one connection."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from edge.config import MqttConfig
from edge.errors import ConfigError
from edge.mqtt.bounded_client import BoundedMqttClient
from edge.system.reading import require_regular

# Messages that wait for a slow broker.
MAX_QUEUED = 100
CONNECT_TIMEOUT_S = 5.0
_PROTOCOLS = {"5": MQTTProtocolVersion.MQTTv5, "3.1.1": MQTTProtocolVersion.MQTTv311}


def create_client(
    config: MqttConfig,
    client_id: str,
    password: str | None,
    tls: ssl.SSLContext | None,
    protocol: str,
    *,
    stopping: Callable[[], bool],
) -> BoundedMqttClient:
    """A client that doesn't reconnect by itself, and connects no more once `stopping` returns True."""
    client = BoundedMqttClient(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        protocol=_PROTOCOLS[protocol],
        clean_session=None if protocol == "5" else True,
        transport="websockets" if config.websockets else "tcp",
        reconnect_on_failure=False,
    )
    client.stopping = stopping
    client.connect_timeout = CONNECT_TIMEOUT_S
    client.max_queued_messages_set(MAX_QUEUED)
    if config.websockets:
        client.ws_set_options(path=config.websocket_path)
    if config.username is not None:
        client.username_pw_set(config.username, password)
    if tls is not None:
        client.tls_set_context(tls)
    return client


def tls_context(config: MqttConfig) -> ssl.SSLContext:
    """TLS as configured, always with the broker's certificate and name checked.

    Raises ConfigError for a file that can't be used.
    """
    try:
        if config.ca_file is not None:
            require_regular(config.ca_file)
        context = ssl.create_default_context(cafile=config.ca_file)
    except (OSError, ssl.SSLError):
        raise ConfigError(f"mqtt.ca_file: {config.ca_file} isn't a readable PEM certificate; name another") from None
    if config.client_cert is not None:
        try:
            for file in filter(None, (config.client_cert, config.client_key)):
                require_regular(file)
            # Without a password here, OpenSSL would prompt for one on the terminal.
            context.load_cert_chain(config.client_cert, config.client_key, password="")
        except (OSError, ssl.SSLError):
            raise ConfigError(
                f"mqtt.client_cert: {config.client_cert} and its key (mqtt.client_key) aren't a readable PEM "
                "certificate with its matching key; the key must have no passphrase"
            ) from None
    return context


def thread_alive(client: paho.Client) -> bool:
    """Whether paho's thread runs; `is_connected` stays true even after it has died."""
    thread = getattr(client, "_thread", None)
    return thread is not None and thread.is_alive()


def socket_of(client: paho.Client) -> socket.socket:
    """A duplicate of the plain socket below TLS and websockets; the caller closes it.

    Raises OSError if there is none.
    """
    original = client.socket()
    if original is None:
        raise OSError("not connected")
    return socket.socket(fileno=os.dup(original.fileno()))


def end_client(client: paho.Client) -> None:
    """Disconnect, and end paho's thread even if the broker no longer reads."""
    with suppress(Exception):
        client.disconnect()
        thread = getattr(client, "_thread", None)
        if thread is not None:
            thread.join(0.3)
    with suppress(Exception), socket_of(client) as twin:
        twin.shutdown(socket.SHUT_RDWR)
    with suppress(Exception):
        client.loop_stop()
