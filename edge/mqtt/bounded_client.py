"""`BoundedMqttClient`: paho's client, which keeps no more than the beginning of a huge message."""

from __future__ import annotations

from typing import Any

import paho.mqtt.client as paho

# A broker passes on up to 256 MiB. No command is longer than a kilobyte; topic and properties come on top.
PACKET_MAX_BYTES = 128 * 1024
CHUNK_BYTES = 64 * 1024


class _Beginning(bytearray):
    """Grows to PACKET_MAX_BYTES and drops what is beyond."""

    def __iadd__(self, more: Any) -> _Beginning:  # type: ignore[misc]
        return super().__iadd__(more[: max(0, PACKET_MAX_BYTES - len(self))])


class BoundedMqttClient(paho.Client):
    """A message that is too large arrives cut, so that it is acknowledged and answered like any unusable one."""

    def _sock_recv(self, bufsize: int) -> bytes:
        packet = self._in_packet
        if packet["remaining_length"] > PACKET_MAX_BYTES and not isinstance(packet["packet"], _Beginning):
            packet["packet"] = _Beginning(packet["packet"])
        return super()._sock_recv(min(bufsize, CHUNK_BYTES))
