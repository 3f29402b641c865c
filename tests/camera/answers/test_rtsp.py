"""RTSP cameras that don't open, on real sockets: the sentence tells what the server said."""

from __future__ import annotations

import contextlib
import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from edge.camera.opening import open_camera
from edge.config import CameraConfig
from edge.errors import CameraError
from tests.broker import free_port

Answer = Callable[[str], bytes]
OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 0\r\n\r\n"
NOTHING = b"RTSP/1.0 404 Stream Not Found\r\nCSeq: 1\r\n\r\n"
UNAUTHORIZED = "RTSP/1.0 401 Unauthorized\r\nCSeq: 1\r\n{}\r\n"
DIGEST = 'WWW-Authenticate: Digest realm="cam", nonce="abc123"{}\r\n'
BASIC = 'WWW-Authenticate: Basic realm="cam"\r\n'


def refusal(address: str) -> str:
    with pytest.raises(CameraError) as caught:
        open_camera(CameraConfig(source=address), wait=lambda _: None)
    sentence = str(caught.value)
    assert sentence.startswith("camera: ") and len(sentence.splitlines()) == 1 and "hunter2" not in sentence
    return sentence


@contextlib.contextmanager
def serving(answer: Answer, *, slices: int = 0) -> Iterator[str]:
    """A server that answers each request; in slices, where their length is given. Yields host and port."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def talk(connection: socket.socket) -> None:
            with connection, contextlib.suppress(OSError):
                while request := connection.recv(65536):
                    data = answer(request.decode())
                    for at in range(0, len(data), slices or len(data)):
                        connection.sendall(data[at : at + (slices or len(data))])
                        time.sleep(0.001)
                    if not data.startswith(b"RTSP"):
                        return

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def logged_in(request: str) -> bool:
    """Whether the request carries the right answer to `DIGEST` or `BASIC`."""
    if "Basic YWRtaW46aHVudGVyMg==" in request:
        return True
    told = dict(re.findall(r'(\w+)="?([^",\r]*)"?', request.partition("Authorization: Digest ")[2]))
    middle = f"abc123:{told['nc']}:{told['cnonce']}:auth" if "qop" in told else "abc123"
    second = md5(f"{request.split()[0]}:{told.get('uri')}")
    return told.get("response") == md5(f"{md5('admin:cam:hunter2')}:{middle}:{second}")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("401 Unauthorized", r"refuses the login \(401\); check user and password"),
        ("403 Forbidden", r"forbids this address \(403\)"),
        ("404 Stream Not Found", r"\(404\); check the path"),
        ("454 Session Not Found", "answers 454"),
        ("503 Service Unavailable", r"a fault of its own \(503\)"),
    ],
)
def test_the_sentence_names_what_the_server_said(status: str, words: str) -> None:
    answer = f"RTSP/1.0 {status}\r\nCSeq: 1\r\n\r\n".encode()
    with serving(lambda _: answer, slices=3) as host:
        assert re.search(words, refusal(f"rtsp://admin:hunter2@{host}/none"))


@pytest.mark.parametrize(
    "ways", [DIGEST.format(""), DIGEST.format(', qop="auth", opaque="x"'), BASIC, BASIC + DIGEST.format("")]
)
def test_a_right_password_for_a_wrong_path_is_told_as_a_wrong_path(ways: str) -> None:
    asks = UNAUTHORIZED.format(ways).encode()
    with serving(lambda request: NOTHING if logged_in(request) else asks) as host:
        assert "(404); check the path" in refusal(f"rtsp://admin:hunter2@{host}/none")
        assert "(401); check user and password" in refusal(f"rtsp://admin:wrong@{host}/none")
        assert "(401); check user and password" in refusal(f"rtsp://{host}/none")


def test_what_is_no_rtsp_server_is_told() -> None:
    assert "the connection is refused" in refusal(f"rtsp://admin:hunter2@127.0.0.1:{free_port()}/a")
    with serving(lambda _: b"SSH-2.0-OpenSSH_9.2\r\n\r\n") as host:
        assert "doesn't speak RTSP at this port" in refusal(f"rtsp://{host}/a")
    with serving(lambda _: OK) as host:
        assert "no pictures come; check the address" in refusal(f"rtsp://{host}/a")
