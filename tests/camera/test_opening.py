"""Which source a machine has, and which adapter it takes."""

from __future__ import annotations

import shutil
import sys
import types
from pathlib import Path

import pytest

from edge import camera
from edge.camera.opening import open_camera, settle
from edge.camera.source import DEMO, is_pipeline, is_replay, is_stream, public
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
def test_a_live_camera_has_no_end(source: str) -> None:
    assert not is_replay(source)
    with pytest.raises(SourceError, match="--fast: replays films only"):
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
def test_a_pipeline_is_told_from_an_address(source: str, pipeline: bool) -> None:
    assert is_pipeline(source) is pipeline


@pytest.mark.parametrize("source", [DEMO, "film.mp4", "/home/pi/pictures", "./0", "folder/with!mark", "C:/film.webm"])
def test_a_film_or_a_folder_has_one(source: str) -> None:
    assert is_replay(source) and not is_stream(source)


def test_a_source_that_was_named_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "_pi_camera", lambda: pytest.fail("nothing is searched for"))
    assert settle("/dev/video3") == "/dev/video3"


def test_auto_takes_the_pi_s_camera_then_usb_then_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camera, "_pi_camera", lambda: True)
    monkeypatch.setattr(camera, "first_video_device", lambda: "/dev/video0")
    assert settle("auto") == "picamera2"
    monkeypatch.setattr(camera, "_pi_camera", lambda: False)
    monkeypatch.setattr(camera, "_jetson_camera", lambda: True)
    assert settle("auto") == "jetson"
    monkeypatch.setattr(camera, "_jetson_camera", lambda: False)
    assert settle("auto") == "v4l2"
    monkeypatch.setattr(camera, "first_video_device", lambda: None)
    assert settle("auto") == DEMO


@pytest.mark.parametrize(
    ("seen", "there"), [([{"Model": "imx708"}], True), ([], False), (OSError("no camera stack"), False)]
)
def test_a_pi_s_camera_counts_only_where_libcamera_sees_one(
    monkeypatch: pytest.MonkeyPatch, seen: object, there: bool
) -> None:
    class Picamera2:
        @staticmethod
        def global_camera_info() -> object:
            if isinstance(seen, Exception):
                raise seen
            return seen

    module = types.ModuleType("picamera2")
    module.Picamera2 = Picamera2  # type: ignore[attr-defined]
    module.__spec__ = types.SimpleNamespace(name="picamera2")  # type: ignore[assignment]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    assert camera._pi_camera() is there


def test_the_lowest_video_device_that_is_no_codec_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {
        "video10": "bcm2835-codec-decode",
        "video2": "bcm2835-isp-output0",
        "video11": "HD Webcam",
        "video9": "HD Webcam",
    }
    monkeypatch.setattr(Path, "glob", lambda self, _: iter([Path("/dev", name) for name in [*names, "video-x"]]))
    monkeypatch.setattr(Path, "read_text", lambda self: names[self.parent.name])
    assert camera.first_video_device() == "/dev/video9"
    names |= {"video9": "rpi-hevc-dec", "video11": "unicam-image"}
    assert camera.first_video_device() is None


@pytest.mark.parametrize(
    ("name", "gstreamer", "there"),
    [("vi-output, imx219 9-0010", True, True), ("vi-output, imx219 9-0010", False, False), ("HD Webcam", True, False)],
)
def test_a_jetson_s_sensor_counts_only_where_gstreamer_can_read_it(
    monkeypatch: pytest.MonkeyPatch, name: str, gstreamer: bool, there: bool
) -> None:
    monkeypatch.setattr(Path, "glob", lambda self, _: iter([Path("/dev/video0")]))
    monkeypatch.setattr(Path, "read_text", lambda self: name)
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/gst-launch-1.0" if gstreamer else None)
    assert camera._jetson_camera() is there
    assert (camera.first_video_device() is None) == name.startswith("vi-output")


def test_no_video_device_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.camera.opencv.first_video_device", lambda: None)
    with pytest.raises(CameraError, match="there is no /dev/video device; plug a camera in"):
        open_camera(CameraConfig(source="v4l2"), wait=never)


def test_auto_is_looked_for_at_each_try_and_the_demo_never_takes_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service passes `auto` on as it is: its camera may come up later than it does."""
    there: list[str] = []
    monkeypatch.setattr(camera, "_pi_camera", lambda: False)
    monkeypatch.setattr(camera, "_jetson_camera", lambda: False)
    monkeypatch.setattr(camera, "first_video_device", lambda: there[0] if there else None)
    monkeypatch.setattr("edge.camera.opencv.OpenCvCamera", lambda source, _: source)
    for _ in range(2):
        with pytest.raises(CameraError, match="none is found; push the ribbon in"):
            open_camera(CameraConfig(source="auto"), wait=never)
    there.append("/dev/video0")
    assert str(open_camera(CameraConfig(source="auto"), wait=never)) == "v4l2"


def test_the_demo_is_a_film_that_plays(demo_clip: Path) -> None:
    found = open_camera(CameraConfig(source=DEMO), wait=never, fast=True)
    frame = found.read()
    assert frame is not None and (frame.seq, frame.at, frame.grey.shape) == (0, 0.0, (480, 640))
    assert found.name == str(demo_clip)
    found.close()


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
def test_a_source_is_shown_without_its_passwords(source: str, shown: str) -> None:
    assert public(source) == shown
