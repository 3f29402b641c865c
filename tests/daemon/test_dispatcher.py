"""An outlet that raises costs that outlet that event, and nothing else."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any, cast

import pytest

from edge.daemon.dispatcher import Dispatcher
from edge.events import Event, PresenceChanged, SettingsReported


class Broken:
    """An outlet that can't take anything."""

    def __call__(self, event: Event) -> None:
        "\ud83d".encode()


def dispatcher(*outlets: Any) -> Dispatcher:
    made = Dispatcher(*(cast("Any", SimpleNamespace()) for _ in range(3)), wish=lambda _: None)
    made.outlets += outlets
    return made


def test_an_outlet_that_raises_stops_neither_the_others_nor_the_device(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Event] = []
    published = [PresenceChanged(float(n), n % 2 == 0) for n in range(5)]
    with caplog.at_level(logging.INFO):
        dispatcher(Broken(), heard.append).publish(published)
    assert heard == published
    assert [record.getMessage().split(":")[:3] for record in caplog.records] == [
        ["Broken", " left out an event", " UnicodeEncodeError"]
    ], "once for each kind"


def test_a_reader_that_has_gone_still_ends_the_program() -> None:
    def gone(_: Event) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        dispatcher(gone).publish([PresenceChanged(0.0, True)])


@pytest.mark.parametrize(
    ("looks", "last_frame", "has_camera", "camera", "looking"),
    [
        (True, 99.0, True, ("ON", True), "ON"),
        (True, None, True, ("ON", True), "OFF"),
        (True, 90.0, True, ("ON", False), "OFF"),
        (False, 99.0, True, ("ON", True), "OFF"),
        (True, 99.0, False, ("ON", True), "OFF"),
        (False, 99.0, True, ("OFF", False), "OFF"),
        (False, 99.0, True, ("OFF", True), "ON"),
        (False, 99.0, False, ("OFF", True), "OFF"),
    ],
    ids=["frames arrive", "not yet", "unplugged", "resting", "a film", "closed", "still open", "a film, off"],
)
def test_the_device_tells_whether_a_camera_looks(
    looks: bool, last_frame: float | None, has_camera: bool, camera: tuple[str, bool], looking: str
) -> None:
    heard: list[Event] = []
    switch, is_open = camera
    room = SimpleNamespace(looking=looks, camera_on=switch == "ON", settings=lambda: {"camera": switch})
    health = SimpleNamespace(last_frame=last_frame)
    made = Dispatcher(room, health, SimpleNamespace(), wish=lambda _: None)
    made.outlets.append(heard.append)
    made.has_camera = has_camera
    made.camera_open = lambda: is_open
    made.publish_settings(100.0)
    assert heard == [SettingsReported(100.0, {"camera": switch, "looking": looking})]
