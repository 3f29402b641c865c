"""Which camera a machine has, what sources mean, and which adapter is used."""

from __future__ import annotations

import shutil
import sys
import types
from pathlib import Path

import pytest

from edge.camera import devices
from edge.camera.opening import open_camera, resolve_source
from edge.camera.source import DEMO, is_pipeline, is_replay, is_stream, redacted
from edge.config import CameraConfig
from edge.errors import CameraError, SourceError

LIVE = [
    "auto",
    "picamera2",
    "v4l2",
    "0",
    "12",
    "/dev/video0",
    "rtsp://cam/1",
    "RTSPS://cam",
    "http://cam/x.mjpg",
    "udp://@:1",
    "jetson",
    "gst:videotestsrc",
    "videotestsrc ! appsink",
]


def never(_: float) -> None:
    raise AssertionError("nothing waits here")


@pytest.mark.parametrize("source", LIVE)
def test_a_live_camera_is_no_replay(source: str) -> None:
    assert not is_replay(source)
    with pytest.raises(SourceError, match="--fast: replays videos only"):
        open_camera(CameraConfig(source=source), wait=never, fast=True)


@pytest.mark.parametrize(
    ("source", "pipeline"),
    [
        ("gst:videotestsrc", True),
        ("a ! b", True),
        ("http://cam/a ! b", False),
        ("a!b.mp4", False),
        ("jetson", False),
    ],
)
def test_pipelines_and_addresses_are_distinguished(source: str, pipeline: bool) -> None:
    assert is_pipeline(source) is pipeline


@pytest.mark.parametrize("source", [DEMO, "film.mp4", "/home/pi/pictures", "./0", "folder/with!mark", "C:/film.webm"])
def test_a_video_or_a_folder_is_a_replay(source: str) -> None:
    assert is_replay(source) and not is_stream(source)


def test_a_named_source_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "has_pi_camera", lambda: pytest.fail("nothing is searched for"))
    assert resolve_source("/dev/video3") == "/dev/video3"


def test_auto_prefers_the_pi_s_camera_then_usb_then_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "has_pi_camera", lambda: True)
    monkeypatch.setattr(devices, "first_video_device", lambda: "/dev/video0")
    assert resolve_source("auto") == "picamera2"
    monkeypatch.setattr(devices, "has_pi_camera", lambda: False)
    monkeypatch.setattr(devices, "has_jetson_camera", lambda: True)
    assert resolve_source("auto") == "jetson"
    monkeypatch.setattr(devices, "has_jetson_camera", lambda: False)
    assert resolve_source("auto") == "v4l2"
    monkeypatch.setattr(devices, "first_video_device", lambda: None)
    assert resolve_source("auto") == DEMO


@pytest.mark.parametrize(
    ("cameras", "is_found"), [([{"Model": "imx708"}], True), ([], False), (OSError("no camera stack"), False)]
)
def test_a_pi_s_camera_counts_only_if_libcamera_finds_one(
    monkeypatch: pytest.MonkeyPatch, cameras: object, is_found: bool
) -> None:
    class Picamera2:
        @staticmethod
        def global_camera_info() -> object:
            if isinstance(cameras, Exception):
                raise cameras
            return cameras

    module = types.ModuleType("picamera2")
    module.Picamera2 = Picamera2  # type: ignore[attr-defined]
    module.__spec__ = types.SimpleNamespace(name="picamera2")  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    assert devices.has_pi_camera() is is_found


def test_the_lowest_video_device_that_is_a_camera_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        "video10": "bcm2835-codec-decode",
        "video2": "bcm2835-isp-output0",
        "video11": "HD Webcam",
        "video9": "HD Webcam",
    }
    monkeypatch.setattr(Path, "glob", lambda self, _: iter([Path("/dev", name) for name in [*names, "video-x"]]))
    monkeypatch.setattr(Path, "read_text", lambda self: names[self.parent.name])
    assert devices.first_video_device() == "/dev/video9"
    names |= {"video9": "rpi-hevc-dec", "video11": "unicam-image"}
    assert devices.first_video_device() is None


@pytest.mark.parametrize(
    ("name", "gstreamer", "is_found"),
    [("vi-output, imx219 9-0010", True, True), ("vi-output, imx219 9-0010", False, False), ("HD Webcam", True, False)],
)
def test_a_jetson_s_sensor_counts_only_with_gstreamer(
    monkeypatch: pytest.MonkeyPatch, name: str, gstreamer: bool, is_found: bool
) -> None:
    monkeypatch.setattr(Path, "glob", lambda self, _: iter([Path("/dev/video0")]))
    monkeypatch.setattr(Path, "read_text", lambda self: name)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/gst-launch-1.0" if gstreamer else None)
    assert devices.has_jetson_camera() is is_found
    assert (devices.first_video_device() is None) == name.startswith("vi-output")


def test_no_video_device_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.camera.opencv.first_video_device", lambda: None)
    with pytest.raises(CameraError, match="there is no /dev/video device; plug a camera in"):
        open_camera(CameraConfig(source="v4l2"), wait=never)


def test_auto_is_searched_for_on_each_try_and_never_becomes_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service passes `auto` on, because its camera may come up later."""
    present: list[str] = []
    monkeypatch.setattr(devices, "has_pi_camera", lambda: False)
    monkeypatch.setattr(devices, "has_jetson_camera", lambda: False)
    monkeypatch.setattr(devices, "first_video_device", lambda: present[0] if present else None)
    monkeypatch.setattr("edge.camera.opencv.OpenCvCamera", lambda source, _: source)
    for _ in range(2):
        with pytest.raises(CameraError, match="none is found; check its cable"):
            open_camera(CameraConfig(source="auto"), wait=never)
    present.append("/dev/video0")
    assert str(open_camera(CameraConfig(source="auto"), wait=never)) == "v4l2"


def test_the_demo_clip_can_be_replayed(demo_clip: Path) -> None:
    replay = open_camera(CameraConfig(source=DEMO), wait=never, fast=True)
    frame = replay.read()
    assert frame is not None and (frame.seq, frame.at, frame.grey.shape) == (0, 0.0, (480, 640))
    assert replay.name == str(demo_clip)
    replay.close()


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("rtsp://user:hunter2@cam:554/live", "rtsp://cam:554/..."),
        ("rtsp://user:hunter2/@#?x@cam/live", "rtsp://cam/..."),
        ("rtsp://10.0.0.9:554/user=admin&password=hunter2&channel=1", "rtsp://10.0.0.9:554/..."),
        ("http://cam/video?pwd=hunter2", "http://cam/..."),
        ("HTTP://cam?pwd=hunter2", "HTTP://cam/..."),
        ("rtspsrc location=rtsp://cam user-pw=hunter2 ! decodebin ! appsink", "rtspsrc ! ..."),
        ("gst:rtspsrc location=rtsp://cam user-pw=hunter2", "rtspsrc ! ..."),
        ("gst:", "gst:"),
        ("/dev/video0", "/dev/video0"),
        ("film@home.mp4", "film@home.mp4"),
    ],
)
def test_a_source_is_logged_without_its_passwords(source: str, shown: str) -> None:
    assert redacted(source) == shown
