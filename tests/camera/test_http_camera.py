"""Network cameras over HTTP and RTSP, on real sockets: MJPEG, snapshots, and servers that answer something else."""

from __future__ import annotations

import gc
import hashlib
import struct
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from edge.camera import http_camera
from edge.camera.http_camera import HttpCamera
from edge.camera.mjpeg import PICTURE_MAX_BYTES, PartSplitter
from edge.camera.opening import open_camera
from edge.config import CameraConfig
from edge.errors import CameraError
from tests.broker import free_port

JPEG = cv2.imencode(".jpg", np.full((120, 160), 100, np.uint8))[1].tobytes()
Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """A server that answers each GET so; yields its host and port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            with suppress(OSError):
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def send(handler: BaseHTTPRequestHandler, status: int, kind: str, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content-Type": kind} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def opened(address: str) -> HttpCamera:
    camera = open_camera(CameraConfig(source=address), wait=lambda _: None)
    assert isinstance(camera, HttpCamera)
    return camera


def refusal(address: str) -> str:
    with pytest.raises(CameraError) as caught:
        open_camera(CameraConfig(source=address), wait=lambda _: None)
    sentence = str(caught.value)
    assert sentence.startswith("camera: ") and len(sentence.splitlines()) == 1 and "hunter2" not in sentence
    return sentence


def parts(*bodies: bytes, length: bool = True) -> bytes:
    head = b"--frame\r\nContent-Type: image/jpeg\r\n"
    stated = [b"Content-Length: %d\r\n" % len(body) if length else b"" for body in bodies]
    return (
        b"".join(head + size + b"\r\n" + body + b"\r\n" for size, body in zip(stated, bodies, strict=True)) + b"--frame"
    )


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "refuses the login (401); check user and password"),
        (403, "forbids this address (403)"),
        (404, "nothing at this address (404); check the path"),
        (500, "a fault of its own (500)"),
        (503, "a fault of its own (503)"),
        (410, "answers 410"),
    ],
)
def test_the_sentence_names_what_the_server_said(status: int, words: str) -> None:
    with serving(lambda handler: send(handler, status, "text/html", b"<h1>no</h1>")) as host:
        assert words in refusal(f"http://admin:hunter2@{host}/live?pwd=hunter2")


def test_a_web_page_a_closed_port_and_a_server_of_another_kind_are_told() -> None:
    with serving(lambda handler: send(handler, 200, "text/html", b"<h1>hello</h1>")) as host:
        assert "it sends a page (text/html) and no pictures" in refusal(f"http://{host}/")
        assert "doesn't open" in refusal(f"rtsp://admin:hunter2@{host}/live")
    assert "the connection is refused" in refusal(f"http://admin:hunter2@127.0.0.1:{free_port()}/a")


def test_digest_authentication_and_redirects() -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/old":
            send(handler, 302, "text/plain", Location="/new")
            return
        given = handler.headers.get("Authorization", "")
        realm = hashlib.md5(b"admin:cam:hunter2").hexdigest()
        nonce = hashlib.md5(f"GET:{handler.path}".encode()).hexdigest()
        if hashlib.md5(f"{realm}:abc:{nonce}".encode()).hexdigest() not in given:
            send(handler, 401, "text/plain", WWW_Authenticate='Digest realm="cam", nonce="abc"')
        else:
            send(handler, 200, "image/jpeg", JPEG)

    with serving(answer) as host:
        assert opened(f"http://admin:hunter2@{host}/old").read().grey.shape == (120, 160)
        assert "(401)" in refusal(f"http://admin:wrong@{host}/new")


@pytest.mark.parametrize(
    "scheme", ['Digest realm="cam", nonce="abc"', 'Basic realm="cam"', "Negotiate", 'Unheard x="y"']
)
def test_a_refused_login_leaves_no_connection_open(scheme: str) -> None:
    with (
        serving(lambda handler: send(handler, 401, "text/plain", b"no", WWW_Authenticate=scheme)) as host,
        warnings.catch_warnings(record=True) as unclosed,
    ):
        warnings.simplefilter("always", ResourceWarning)
        assert "(401)" in refusal(f"http://admin:wrong@{host}/new")
        gc.collect()
    # What earlier tests left is collected here, too.
    assert [one for one in unclosed if "socket" in str(one.message)] == []


def test_a_snapshot_is_requested_once_a_second_and_the_camera_stays_open() -> None:
    requests: list[str] = []
    waits: list[float] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        requests.append(handler.path)
        send(handler, 200, "image/jpeg", JPEG)

    with serving(answer) as host:
        camera = open_camera(CameraConfig(source=f"http://{host}/snap.jpg"), wait=waits.append)
        frames = [camera.read() for _ in range(4)]
    # A wait for no time only asks whether the daemon stops.
    waits = [wait for wait in waits if wait]
    assert [frame.seq for frame in frames] == [0, 1, 2, 3] and frames[0].grey.mean() == pytest.approx(100, abs=2)
    assert len(requests) == 4 and len(waits) == 3 and all(0.5 < wait <= 1.0 for wait in waits)


def test_broken_pictures_in_a_stream_cost_only_themselves(capfd: pytest.CaptureFixture[str]) -> None:
    broken = [JPEG[:400], b"", b"<html>", JPEG[:300] + b"\xff\xd9"[:1]]

    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, "multipart/x-mixed-replace; boundary=frame")
        while True:
            for data in broken:
                handler.wfile.write(parts(data, JPEG))

    with serving(answer) as host:
        camera = opened(f"http://{host}/video")
        assert [camera.read().seq for _ in range(12)] == list(range(12))
        camera.close()
    assert capfd.readouterr().err == ""


def test_a_huge_picture_is_not_decoded_and_an_endless_one_ends() -> None:
    at = JPEG.index(b"\xff\xc0")
    huge = JPEG[: at + 5] + struct.pack(">HH", 60000, 60000) + JPEG[at + 9 :]
    with serving(lambda handler: send(handler, 200, "image/jpeg", huge)) as host:
        camera = opened(f"http://{host}/a.jpg")
        assert camera._pictures == [huge]
    splitter = PartSplitter("frame")
    list(splitter.feed(b"--frame\r\n\r\n"))
    for _ in range(PICTURE_MAX_BYTES // 2**20 + 2):
        assert list(splitter.feed(bytes(2**20))) == []
    assert len(splitter._buffer) <= PICTURE_MAX_BYTES + 2**20


def test_the_configured_aspect_counts_for_cameras_too() -> None:
    with serving(lambda handler: send(handler, 200, "image/jpeg", JPEG)) as host:
        config = CameraConfig(source=f"http://{host}/a.jpg", aspect="16:9")
        assert open_camera(config, wait=lambda _: None).read().grey.shape == (120, 213)


def test_a_stream_without_pictures_ends_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        send(handler, 200, "multipart/x-mixed-replace; boundary=frame")
        while True:
            handler.wfile.write(b"garbage" * 999)

    monkeypatch.setattr(http_camera, "NO_PICTURE_MAX_S", 0.3)
    with serving(answer) as host:
        camera = opened(f"http://{host}/video")
        with pytest.raises(CameraError, match="delivers no more frames: no picture comes; it is opened again"):
            camera.read()
        camera.close()


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("size", [1, 7, 10**6])
def test_parts_are_cut_however_they_arrive(length: bool, size: int) -> None:
    data = parts(JPEG, b"abc", JPEG, length=length)
    splitter = PartSplitter('"--frame"')
    found = [part for at in range(0, len(data), size) for part in splitter.feed(data[at : at + size])]
    assert found == [JPEG, b"abc", JPEG]
