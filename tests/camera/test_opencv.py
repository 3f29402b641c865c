"""Live cameras through OpenCV: what fails is one sentence, and says no password."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from edge.camera.opencv import OpenCvCamera
from edge.config import CameraConfig
from edge.errors import CameraError
from tests.broker import free_port


def refusal(source: str) -> str:
    with pytest.raises(CameraError) as caught:
        OpenCvCamera(source, CameraConfig())
    sentence = str(caught.value)
    assert sentence.startswith("camera: ") and len(sentence.splitlines()) == 1
    return sentence


@pytest.mark.parametrize("source", ["/dev/video99", "99"])
def test_a_device_that_isn_t_there_is_one_sentence(source: str) -> None:
    assert "/dev/video99 doesn't open; is it plugged in, and may this user read it?" in refusal(source)


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_password_in_an_address_is_said_nowhere(scheme: str, capfd: pytest.CaptureFixture[str]) -> None:
    host = f"127.0.0.1:{free_port()}"
    sentence = refusal(f"{scheme}://admin:hunter2@{host}/live?pwd=hunter2")
    assert host in sentence and "hunter2" not in sentence
    captured = capfd.readouterr()
    assert "hunter2" not in captured.out + captured.err


@pytest.mark.skipif(cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER), reason="this OpenCV has GStreamer")
def test_a_pipeline_without_gstreamer_is_one_sentence() -> None:
    assert "this OpenCV has no GStreamer" in refusal("videotestsrc ! videoconvert ! appsink")


class Stream(ThreadingHTTPServer):
    """A network camera: MJPEG, as many of them speak it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Pictures)
        self.dead = threading.Event()


class Pictures(BaseHTTPRequestHandler):
    server: Stream

    def do_GET(self) -> None:
        jpeg = cv2.imencode(".jpg", np.full((120, 160, 3), 100, np.uint8))[1].tobytes()
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n".encode()
        try:
            while not self.server.dead.wait(0.01):
                self.wfile.write(head + jpeg + b"\r\n")
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stream() -> Iterator[Stream]:
    server = Stream()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.dead.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_network_camera_is_read_until_it_dies(stream: Stream) -> None:
    camera = OpenCvCamera(f"http://127.0.0.1:{stream.server_port}/video", CameraConfig(rotate=90))
    before = time.monotonic()
    found = [camera.read() for _ in range(5)]
    assert [frame.seq for frame in found] == list(range(5))
    assert before <= found[0].at <= found[-1].at <= time.monotonic()
    assert found[0].grey.shape == (160, 120) and found[0].grey.mean() == pytest.approx(100, abs=2)
    stream.dead.set()
    with pytest.raises(CameraError, match=r"http://127.0.0.1:\d+/\.\.\. gives no more frames"):
        for _ in range(1000):
            camera.read()
    camera.close()
    camera.close()
