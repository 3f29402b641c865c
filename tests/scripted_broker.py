"""A small MQTT broker for tests, versions 5 and 3.1.1, that refuses, limits and stops answering as it is told.

It speaks the wire format and keeps the rules that a client may break: whoever exceeds what its CONNACK said is
disconnected with the reason that the standard names. Real brokers are in `tests/broker.py`; this one is for what they
do rarely or can't be configured to do.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = (
    1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14,
)  # fmt: skip
# Properties of version 5: their identifiers, and the formats of those that are numbers.
MAXIMUM_PACKET_SIZE, RECEIVE_MAXIMUM, MAXIMUM_QOS, RETAIN_AVAILABLE, SERVER_KEEP_ALIVE = 0x27, 0x21, 0x24, 0x25, 0x13
REASON_STRING, SERVER_REFERENCE, WILDCARDS_AVAILABLE = 0x1F, 0x1C, 0x28
_NUMBERS = {
    0x01: "!B", 0x02: "!I", 0x11: "!I", 0x13: "!H", 0x17: "!B", 0x18: "!I", 0x19: "!B", 0x21: "!H", 0x22: "!H",
    0x23: "!H", 0x24: "!B", 0x25: "!B", 0x27: "!I", 0x28: "!B", 0x29: "!B", 0x2A: "!B",
}  # fmt: skip
_TEXTS = {0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F}
UNSUPPORTED_VERSION, PACKET_TOO_LARGE, RECEIVE_MAXIMUM_EXCEEDED, RETAIN_NOT_SUPPORTED, QOS_NOT_SUPPORTED = (
    0x84, 0x95, 0x93, 0x9A, 0x9B,
)  # fmt: skip
WILDCARDS_NOT_SUPPORTED = 0xA2

Properties = dict[int, "int | str"]


def encode_properties(values: Properties) -> bytes:
    """The properties with their length before them."""
    body = b""
    for key, value in values.items():
        body += bytes([key])
        body += struct.pack(_NUMBERS[key], value) if key in _NUMBERS else text(str(value))
    return length(len(body)) + body


def length(number: int) -> bytes:
    """A variable byte integer."""
    out = bytearray()
    while True:
        number, digit = divmod(number, 128)
        out.append(digit | (128 if number else 0))
        if not number:
            return bytes(out)


def text(value: str) -> bytes:
    """A string with its length before it."""
    raw = value.encode()
    return struct.pack("!H", len(raw)) + raw


class Reader:
    """Takes the parts of a packet one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def take(self, count: int) -> bytes:
        assert len(self.data) >= count, "the packet is too short"
        part, self.data = self.data[:count], self.data[count:]
        return part

    def number(self, form: str) -> int:
        return int(struct.unpack(form, self.take(struct.calcsize(form)))[0])

    def text(self) -> str:
        return self.take(self.number("!H")).decode()

    def length(self) -> int:
        total, shift = 0, 0
        while True:
            digit = self.number("!B")
            total |= (digit & 127) << shift
            if not digit & 128:
                return total
            shift += 7

    def properties(self) -> Properties:
        inner, found = Reader(self.take(self.length())), Properties()
        while inner.data:
            key = inner.number("!B")
            if key == 0x26:
                inner.text(), inner.text()
            elif key == 0x0B:
                inner.length()
            elif key == 0x09 or key == 0x16:
                inner.take(inner.number("!H"))
            else:
                found[key] = inner.text() if key in _TEXTS else inner.number(_NUMBERS[key])
        return found


@dataclass
class Connect:
    """What a client asked for. version: 4 for 3.1.1, 5."""

    version: int
    client_id: str
    keepalive: int
    properties: Properties
    will: tuple[str, str, int, bool] | None
    username: str | None
    password: str | None


@dataclass
class Message:
    """A message that a client published."""

    topic: str
    payload: str
    qos: int
    retain: bool


@dataclass
class Script:
    """What the broker does; it may change while it runs.

    versions: those that it takes; others are refused, or cut off with `silent_versions`. refuse: the reason code of a
    CONNACK, by the request. reference, reason: properties of a refusal. limits: CONNACK's properties. puback,
    suback: the reason code for a topic. acknowledges: whether it answers PUBLISH at all. disconnect: the code of a
    DISCONNECT in place of an answer to a message; None to go on. throws_out_wildcards: whether a filter with a wildcard
    ends the connection, as it does where the limits say that there are none.
    """

    versions: tuple[int, ...] = (4, 5)
    silent_versions: tuple[int, ...] = ()
    refuse: Callable[[Connect], int] = lambda _: 0
    refusal_properties: Properties = field(default_factory=dict)
    limits: Properties = field(default_factory=dict)
    puback: Callable[[Message], int] = lambda _: 0
    suback: Callable[[str], int] = lambda _: 1
    acknowledges: bool = True
    disconnect: Callable[[Message], int | None] = lambda _: None
    throws_out_wildcards: bool = False


class ScriptedBroker:
    """Serves any number of clients, one thread each. Retains, and delivers, like any broker."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self.connects: list[Connect] = []
        self.messages: list[Message] = []
        self.subscribed: list[str] = []
        self.retained: dict[str, Message] = {}
        # The codes of the DISCONNECTs that the broker sent.
        self.thrown_out: list[int] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self._sessions: list[_Session] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                session = _Session(self, self._server.accept()[0])
                with self._lock:
                    self._sessions.append(session)
                threading.Thread(target=session.serve, daemon=True).start()

    def deliver(self, message: Message) -> None:
        """Retain a message if it asks for it, and pass it on to whoever subscribed."""
        with self._lock:
            if message.retain and message.payload:
                self.retained[message.topic] = message
            elif message.retain:
                self.retained.pop(message.topic, None)
            sessions = list(self._sessions)
        for session in sessions:
            session.pass_on(message, retained=False)

    def disconnect(self, code: int, properties: Properties | None = None) -> None:
        """Throw all clients out, with a reason if they speak version 5."""
        for session in list(self._sessions):
            session.throw_out(code, properties)

    def close(self) -> None:
        self._server.close()
        for session in list(self._sessions):
            session.close()


class _Session:
    """One client's connection."""

    def __init__(self, broker: ScriptedBroker, connection: socket.socket) -> None:
        self._broker, self._socket = broker, connection
        self._version = 5
        self._filters: dict[str, bool] = {}
        self._writing = threading.Lock()
        self._unanswered = 0
        self._mid = 0

    def serve(self) -> None:
        with suppress(OSError, AssertionError, EOFError):
            self._serve()
        self.close()

    def _serve(self) -> None:
        kind, _, body = self._packet()
        assert kind == CONNECT
        if not self._connect(Reader(body)):
            return
        script = self._broker.script
        while True:
            kind, flags, body = self._packet()
            size = 1 + len(length(len(body))) + len(body)
            limit = script.limits.get(MAXIMUM_PACKET_SIZE)
            if isinstance(limit, int) and size > limit:
                self.throw_out(PACKET_TOO_LARGE)
                return
            if kind == PUBLISH:
                if not self._publish(flags, Reader(body)):
                    return
            elif kind == SUBSCRIBE:
                if not self._subscribe(Reader(body)):
                    return
            elif kind == UNSUBSCRIBE:
                self._unsubscribe(Reader(body))
            elif kind == PINGREQ:
                self._send(PINGRESP, b"")
            elif kind == DISCONNECT:
                return

    def _connect(self, packet: Reader) -> bool:
        script = self._broker.script
        assert packet.text() == "MQTT"
        self._version = packet.number("!B")
        flags, keepalive = packet.number("!B"), packet.number("!H")
        five = self._version == 5
        properties = packet.properties() if five else {}
        client_id = packet.text()
        will = None
        if flags & 4:
            if five:
                packet.properties()
            will = (packet.text(), packet.text(), flags >> 3 & 3, bool(flags & 32))
        username = packet.text() if flags & 128 else None
        password = packet.text() if flags & 64 else None
        request = Connect(self._version, client_id, keepalive, properties, will, username, password)
        self._broker.connects.append(request)
        if self._version in script.silent_versions:
            return False
        if self._version not in script.versions:
            # A broker that doesn't know version 5 answers as 3.1.1 does.
            self._send(CONNACK, bytes([0, 1]))
            return False
        code = script.refuse(request)
        if not code and will is not None and will[3] and script.limits.get(RETAIN_AVAILABLE) == 0:
            code = RETAIN_NOT_SUPPORTED
        if not code and will is not None and will[2] > int(script.limits.get(MAXIMUM_QOS, 2)):
            code = QOS_NOT_SUPPORTED
        told = script.refusal_properties if code else script.limits
        self._send(CONNACK, bytes([0, code]) + (encode_properties(told) if five else b""))
        return not code

    def _publish(self, flags: int, packet: Reader) -> bool:
        script = self._broker.script
        topic, qos = packet.text(), flags >> 1 & 3
        mid = packet.number("!H") if qos else 0
        if self._version == 5:
            packet.properties()
        message = Message(topic, packet.data.decode(errors="replace"), qos, bool(flags & 1))
        if message.retain and script.limits.get(RETAIN_AVAILABLE) == 0:
            self.throw_out(RETAIN_NOT_SUPPORTED)
            return False
        if qos > int(script.limits.get(MAXIMUM_QOS, 2)):
            self.throw_out(QOS_NOT_SUPPORTED)
            return False
        if (code := script.disconnect(message)) is not None:
            self.throw_out(code)
            return False
        self._unanswered += bool(qos)
        if self._unanswered > int(script.limits.get(RECEIVE_MAXIMUM, 65535)):
            self.throw_out(RECEIVE_MAXIMUM_EXCEEDED)
            return False
        code = script.puback(message) if self._version == 5 else 0
        if code < 0x80:
            self._broker.messages.append(message)
            self._broker.deliver(message)
        if qos and script.acknowledges:
            # Answers come late, so that a client that doesn't count is found out.
            threading.Timer(0.02, self._acknowledge, (mid, code)).start()
        return True

    def _acknowledge(self, mid: int, code: int) -> None:
        self._unanswered -= 1
        with suppress(OSError):
            self._send(PUBACK, struct.pack("!H", mid) + (bytes([code]) if self._version == 5 and code else b""))

    def _subscribe(self, packet: Reader) -> bool:
        mid, codes, new, script = packet.number("!H"), b"", [], self._broker.script
        if self._version == 5:
            packet.properties()
        while packet.data:
            wanted, options = packet.text(), packet.number("!B")
            no_wildcards = script.throws_out_wildcards or script.limits.get(WILDCARDS_AVAILABLE) == 0
            if no_wildcards and {"+", "#"} & set(wanted):
                self.throw_out(WILDCARDS_NOT_SUPPORTED, heard=True)
                return False
            code = script.suback(wanted)
            codes += bytes([code])
            self._broker.subscribed.append(wanted)
            if code < 0x80:
                self._filters[wanted] = bool(options & 4)
                new += [wanted] * (self._version != 5 or not options >> 4 & 3)
        self._send(SUBACK, struct.pack("!H", mid) + (b"\0" if self._version == 5 else b"") + codes)
        for message in list(self._broker.retained.values()):
            if any(_matches(message.topic, one) for one in new):
                self.pass_on(message, retained=True)
        return True

    def _unsubscribe(self, packet: Reader) -> None:
        mid, codes = packet.number("!H"), b""
        if self._version == 5:
            packet.properties()
        while packet.data:
            self._filters.pop(packet.text(), None)
            codes += b"\0"
        self._send(UNSUBACK, struct.pack("!H", mid) + (b"\0" + codes if self._version == 5 else b""))

    def pass_on(self, message: Message, *, retained: bool) -> None:
        if not any(_matches(message.topic, one) for one in list(self._filters)):
            return
        self._mid = self._mid % 65535 + 1
        body = text(message.topic) + struct.pack("!H", self._mid) + (b"\0" if self._version == 5 else b"")
        with suppress(OSError):
            self._send(PUBLISH, body + message.payload.encode(), flags=2 | retained)

    def throw_out(self, code: int, properties: Properties | None = None, *, heard: bool = False) -> None:
        """heard: wait until the client has read it: a socket that is closed with something unread may drop it."""
        self._broker.thrown_out.append(code)
        with suppress(OSError):
            if self._version == 5:
                self._send(DISCONNECT, bytes([code]) + encode_properties(properties or {}))
            if heard:
                self._socket.shutdown(socket.SHUT_WR)
                self._socket.settimeout(5.0)
                while self._socket.recv(4096):
                    pass
        self.close()

    def close(self) -> None:
        self._filters.clear()
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _packet(self) -> tuple[int, int, bytes]:
        first = self._read(1)[0]
        size, shift = 0, 0
        while True:
            digit = self._read(1)[0]
            size |= (digit & 127) << shift
            if not digit & 128:
                break
            shift += 7
        return first >> 4, first & 15, self._read(size)

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            if not part:
                raise EOFError
            data += part
        return data

    def _send(self, kind: int, body: bytes, flags: int = 0) -> None:
        with self._writing:
            self._socket.sendall(bytes([kind << 4 | flags]) + length(len(body)) + body)


def _matches(topic: str, wanted: str) -> bool:
    levels, parts = topic.split("/"), wanted.split("/")
    for index, part in enumerate(parts):
        if part == "#":
            return True
        if index >= len(levels) or part not in ("+", levels[index]):
            return False
    return len(levels) == len(parts)


@contextmanager
def scripted(script: Script | None = None) -> Iterator[ScriptedBroker]:
    broker = ScriptedBroker(script)
    try:
        yield broker
    finally:
        broker.close()
