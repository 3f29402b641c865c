"""A message of many megabytes on a command's topic, from another client of a real Mosquitto."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.mqtt.bounded_client import CHUNK_BYTES, PACKET_MAX_BYTES, _Websocket
from tests.broker import Listener, free_port, running
from tests.mqtt.mqtt_device import Make, device
from tests.scripted_broker import MAXIMUM_PACKET_SIZE, scripted
from tests.waiting import PATIENCE, wait_for

__all__ = ["device"]
MEGABYTES = 40
PUBLISHER = shutil.which("mosquitto_pub")


def _publish_zeros(port: int, folder: Path) -> None:
    huge = folder / "huge"
    huge.write_bytes(b"")
    os.truncate(huge, MEGABYTES * 2**20)
    options = ["-p", str(port), "-q", "1", "-t", "moodroom/kitchen/set/mood", "-f", str(huge)]
    subprocess.run([str(PUBLISHER), *options], check=True)


@pytest.mark.skipif(PUBLISHER is None, reason="mosquitto_pub is not installed: apt install mosquitto-clients")
@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_a_huge_message_takes_no_memory(protocol: str, device: Make, tmp_path: Path) -> None:
    # From 2.1 on, Mosquitto has a limit of its own.
    with running(tmp_path, extra=f"max_packet_size {2 * MEGABYTES * 2**20}") as broker:
        made = device(broker.port, protocol=protocol)
        assert made.listens()
        tracemalloc.start()
        try:
            _publish_zeros(broker.port, tmp_path)
            with Listener(broker.port) as person:
                person.publish("moodroom/kitchen/set/mood", "happy")
                wait_for(lambda: made.commands and made.commands[-1].value == "happy", "the next command")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert not [problem for problem in made.problems if problem]
    assert peak < 10 * 2**20
    refused = made.commands[:-1]
    if protocol == "5":
        assert refused == [], "the broker was told the largest packet, and delivers nothing larger"
    else:
        assert [command.value for command in refused] == [""]
        assert refused[0].fault.startswith("mood is longer than 1024 bytes")


def test_a_version_5_broker_is_told_the_largest_packet(device: Make) -> None:
    with scripted() as broker:
        assert device(broker.port).mqtt.wait_connected(PATIENCE)
        assert broker.connects[0].properties[MAXIMUM_PACKET_SIZE] == PACKET_MAX_BYTES <= 32 * 1024


def test_a_websocket_takes_a_path_and_an_ipv6_address(device: Make) -> None:
    heads: list[bytes] = []
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(65536)
                heads.append(head)
                connection.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        port = server.getsockname()[1]
        made = device(port, host="::1", websockets=True, websocket_path="/brokers/mqtt?a=b")
        wait_for(lambda: made.reported("mqtt.websocket_path"), "the problem")
    lines = heads[0].decode().split("\r\n")
    assert lines[0] == "GET /brokers/mqtt?a=b HTTP/1.1"
    assert f"Host: [::1]:{port}" in lines and f"Origin: http://[::1]:{port}" in lines


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_large_and_small_messages_arrive_over_a_real_websocket(protocol: str, device: Make, tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, extra=f"listener {port} 127.0.0.1\nprotocol websockets") as broker:
        made = device(port, protocol=protocol, websockets=True)
        assert made.listens()
        with Listener(broker.port) as person:
            for payload in (b"happy", b"x" * 5000, b"x" * 20_000, b"sad"):
                person.publish("moodroom/kitchen/set/mood", payload)
            wait_for(lambda: len(made.commands) == 4, "the commands")
    assert [command.value or command.fault[:14] for command in made.commands] == [
        "happy", "mood is longer", "mood is longer", "sad",
    ]  # fmt: skip


def test_a_huge_frame_is_passed_on_as_it_comes() -> None:
    wire = _Wire(frame(2, b"")[:1] + bytes([127]) + struct.pack("!Q", 2**30), 2**20)
    websocket, size = _websocket(wire), 0
    tracemalloc.start()
    try:
        for _ in range(500):
            wire.data += bytes(CHUNK_BYTES)
            size += len(websocket.recv(CHUNK_BYTES))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 500 * CHUNK_BYTES and peak < 2**20


class _Wire:
    """A socket that delivers given bytes in pieces of a given size, then nothing more for now."""

    def __init__(self, data: bytes, piece: int) -> None:
        self.data, self.piece, self.sent = data, piece, b""

    def recv(self, count: int) -> bytes:
        if not self.data:
            raise BlockingIOError
        count = min(count, self.piece)
        part, self.data = self.data[:count], self.data[count:]
        return part

    def send(self, data: bytes) -> int:
        self.sent += data
        return len(data)


def frame(opcode: int, data: bytes, *, mask: bytes = b"", end: bool = True) -> bytes:
    size = len(data)
    head = bytes([opcode | (128 if end else 0)])
    bit = 128 if mask else 0
    if size < 126:
        head += bytes([bit | size])
    elif size < 65536:
        head += bytes([bit | 126]) + struct.pack("!H", size)
    else:
        head += bytes([bit | 127]) + struct.pack("!Q", size)
    return head + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(data)) if mask else head + data


class _Opened(_Websocket):
    def _do_handshake(self, extra_headers: Any) -> None:
        pass


def _websocket(wire: _Wire) -> _Websocket:
    return _Opened(wire, "host", 1, False, "/", None)


@given(
    st.lists(st.tuples(st.sampled_from([0, 2, 9, 10]), st.binary(max_size=300), st.booleans()), max_size=8),
    st.integers(1, 400),
    st.integers(1, 400),
)
def test_frames_arrive_whole_however_they_are_cut(
    frames: list[tuple[int, bytes, bool]], piece: int, wanted: int
) -> None:
    frames = [(kind, data[:125] if kind > 2 else data, masked) for kind, data, masked in frames]
    wire = _Wire(b"".join(frame(kind, data, mask=b"abcd" if masked else b"") for kind, data, masked in frames), piece)
    websocket, got = _websocket(wire), b""
    while True:
        try:
            got += websocket.recv(wanted)
        except BlockingIOError:
            if not wire.data:
                break
    assert got == b"".join(data for kind, data, _ in frames if kind in (0, 2))
    pings = [data for kind, data, _ in frames if kind == 9]
    assert len(wire.sent) == sum(6 + len(data) for data in pings), "each ping is answered with a masked pong"


def test_a_closed_websocket_is_a_lost_connection() -> None:
    for data in (frame(8, b"\x03\xe8"), frame(8, b""), frame(9, b"x" * 200)):
        assert _websocket(_Wire(data, 1000)).recv(10) == b""
