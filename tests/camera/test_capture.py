"""The capture thread's turns: when the camera is open, rests, and what it is told."""

from __future__ import annotations

import numpy as np
import pytest

from edge.camera.capture import Capture
from edge.camera.source import Camera
from edge.config import CameraConfig
from edge.errors import CameraError
from edge.players import driver as stations
from edge.system.threads import Latest
from edge.values import Frame, FrameRequest


class Fake:
    """A camera that notes what happens to it."""

    name = "fake"

    def __init__(self) -> None:
        self.did: list[object] = []
        self.broken = False

    def read(self) -> Frame:
        self.did.append("read")
        if self.broken:
            raise CameraError("camera: it broke")
        return Frame(0, 0.0, np.zeros((4, 4), np.uint8))

    def want(self, wanted: FrameRequest) -> None:
        self.did.append(wanted)

    def rest(self) -> None:
        self.did.append("rest")

    def close(self) -> None:
        self.did.append("close")


class Room:
    """The capture's surroundings, which a test changes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cameras: list[Fake] = []
        self.on, self.resting, self.wanted = True, False, FrameRequest()
        self.capture = Capture(
            CameraConfig(),
            Latest(),
            loop=False,
            on=lambda: self.on,
            seen=lambda _: None,
            wanted=lambda: self.wanted,
            resting=lambda: self.resting,
        )
        # Its waits are for a thread; here each turn is called.
        self.capture.stopping.set()

        def opened(*_: object, **__: object) -> Camera:
            self.cameras.append(Fake())
            return self.cameras[-1]

        monkeypatch.setattr(stations, "open_camera", opened)


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


def test_a_camera_is_told_what_is_wanted_before_each_frame(room: Room) -> None:
    room.capture.turn()
    room.wanted = FrameRequest(calm=True, detail=True)
    room.capture.turn()
    assert room.cameras[0].did == [FrameRequest(), "read", FrameRequest(calm=True, detail=True), "read"]


def test_off_closes_the_camera_and_quiet_hours_only_stop_its_sensor(room: Room) -> None:
    room.capture.turn()
    room.resting = True
    room.capture.turn()
    room.resting = False
    room.capture.turn()
    assert room.cameras[0].did == [FrameRequest(), "read", "rest", FrameRequest(), "read"]
    room.on = False
    room.capture.turn()
    assert room.cameras[0].did[-1] == "close"
    room.on = True
    room.capture.turn()
    assert len(room.cameras) == 2


def test_quiet_hours_open_no_camera(room: Room) -> None:
    room.resting = True
    room.capture.turn()
    assert room.cameras == []


def test_off_counts_more_than_quiet_hours(room: Room) -> None:
    room.capture.turn()
    room.on, room.resting = False, True
    room.capture.turn()
    assert room.cameras[0].did[-1] == "close"


def test_a_camera_that_fails_is_closed_and_opened_anew(room: Room) -> None:
    room.capture.turn()
    room.cameras[0].broken = True
    with pytest.raises(CameraError):
        room.capture.turn()
    room.capture.turn()
    assert room.cameras[0].did[-1] == "close" and room.cameras[1].did == [FrameRequest(), "read"]
