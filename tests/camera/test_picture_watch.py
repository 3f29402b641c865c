"""Cameras that deliver frames which show nothing, or always the same."""

from __future__ import annotations

import functools
from collections.abc import Callable

import cv2
import numpy as np
import pytest

import scenes
from edge.camera.picture_watch import COVERED, FROZEN, PictureWatch
from edge.values import Frame, Grey

Picture = Callable[[float], Grey]
RANDOM = np.random.default_rng(1)
ROOM = next(iter(scenes.Scene("room", 1.0, noise=0.0).frames())).grey


def noisy(picture: np.ndarray, noise: float = 2.0) -> Picture:
    """The picture with other noise in each frame."""
    frames = [np.clip(picture + RANDOM.normal(0, noise, picture.shape), 0, 255).astype(np.uint8) for _ in range(3)]
    return lambda at: frames[int(at * 2) % 3]


def watch(
    picture: Picture, seconds: float, *, start: float = 0.0, fps: float = 2, eye: PictureWatch | None = None
) -> list[tuple[float, str]]:
    """When each message began."""
    eye = eye or PictureWatch()
    told = [("", start)]
    for seq in range(round(seconds * fps)):
        at = start + seq / fps
        fault = eye.fault(Frame(seq, at, picture(at)))
        if fault != told[-1][0]:
            told.append((fault, at))
    return [(at, fault) for fault, at in told[1:]]


def _same(picture: Grey, _: float) -> Grey:
    return picture


def dark(level: float, noise: float) -> Picture:
    return noisy(np.full((480, 640), level), noise)


def test_a_frozen_picture_is_told_within_30_s() -> None:
    ((at, fault),) = watch(lambda _: ROOM, 60)
    assert fault == FROZEN and 20 < at <= 30


def test_it_is_over_as_soon_as_the_picture_changes_by_one_bit() -> None:
    changed = ROOM.copy()
    changed[201, 303] ^= 1
    (_, first), (at, fault) = watch(lambda at: ROOM if at < 50 else changed, 60)
    assert (first, fault) == (FROZEN, "") and 50 <= at <= 51


@pytest.mark.parametrize("noise", [1.0, 12.0])
@pytest.mark.parametrize("level", [0.0, 40.0, 200.0], ids=["black", "dark", "bright"])
def test_a_covered_lens_is_told_within_30_s(level: float, noise: float) -> None:
    ((at, fault),) = watch(dark(level, noise), 40)
    assert fault == COVERED and 20 < at <= 30


def test_a_hand_that_glows_at_one_side_covers_the_lens_too() -> None:
    glow = np.linspace(5, 90, 640)[None, :] * np.ones((480, 1))
    assert [fault for _, fault in watch(noisy(glow), 40)] == [COVERED]


def test_a_black_frozen_picture_is_one_fault() -> None:
    assert [fault for _, fault in watch(lambda _: np.zeros((480, 640), np.uint8), 60)] == [COVERED]


def test_a_room_at_night_is_no_covered_lens() -> None:
    """A tenth of the light; and black but for the small light of a television."""
    small_light = np.full((480, 640), 3.0)
    cv2.circle(small_light, (500, 300), 4, 255.0, -1)
    for picture in (noisy(ROOM * 0.1), noisy(small_light)):
        assert watch(picture, 60) == []


def test_a_still_room_with_a_sensor_is_nothing() -> None:
    assert watch(noisy(ROOM, 0.4), 60) == []


def test_the_count_begins_anew_after_a_pause() -> None:
    eye = PictureWatch()
    assert watch(lambda _: ROOM, 20, eye=eye) == []
    assert watch(lambda _: ROOM, 20, start=7200, eye=eye) == []


def test_a_picture_of_any_size_can_be_watched() -> None:
    for shape in ((1, 1), (4, 4), (120, 160), (1080, 1920)):
        picture = np.full(shape, 9, np.uint8)
        assert [fault for _, fault in watch(functools.partial(_same, picture), 40)] == [COVERED]
