"""`BoundedMqttClient`: paho's client, which keeps no more than the beginning of a huge message."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

# A broker passes on up to 256 MiB. No command is longer than a kilobyte; a sensor's message, or an own discovery
# message that is read, may have some more. A broker of version 5 is told, and delivers nothing larger.
PACKET_MAX_BYTES = 32 * 1024
CHUNK_BYTES = 64 * 1024
# 3.1.1's answer to a version that the broker doesn't speak.
_VERSION_REFUSED = 1
# A websocket's control frames have up to 125 bytes.
_CONTROL_MAX_BYTES = 125


class _Beginning(bytearray):
    """Grows to PACKET_MAX_BYTES and drops what is beyond."""

    def __iadd__(self, more: Any) -> _Beginning:  # type: ignore[misc]
        return super().__iadd__(more[: max(0, PACKET_MAX_BYTES - len(self))])


class BoundedMqttClient(paho.Client):
    """A message that is too large arrives cut, so that it is acknowledged and answered like any unusable one.

    stopping: whether the client is no longer wanted; it doesn't connect then, however long the name took to resolve.
    version_refused: whether a broker doesn't speak 3.1.1, which paho doesn't tell.
    """

    stopping: Callable[[], bool] = staticmethod(lambda: False)
    version_refused = False

    def begin(self, host: str, port: int, keepalive: int) -> None:
        """Connect, and tell the broker the largest packet that is wanted. Raises OSError or ValueError."""
        properties = None
        if self._protocol == MQTTProtocolVersion.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.MaximumPacketSize = PACKET_MAX_BYTES
        self.connect(host, port, keepalive, properties=properties)

    def limit_in_flight(self, messages: int) -> None:
        """Send no more QoS 1 messages at a time than this; called before the first one."""
        # paho's setter is for clients that aren't connected, and only the broker's answer says how many it takes.
        self._max_inflight_messages = messages

    def _sock_recv(self, bufsize: int) -> bytes:
        packet = self._in_packet
        if packet["remaining_length"] > PACKET_MAX_BYTES and not isinstance(packet["packet"], _Beginning):
            packet["packet"] = _Beginning(packet["packet"])
        return super()._sock_recv(min(bufsize, CHUNK_BYTES))

    def _handle_connack(self) -> MQTTErrorCode:
        body = self._in_packet["packet"]
        self.version_refused = (
            self._protocol != MQTTProtocolVersion.MQTTv5 and len(body) == 2 and body[1] == _VERSION_REFUSED
        )
        return super()._handle_connack()

    def _create_socket_connection(self) -> Any:
        connection = super()._create_socket_connection()
        # Asked here, because resolving a name can take minutes.
        if self.stopping():
            connection.close()
            raise ConnectionAbortedError("no longer wanted")
        return connection

    def _ssl_wrap_socket(self, tcp_sock: Any) -> Any:
        # paho's own leaves the connection open when the handshake fails.
        tcp_sock.settimeout(self._connect_timeout)
        assert self._ssl_context is not None
        try:
            return self._ssl_context.wrap_socket(tcp_sock, server_hostname=self._host)
        except BaseException:
            tcp_sock.close()
            raise

    def _create_socket(self) -> Any:
        if self._transport != "websockets":
            return super()._create_socket()
        connection: Any = self._create_socket_connection()
        if self._ssl:
            connection = self._ssl_wrap_socket(connection)
        connection.settimeout(self._connect_timeout)
        # A literal IPv6 address stands in brackets in HTTP's Host.
        host = f"[{self._host}]" if ":" in self._host else self._host
        try:
            return _Websocket(connection, host, self._port, self._ssl, self._websocket_path, None)
        except BaseException:
            connection.close()
            raise


class _Websocket(paho._WebsocketWrapper):
    """paho's websocket, which passes frames on as they come; paho's own keeps each until it is complete."""

    def __init__(self, *about: Any) -> None:
        self._head = bytearray()
        # The frame that is being read: its kind, the mask, how much was read and how much is left.
        self._opcode, self._mask, self._read, self._left = 0, b"", 0, 0
        self._control = bytearray()
        super().__init__(*about)

    def _recv_impl(self, length: int) -> bytes:
        try:
            while True:
                if not self._left and not self._next_frame():
                    continue
                data = bytearray(self._receive(min(self._left, length)))
                if self._mask:
                    for index in range(len(data)):
                        data[index] ^= self._mask[(self._read + index) % 4]
                self._read += len(data)
                self._left -= len(data)
                if self._opcode in (self.OPCODE_BINARY, self.OPCODE_CONTINUATION):
                    return bytes(data)
                self._control += data
                if not self._left:
                    self._answer_control()
        except ConnectionError:
            self.connected = False
            return b""

    def _next_frame(self) -> bool:
        """Read a frame's head; returns whether it has data. Raises BlockingIOError until it is complete."""
        wanted = 2
        while len(self._head) < wanted:
            self._head += self._receive(wanted - len(self._head))
            if len(self._head) >= 2:
                size = self._head[1] & 0x7F
                wanted = 2 + {126: 2, 127: 8}.get(size, 0) + (4 if self._head[1] & 0x80 else 0)
        head, self._head = bytes(self._head), bytearray()
        size, rest = head[1] & 0x7F, head[2:]
        if size == 126:
            size, rest = struct.unpack("!H", rest[:2])[0], rest[2:]
        elif size == 127:
            size, rest = struct.unpack("!Q", rest[:8])[0], rest[8:]
        self._opcode, self._mask, self._read, self._left = head[0] & 0x0F, rest, 0, size
        if self._opcode in (self.OPCODE_BINARY, self.OPCODE_CONTINUATION):
            return size > 0
        if size > _CONTROL_MAX_BYTES:
            raise ConnectionAbortedError("a control frame that is too long")
        self._control.clear()
        if not size:
            self._answer_control()
        return size > 0

    def _answer_control(self) -> None:
        answer = {self.OPCODE_CONNCLOSE: self.OPCODE_CONNCLOSE, self.OPCODE_PING: self.OPCODE_PONG}.get(self._opcode)
        if answer is not None:
            # A client masks all that it sends.
            self._socket.send(self._create_frame(answer, self._control[:]))
        if self._opcode == self.OPCODE_CONNCLOSE:
            raise ConnectionAbortedError("the broker closed the websocket")

    def _receive(self, count: int) -> bytes:
        data = self._socket.recv(count)
        if not data:
            raise ConnectionAbortedError
        return data
