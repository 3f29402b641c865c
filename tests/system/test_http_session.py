"""Answers that don't end, that unpack to gigabytes or that trickle, over HTTP on loopback."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import pytest
import requests

from edge.errors import PlayerError
from edge.health.machine import memory_mb
from edge.library.reccobeats import ReccoBeats
from edge.players.spotify.api import SpotifyApi
from edge.players.spotify.errors import SpotifyError
from edge.players.spotify.token_file import TokenFile
from edge.system.bounded_response import ANSWER_TIMEOUTS, BODY_MAX_BYTES
from edge.system.http_session import BoundedSession, unpacked
from tests.spotify_server import Server, World
from tests.spotify_server.fixtures import login, server, world
from tests.spotify_server.server import CLIENT
from tests.waiting import PATIENCE

__all__ = ["login", "server", "world"]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
DEEP = b"[" * 200_000
Answer = Callable[[socket.socket], None]


@contextlib.contextmanager
def serving(answer: Answer, connections: list[object] | None = None) -> Iterator[str]:
    """A server that answers every request like this; its address. connections: takes each connection."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(near: socket.socket) -> None:
        with contextlib.suppress(OSError), near, near.makefile("rb") as lines:
            while lines.readline():
                while lines.readline().strip():
                    pass
                answer(near)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near = listening.accept()[0]
                if connections is not None:
                    connections.append(near)
                threading.Thread(target=serve, args=(near,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def whole(body: bytes, encoding: str = "identity") -> Answer:
    head = HEAD + f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return lambda near: near.sendall(head + body)


def endless(begin: bytes, unit: bytes, pause_s: float = 0.0) -> Answer:
    def answer(near: socket.socket) -> None:
        near.sendall(begin)
        while True:
            near.sendall(unit)
            time.sleep(pause_s)

    return answer


def bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(bytes(2**20)) for _ in range(megabytes)), packer.flush()])


FAULTS = {
    "a body without an end": endless(HEAD + b"\r\n", b"x" * 65536),
    "chunks without an end": endless(
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"
    ),
    "headers without an end": endless(HEAD, b"X-A: " + b"x" * 60_000 + b"\r\n"),
    "answers before the answer": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "a gzip bomb": whole(bomb(200), "gzip"),
    "a body that trickles": endless(HEAD + b"Content-Length: 1000\r\n\r\n", b"x", 0.05),
    "headers that trickle": endless(HEAD, b"x", 0.05),
    "nested too deeply": whole(DEEP),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_spotify_and_reccobeats_survive(fault: str, login: TokenFile, world: World) -> None:
    with serving(FAULTS[fault]) as address:
        api = SpotifyApi(CLIENT, login, api=address, accounts=address, timeout=0.4, now=world.unix)
        before, began = memory_mb(), time.monotonic()
        with pytest.raises(SpotifyError):
            api.playback_state()
        api.close()
        client = ReccoBeats(address, timeout=0.4)
        with pytest.raises(PlayerError, match="reccobeats: "):
            client.features(["spotify:track:11dFghVXANMlKmJXsNCbNl"])
        client.close()
    assert memory_mb() - before < 60
    assert time.monotonic() - began < PATIENCE / 4
    assert ANSWER_TIMEOUTS * 0.4 < 5


def test_a_token_answer_without_an_end_is_no_lost_login(login: TokenFile, world: World) -> None:
    login.expire()
    with serving(FAULTS["a gzip bomb"]) as address:
        api = SpotifyApi(CLIENT, login, api=address, accounts=address, timeout=0.4, now=world.unix)
        with pytest.raises(SpotifyError):
            api.playback_state()
        api.close()
    assert login.exists() and not login.refused()


@pytest.mark.parametrize("encoding", ["identity", "gzip", "deflate", "raw deflate"])
def test_ordinary_answers_arrive_on_one_connection(encoding: str) -> None:
    body = json.dumps(list(range(100_000))).encode()
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = {
        "identity": body,
        "gzip": gzip.compress(body[:1000]) + gzip.compress(body[1000:]),
        "deflate": zlib.compress(body),
        "raw deflate": raw.compress(body) + raw.flush(),
    }[encoding]
    connections: list[object] = []
    with serving(whole(packed, encoding.split()[-1]), connections) as address, BoundedSession() as session:
        for _ in range(3):
            answer = session.get(address, timeout=PATIENCE)
            assert answer.json() == list(range(100_000)) and answer.content == body
    assert len(connections) == 1


def test_a_redirect_with_an_endless_body_is_bounded_as_well() -> None:
    moved = endless(b"HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n", b"x" * 65536)
    with serving(moved) as address, BoundedSession() as session, pytest.raises(requests.RequestException):
        session.get(address, timeout=PATIENCE)


def test_an_answer_may_be_as_large_as_the_limit_and_no_larger() -> None:
    assert len(unpacked(gzip.compress(bytes(BODY_MAX_BYTES)), "gzip", BODY_MAX_BYTES)) == BODY_MAX_BYTES
    for body, encoding in ((gzip.compress(bytes(BODY_MAX_BYTES + 1)), "gzip"), (b"x", "br"), (b"\x1f\x8b\x08", "gzip")):
        with pytest.raises(requests.exceptions.ContentDecodingError):
            unpacked(body, encoding, BODY_MAX_BYTES)


def test_the_simulated_spotify_is_used_as_before(server: Server, login: TokenFile, world: World) -> None:
    api = SpotifyApi(CLIENT, login, api=server.api, accounts=server.accounts, timeout=PATIENCE, now=world.unix)
    assert api.speakers()
    api.close()
