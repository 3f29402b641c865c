"""Live cameras through OpenCV: errors are one sentence, without passwords."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.camera import capture, opencv
from edge.camera.capture import Capture
from edge.camera.films import conversion
from edge.camera.opencv import OpenCvCamera
from edge.camera.source import CALM_FPS
from edge.camera.v4l2 import Mode
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.system.threads import Latest, Worker
from edge.values import Frame, FrameRequest
from tests.broker import free_port
from tests.conftest import ROOT
from tests.waiting import PATIENCE, wait_for


def refusal(source: str) -> str:
    with pytest.raises(CameraError) as caught:
        OpenCvCamera(source, CameraConfig())
    sentence = str(caught.value)
    assert sentence.startswith("camera: ") and len(sentence.splitlines()) == 1
    return sentence


@pytest.mark.parametrize("source", ["/dev/video99", "99"])
def test_a_missing_device_is_one_sentence(source: str) -> None:
    assert "/dev/video99 doesn't open; is it plugged in, and may this user read it?" in refusal(source)


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_a_password_in_an_address_is_never_shown(scheme: str, capfd: pytest.CaptureFixture[str]) -> None:
    host = f"127.0.0.1:{free_port()}"
    sentence = refusal(f"{scheme}://admin:hunter2@{host}/live?pwd=hunter2")
    assert host in sentence and "hunter2" not in sentence
    captured = capfd.readouterr()
    assert "hunter2" not in captured.out + captured.err


# --- network cameras --------------------------------------------------------------------------------------------------


class Stream(ThreadingHTTPServer):
    """A network camera that sends MJPEG."""

    daemon_threads = True

    allow_reuse_address = True

    def __init__(self, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Pictures)
        self.dead = threading.Event()
        self.sent = 0


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
                self.server.sent += 1
        except OSError:
            pass

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(port: int = 0) -> Iterator[Stream]:
    server = Stream(port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.dead.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def stream() -> Iterator[Stream]:
    with serving() as server:
        yield server


def test_a_network_camera_is_read_until_it_dies(stream: Stream) -> None:
    camera = OpenCvCamera(f"http://127.0.0.1:{stream.server_port}/video", CameraConfig(rotate=90))
    before = time.monotonic()
    frames = [camera.read() for _ in range(5)]
    assert [frame.seq for frame in frames] == list(range(5))
    assert before <= frames[0].at <= frames[-1].at <= time.monotonic()
    assert frames[0].grey.shape == (160, 120) and frames[0].grey.mean() == pytest.approx(100, abs=2)
    stream.dead.set()
    with pytest.raises(CameraError, match=r"http://127.0.0.1:\d+/\.\.\. delivers no more frames"):
        for _ in range(1000):
            camera.read()
    camera.close()
    camera.close()


def test_a_network_camera_that_dies_and_returns_is_read_again() -> None:
    """In the capture thread, which closes the camera, waits and opens it again."""
    frames: Latest[Frame] = Latest()
    problems: list[str] = []
    with ExitStack() as stack:
        first = ExitStack()
        server = first.enter_context(serving())
        stack.callback(first.close)
        config = CameraConfig(source=f"http://127.0.0.1:{server.server_port}/video")
        capture = Capture(config, frames, loop=False, is_on=lambda: True, on_frame=lambda _: None)
        worker = Worker("capture", capture.turn, on_error=problems.append, on_end=capture.close, first_wait_s=0.05)
        capture.stopping = worker.stopping
        stack.callback(worker.join, 10.0)
        stack.callback(worker.stopping.set)
        worker.start()
        assert frames.get(20.0) is not None
        first.close()
        wait_for(lambda: len(problems) >= 2, "its end, and an opening that failed")
        assert problems[0].endswith("delivers no more frames; it is opened again") and "doesn't open" in problems[1]
        frames.get(0)
        stack.enter_context(serving(server.server_port))
        wait_for(lambda: frames.get(0.1) is not None)
        worker.stopping.set()
        assert worker.join(PATIENCE)


def test_while_calm_frames_are_skipped_undecoded(stream: Stream) -> None:
    camera = OpenCvCamera(f"http://127.0.0.1:{stream.server_port}/video", CameraConfig())
    camera.read()
    camera.adapt(FrameRequest(calm=True))
    first, second = camera.read(), camera.read()
    assert second.at - first.at >= 1 / CALM_FPS - 0.01 and second.seq == first.seq + 1
    camera.adapt(FrameRequest())
    third = camera.read()
    # The wait was for the calm pace only.
    assert third.seq == second.seq + 1
    camera.close()


def test_a_rest_releases_the_camera_and_a_read_opens_it(stream: Stream) -> None:
    camera = OpenCvCamera(f"http://127.0.0.1:{stream.server_port}/video", CameraConfig())
    camera.read()
    camera.rest()
    assert camera._capture is None
    assert camera.read().seq == 1
    camera.close()


class Recording(ThreadingHTTPServer):
    """A network camera that sends a transport stream in real time, again and again."""

    daemon_threads = True

    def __init__(self, stream: bytes) -> None:
        super().__init__(("127.0.0.1", 0), Packets)
        self.stream, self.dead = stream, threading.Event()


class Packets(BaseHTTPRequestHandler):
    server: Recording

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "video/mp2t")
        self.end_headers()
        stream, part = self.server.stream, len(self.server.stream) // 40
        with suppress(OSError):
            while not self.server.dead.is_set():
                for at in range(0, len(stream), part):
                    self.wfile.write(stream[at : at + part])
                    self.server.dead.wait(0.05)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def interlaced(tmp_path: Path) -> Iterator[str]:
    """The address of a camera that sends interlaced pictures: the demo clip."""
    clip, path = ROOT / "edge" / "demo" / "demo.webm", tmp_path / "a.ts"
    code = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-x264opts", "tff=1", "-bf", "0")
    arguments = ("-vf", "fps=50,scale=640:480,interlace", *code)
    subprocess.run(["ffmpeg", "-v", "error", "-ss", "10", "-t", "2", "-i", clip, *arguments, path], check=True)
    server = Recording(path.read_bytes())
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://admin:hunter2@127.0.0.1:{server.server_port}/live.ts"
    server.dead.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_interlaced_stream_is_read_and_its_password_is_no_argument_of_a_program(
    interlaced: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversion, "STILL_S", 0.5)
    camera = OpenCvCamera(interlaced, CameraConfig())
    try:
        seen = [camera.read() for _ in range(60)]
        assert [frame.seq for frame in seen] == list(range(60))
        assert seen[-1].grey.shape == (480, 640)
        # The demo clip's grey levels: its drawn room is bright, and something moves.
        assert seen[-1].grey.mean() == pytest.approx(151, abs=3) and seen[-1].grey.std() > 20
        assert len({frame.grey.tobytes() for frame in seen[-20:]}) > 5
        for arguments in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                assert b"hunter2@" not in arguments.read_bytes()
        camera.adapt(FrameRequest(calm=True))
        first, second = camera.read(), camera.read()
        assert second.at - first.at >= 1 / CALM_FPS - 0.02
        camera.rest()
        assert camera.read().seq == 62, "after a rest the stream is opened again"
    finally:
        camera.close()


def test_without_ffmpeg_a_stream_that_never_changes_names_what_may_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    monkeypatch.setattr(capture, "CONVERTS_NOT_ALL", True)
    watch = Capture(
        CameraConfig(source="rtsp://camera/live"), Latest(), loop=False, is_on=lambda: True, on_frame=lambda _: None
    )._watch
    assert watch is not None
    black = np.zeros((48, 64), np.uint8)
    faults = [watch.fault(Frame(at, float(at), black)) for at in range(30)]
    assert faults[0] == "" and faults[-1].endswith("; if it sends interlaced pictures, install ffmpeg, since this "
        "version of OpenCV can't read them")  # fmt: skip


# --- USB cameras, with a fake of OpenCV ------------------------------------------------------------------------------


class VideoCapture:
    """A fake of OpenCV's, with a camera that accepts any setting."""

    def __init__(self, device: str, backend: int) -> None:
        assert backend == cv2.CAP_V4L2
        self.settings: list[tuple[int, float]] = []
        opened.append(self)

    def set(self, key: int, value: float) -> bool:
        self.settings.append((key, value))
        return True

    def get(self, key: int) -> float:
        return dict(self.settings).get(key, 0.0)

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        return True

    def grab(self) -> bool:
        return bool(pictures)

    def retrieve(self) -> tuple[bool, np.ndarray]:
        return True, pictures.pop(0)

    def release(self) -> None:
        self.settings.append((-1, -1))


opened: list[VideoCapture] = []
pictures: list[np.ndarray] = []


@pytest.fixture
def usb(monkeypatch: pytest.MonkeyPatch) -> list[Mode]:
    """The modes of the USB camera, set by a test."""
    offered: list[Mode] = []
    monkeypatch.setattr(opencv, "modes", lambda _: offered)
    monkeypatch.setattr(cv2, "VideoCapture", VideoCapture)
    opened.clear()
    pictures.clear()
    return offered


def fourcc(name: str) -> int:
    return cv2.VideoWriter.fourcc(*name)


def test_a_usb_camera_is_set_to_the_cheapest_mode(usb: list[Mode]) -> None:
    usb += [Mode("MJPG", 1280, 720, 30), Mode("YUYV", 800, 600, 15), Mode("YUYV", 320, 240, 30)]
    OpenCvCamera("/dev/video0", CameraConfig())
    assert opened[0].settings == [
        (cv2.CAP_PROP_FOURCC, fourcc("YUYV")),
        (cv2.CAP_PROP_FRAME_WIDTH, 800),
        (cv2.CAP_PROP_FRAME_HEIGHT, 600),
        (cv2.CAP_PROP_FPS, 10.0),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
        (cv2.CAP_PROP_CONVERT_RGB, 0),
    ]


def test_a_usb_camera_without_modes_is_set_to_the_configured_size(usb: list[Mode]) -> None:
    OpenCvCamera("/dev/video0", CameraConfig())
    assert opened[0].settings == [
        (cv2.CAP_PROP_FRAME_WIDTH, 640),
        (cv2.CAP_PROP_FRAME_HEIGHT, 480),
        (cv2.CAP_PROP_FPS, 10.0),
        (cv2.CAP_PROP_BUFFERSIZE, 1),
    ]


def test_yuyv_becomes_full_range_luma(usb: list[Mode]) -> None:
    usb.append(Mode("YUYV", 640, 480, 30))
    picture = np.full((480, 640, 2), 200, np.uint8)
    picture[:, :, 0] = 235
    pictures.append(picture)
    grey = OpenCvCamera("/dev/video0", CameraConfig()).read().grey
    assert grey.shape == (480, 640) and set(np.unique(grey)) == {255}


def test_mjpg_is_decoded_to_luma_and_a_broken_picture_is_skipped(usb: list[Mode]) -> None:
    usb.append(Mode("MJPG", 640, 480, 30))
    jpeg = cv2.imencode(".jpg", np.full((480, 640, 3), 90, np.uint8))[1].reshape(1, -1)
    pictures.extend([np.zeros((1, 50), np.uint8), jpeg])
    frame = OpenCvCamera("/dev/video0", CameraConfig()).read()
    assert frame.seq == 0 and frame.grey.shape == (480, 640)
    assert frame.grey.mean() == pytest.approx(90, abs=2)


def test_a_usb_camera_that_is_pulled_out_or_broken_is_one_sentence(usb: list[Mode]) -> None:
    usb.append(Mode("MJPG", 640, 480, 30))
    camera = OpenCvCamera("/dev/video0", CameraConfig())
    with pytest.raises(CameraError, match="/dev/video0 delivers no more frames; it is opened again"):
        camera.read()
    pictures.extend(np.zeros((1, 50), np.uint8) for _ in range(100))
    with pytest.raises(CameraError, match="delivers no more frames"):
        camera.read()
    camera.close()
    camera.close()
    assert opened[0].settings.count((-1, -1)) == 1
