"""The Pi's camera, with a stand-in for picamera2."""

from __future__ import annotations

import sys
import time
import types
from typing import Any

import numpy as np
import pytest

from edge.camera.pi import PiCamera
from edge.config import CameraConfig
from edge.errors import CameraError

CONFIG = CameraConfig(width=600, height=400, fps=5)
STRIDE = 640


class Picamera2:
    """As much of picamera2 as the camera uses; says what was done with it."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.config: dict[str, Any] = {}
        self.planes = np.full((400 * 3 // 2, STRIDE), 128, np.uint8)
        self.error: Exception | None = None
        opened.append(self)

    def create_video_configuration(self, **config: Any) -> dict[str, Any]:
        return config

    def configure(self, config: dict[str, Any]) -> None:
        self.config = config

    def start(self) -> None:
        self.calls.append("start")
        if failing:
            raise failing[0]

    def capture_array(self, name: str, wait: bool) -> str:
        assert (name, wait) == ("lores", False), "a capture that waits can wait for ever"
        return "job"

    def wait(self, job: str, timeout: float) -> Any:
        assert job == "job" and 0 < timeout <= 10
        if self.error is not None:
            raise self.error
        return self.planes

    def cancel_all_and_flush(self) -> None:
        self.calls.append("cancel")

    def stop(self) -> None:
        self.calls.append("stop")
        if failing:
            raise failing[0]

    def close(self) -> None:
        self.calls.append("close")


opened: list[Picamera2] = []
failing: list[Exception] = []


@pytest.fixture(autouse=True)
def _picamera2(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("picamera2")
    module.Picamera2 = Picamera2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "picamera2", module)
    opened.clear()
    failing.clear()


def test_the_camera_is_configured_as_the_design_has_it() -> None:
    PiCamera(CONFIG)
    config = opened[0].config
    assert config["lores"] == {"size": (600, 400), "format": "YUV420"}
    assert config["controls"] == {"FrameDurationLimits": (200_000, 200_000)}
    assert (config["buffer_count"], config["queue"], config["display"], config["encode"]) == (3, False, None, None)


def test_luma_is_stretched_from_video_range_and_the_stride_s_padding_is_cut_off() -> None:
    camera = PiCamera(CONFIG)
    planes = opened[0].planes
    planes[:, 600:] = 255
    planes[400:] = 255
    planes[0, :5] = [0, 16, 126, 235, 255]
    before = time.monotonic()
    one, two = camera.read(), camera.read()
    assert one.grey.shape == (400, 600) and one.grey.dtype == np.uint8
    assert one.grey[0, :5].tolist() == [0, 0, 128, 255, 255]
    assert set(np.unique(one.grey[1:])) == {130}
    assert (one.seq, two.seq) == (0, 1)
    assert before <= one.at <= two.at <= time.monotonic()


def test_pictures_turn_with_the_camera() -> None:
    camera = PiCamera(CONFIG.model_copy(update={"rotate": 90}))
    opened[0].planes[0, 0] = 235
    grey = camera.read().grey
    assert grey.shape == (600, 400) and grey[0, -1] == 255


@pytest.mark.parametrize(("error", "reason"), [(TimeoutError(), "time-out"), (RuntimeError("front end"), "front end")])
def test_a_camera_that_gives_no_frame_is_one_sentence_and_can_be_closed(error: Exception, reason: str) -> None:
    camera = PiCamera(CONFIG)
    opened[0].error = error
    with pytest.raises(CameraError, match=rf"gives no frame \({reason}\)"):
        camera.read()
    camera.close()
    # A capture that still waits would keep `stop` waiting as well.
    assert opened[0].calls == ["start", "cancel", "stop", "close"]


def test_closing_twice_closes_once() -> None:
    camera = PiCamera(CONFIG)
    camera.close()
    camera.close()
    assert opened[0].calls == ["start", "stop", "close"]
    with pytest.raises(CameraError):
        camera.read()


def test_a_camera_that_doesn_t_start_is_closed_again() -> None:
    failing.append(RuntimeError("Camera __init__ sequence did not complete."))
    with pytest.raises(CameraError, match=r"doesn't start \(Camera __init__ sequence did not complete\.\)"):
        PiCamera(CONFIG)
    assert opened[0].calls == ["start", "stop", "close"]


def test_without_picamera2_the_mend_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(CameraError, match="sudo apt install python3-picamera2"):
        PiCamera(CONFIG)
