"""Turns of the capture thread: when the camera is open, at rest or closed, and what is requested of it."""

from __future__ import annotations

import numpy as np
import pytest

from edge.camera import capture as module
from edge.camera.capture import Capture
from edge.camera.source import Camera
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.system.threads import Latest
from edge.values import Frame, FrameRequest


class FakeCamera:
    """A camera that records the calls."""

    name = "fake"

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.broken = False

    def read(self) -> Frame:
        self.calls.append("read")
        if self.broken:
            raise CameraError("camera: it broke")
        return Frame(0, 0.0, np.zeros((4, 4), np.uint8))

    def adapt(self, request: FrameRequest) -> None:
        self.calls.append(request)

    def rest(self) -> None:
        self.calls.append("rest")

    def close(self) -> None:
        self.calls.append("close")


class Room:
    """What the capture depends on, set by a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cameras: list[FakeCamera] = []
        self.on, self.resting, self.request = True, False, FrameRequest()
        self.capture = Capture(
            CameraConfig(),
            Latest(),
            loop=False,
            is_on=lambda: self.on,
            on_frame=lambda _: None,
            request=lambda: self.request,
            is_resting=lambda: self.resting,
        )
        # So that a turn doesn't wait.
        self.capture.stopping.set()

        def opened(*_: object, **__: object) -> Camera:
            self.cameras.append(FakeCamera())
            return self.cameras[-1]

        monkeypatch.setattr(module, "open_camera", opened)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


def test_the_request_is_passed_on_before_each_frame(room: Room) -> None:
    room.capture.turn()
    room.request = FrameRequest(calm=True, detail=True)
    room.capture.turn()
    assert room.cameras[0].calls == [FrameRequest(), "read", FrameRequest(calm=True, detail=True), "read"]


def test_off_closes_the_camera_and_quiet_hours_only_stop_its_sensor(room: Room) -> None:
    room.capture.turn()
    room.resting = True
    room.capture.turn()
    room.resting = False
    room.capture.turn()
    assert room.cameras[0].calls == [FrameRequest(), "read", "rest", FrameRequest(), "read"]
    room.on = False
    room.capture.turn()
    assert room.cameras[0].calls[-1] == "close"
    room.on = True
    room.capture.turn()
    assert len(room.cameras) == 2


def test_quiet_hours_open_no_camera(room: Room) -> None:
    room.resting = True
    room.capture.turn()
    assert room.cameras == []


def test_off_overrides_quiet_hours(room: Room) -> None:
    room.capture.turn()
    room.on, room.resting = False, True
    room.capture.turn()
    assert room.cameras[0].calls[-1] == "close"


def test_a_camera_that_fails_is_closed_and_opened_again(room: Room) -> None:
    room.capture.turn()
    room.cameras[0].broken = True
    with pytest.raises(CameraError):
        room.capture.turn()
    room.capture.turn()
    assert room.cameras[0].calls[-1] == "close" and room.cameras[1].calls == [FrameRequest(), "read"]


@pytest.mark.parametrize(("source", "faults"), [("0", True), ("film.mp4", False)], ids=["a camera", "a film"])
def test_a_frozen_camera_is_a_fault_and_a_film_that_stands_still_is_none(
    source: str, faults: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = np.random.default_rng(1).integers(0, 255, (48, 64), np.uint8)
    times = iter(range(60))

    class Still(FakeCamera):
        def read(self) -> Frame:
            at = next(times)
            return Frame(at, float(at), picture)

    monkeypatch.setattr(module, "open_camera", lambda *_, **__: Still())
    frames: list[Frame] = []
    room = Capture(
        CameraConfig(source=source),
        Latest(),
        loop=False,
        is_on=lambda: True,
        on_frame=lambda frame: frames.append(frame) if frame else None,
    )
    for _ in range(40):
        room.turn()
    assert [bool(frame.fault) for frame in frames[:20]] == [False] * 20
    assert bool(frames[31].fault) is faults and len({frame.fault for frame in frames}) == 1 + faults
