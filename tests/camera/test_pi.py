"""The Pi's camera with a fake picamera2; `tests/virtual_pi` uses the real one."""

from __future__ import annotations

import sys
import time
import types
from typing import Any, ClassVar

import numpy as np
import pytest

from edge.camera.pi import PiCamera
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.values import FrameRequest

CONFIG = CameraConfig(width=600, height=400, fps=10)
STRIDES = {"lores": 640, "main": 1216}
LIMITED, FULL = "Range.Limited", "Range.Full"


class Picamera2:
    """A fake of picamera2 that records the calls."""

    sensor_resolution = (3280, 2464)
    camera_controls: ClassVar[dict[str, Any]] = {"FrameDurationLimits": (), "AeExposureMode": ()}

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.controls: list[dict[str, Any]] = []
        self.config: dict[str, Any] = {}
        self.colours = LIMITED
        self.planes = {name: np.full((1200 * 3 // 2 * stride,), 126, np.uint8) for name, stride in STRIDES.items()}
        self.errors: list[Exception] = []
        self.released = 0
        opened.append(self)

    def create_preview_configuration(self, **config: Any) -> dict[str, Any]:
        return config

    def configure(self, config: dict[str, Any]) -> None:
        self.calls.append("configure")
        self.config = config

    def camera_configuration(self) -> dict[str, Any]:
        streams = {name: {"size": self.config[name]["size"], "stride": STRIDES[name]} for name in STRIDES}
        return {**streams, "colour_space": types.SimpleNamespace(range=self.colours)}

    def set_controls(self, controls: dict[str, Any]) -> None:
        self.controls.append(controls)

    def start(self) -> None:
        self.calls.append("start")
        if failing:
            raise failing[0]

    def capture_request(self, wait: bool) -> str:
        assert wait is False, "a capture that waits can wait for ever"
        return "job"

    def wait(self, job: str, timeout: float) -> Picamera2:
        assert job == "job" and 0 < timeout <= 10
        if self.errors:
            raise self.errors.pop()
        return self

    def release(self) -> None:
        """The request's."""
        self.released += 1

    def cancel_all_and_flush(self) -> None:
        self.calls.append("cancel")

    def stop(self) -> None:
        self.calls.append("stop")
        if failing:
            raise failing[0]

    def close(self) -> None:
        self.calls.append("close")


class MappedArray:
    def __init__(self, request: Picamera2, stream: str, *, reshape: bool, write: bool) -> None:
        assert not reshape and not write
        self.array = request.planes[stream]

    def __enter__(self) -> MappedArray:
        return self

    def __exit__(self, *_: object) -> None:
        # What is kept of a buffer changes with the next frame.
        self.array = np.zeros(0, np.uint8)


opened: list[Picamera2] = []
failing: list[Exception] = []


@pytest.fixture(autouse=True)
def _picamera2(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("picamera2")
    module.Picamera2 = Picamera2  # type: ignore[attr-defined]
    module.MappedArray = MappedArray  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    opened.clear()
    failing.clear()


def luma(stream: str = "lores") -> np.ndarray[Any, Any]:
    """The fake's Y plane with its padding, to be written to."""
    height = opened[0].config[stream]["size"][1]
    return opened[0].planes[stream][: height * STRIDES[stream]].reshape(height, STRIDES[stream])


def test_the_streams_are_configured_once() -> None:
    camera = PiCamera(CONFIG)
    config = opened[0].config
    assert config["lores"] == {"size": (600, 400), "format": "YUV420"}
    assert config["main"] == {"size": (1200, 800), "format": "YUV420"}
    assert (config["buffer_count"], config["queue"], config["display"], config["encode"]) == (3, False, None, None)
    assert opened[0].controls == [{"FrameDurationLimits": (100_000, 100_000)}]
    camera.read()
    assert opened[0].calls == ["configure", "start"]


@pytest.mark.parametrize(
    ("times", "sensor", "main"),
    [
        (1, (3280, 2464), (600, 400)),
        (4, (3280, 2464), (2400, 1600)),
        (4, (1296, 972), (1296, 864)),
        (2, (320, 240), (600, 400)),
    ],
)
def test_the_large_picture_is_no_larger_than_the_sensor(
    monkeypatch: pytest.MonkeyPatch, times: int, sensor: tuple[int, int], main: tuple[int, int]
) -> None:
    monkeypatch.setattr(Picamera2, "sensor_resolution", sensor)
    PiCamera(CONFIG.model_copy(update={"detail": times}))
    assert opened[0].config["main"]["size"] == main


def test_luma_becomes_full_range_without_padding() -> None:
    camera = PiCamera(CONFIG)
    plane = luma()
    plane[:, 600:] = 255
    plane[0, :5] = [0, 16, 126, 235, 255]
    before = time.monotonic()
    one, two = camera.read(), camera.read()
    assert one.grey.shape == (400, 600) and one.grey.dtype == np.uint8
    assert one.grey[0, :5].tolist() == [0, 0, 128, 255, 255]
    assert set(np.unique(one.grey[1:])) == {128}
    assert (one.seq, two.seq) == (0, 1)
    assert before <= one.at <= two.at <= time.monotonic()


def test_full_range_luma_is_copied_unchanged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "LIMITED", FULL)
    camera = PiCamera(CONFIG)
    luma()[0, :5] = [0, 16, 126, 235, 255]
    frame = camera.read()
    luma()[:] = 7
    assert frame.grey[0, :5].tolist() == [0, 16, 126, 235, 255]


def test_the_large_picture_is_copied_only_on_request() -> None:
    camera = PiCamera(CONFIG)
    assert camera.read().detail is None
    luma("main")[:] = 235
    camera.adapt(FrameRequest(detail=True))
    detail = camera.read().detail
    assert detail is not None and detail.shape == (800, 1200) and set(np.unique(detail)) == {255}
    camera.adapt(FrameRequest())
    assert camera.read().detail is None
    assert opened[0].released == 3, "each buffer goes back to the camera"


def test_without_detail_there_is_no_large_picture() -> None:
    camera = PiCamera(CONFIG.model_copy(update={"detail": 1}))
    camera.adapt(FrameRequest(detail=True))
    assert camera.read().detail is None


def test_the_sensor_s_rate_follows_the_request() -> None:
    camera = PiCamera(CONFIG)
    for request in (FrameRequest(), FrameRequest(calm=True), FrameRequest(calm=True, detail=True), FrameRequest()):
        camera.adapt(request)
    limits = [controls["FrameDurationLimits"] for controls in opened[0].controls]
    assert limits == [(100_000, 100_000), (200_000, 200_000), (100_000, 100_000)]
    assert opened[0].calls == ["configure", "start"]


def test_a_slow_camera_gets_no_faster_while_calm() -> None:
    camera = PiCamera(CONFIG.model_copy(update={"fps": 2.0}))
    camera.adapt(FrameRequest(calm=True))
    assert opened[0].controls[-1] == {"FrameDurationLimits": (500_000, 500_000)}


def test_a_long_exposure_may_make_frames_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    long = CONFIG.model_copy(update={"exposure": "long", "fps": 20.0})
    PiCamera(long)
    assert opened[0].controls == [{"AeExposureMode": 2, "FrameDurationLimits": (50_000, 125_000)}]
    # A camera without the control starts none the less.
    monkeypatch.setattr(Picamera2, "camera_controls", {"FrameDurationLimits": ()})
    PiCamera(long)
    assert opened[1].controls == [{"FrameDurationLimits": (50_000, 125_000)}]


def test_a_rest_stops_the_sensor_and_a_read_starts_the_same_camera() -> None:
    camera = PiCamera(CONFIG)
    camera.adapt(FrameRequest(calm=True))
    camera.rest()
    camera.rest()
    assert opened[0].calls == ["configure", "start", "stop"]
    camera.read()
    assert opened[0].calls[3:] == ["start"] and len(opened) == 1
    assert opened[0].controls[-1] == {"FrameDurationLimits": (200_000, 200_000)}, "picamera2 forgets it at a start"


def test_pictures_are_rotated() -> None:
    camera = PiCamera(CONFIG.model_copy(update={"rotate": 90, "flip": "horizontal"}))
    luma()[0, 0] = luma("main")[0, 0] = 235
    camera.adapt(FrameRequest(detail=True))
    frame = camera.read()
    assert frame.grey.shape == (600, 400) and frame.grey[0, 0] == 255
    assert frame.detail is not None and frame.detail.shape == (1200, 800) and frame.detail[0, 0] == 255


@pytest.mark.parametrize("error", [TimeoutError(), RuntimeError("front end")])
def test_one_time_out_is_fixed_by_stop_and_start(error: Exception) -> None:
    camera = PiCamera(CONFIG)
    opened[0].errors = [error]
    assert camera.read().seq == 0
    # A capture that still waits would keep `stop` waiting as well.
    assert opened[0].calls == ["configure", "start", "cancel", "stop", "start"]


@pytest.mark.parametrize(("error", "reason"), [(TimeoutError(), "time-out"), (RuntimeError("front end"), "front end")])
def test_a_camera_without_frames_is_one_sentence_and_can_be_closed(error: Exception, reason: str) -> None:
    camera = PiCamera(CONFIG)
    opened[0].errors = [error, error]
    with pytest.raises(CameraError, match=rf"delivers no frame \({reason}\); check its cable"):
        camera.read()
    camera.close()
    assert opened[0].calls[2:] == ["cancel", "stop", "start", "cancel", "stop", "close"]


def test_closing_twice_closes_once() -> None:
    camera = PiCamera(CONFIG)
    camera.close()
    camera.close()
    camera.rest()
    assert opened[0].calls == ["configure", "start", "cancel", "stop", "close"]
    with pytest.raises(CameraError, match="was closed"):
        camera.read()


def test_a_camera_that_doesn_t_start_is_closed_again() -> None:
    failing.append(RuntimeError("Camera __init__ sequence did not complete."))
    with pytest.raises(CameraError, match=r"doesn't start \(Camera __init__ sequence did not complete\.\)"):
        PiCamera(CONFIG)
    assert opened[0].calls == ["configure", "start", "cancel", "stop", "close"]


def test_without_picamera2_the_fix_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="sudo apt install python3-picamera2"):
        PiCamera(CONFIG)
