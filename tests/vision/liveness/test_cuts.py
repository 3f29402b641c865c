"""Cuts on a television, and what looks like one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import scenes
from edge.values import Box, Grey
from edge.vision.liveness.cuts import CutFinder
from edge.vision.motion import MotionGate

WALL = scenes.draw_room(np.random.default_rng(5))
LEFT, TOP, WIDE, HIGH = 300, 200, 150, 90


def _frames_with(first: np.ndarray, second: np.ndarray, light: float = 1.0) -> Box | None:
    """What is found between two frames, the second in other light."""
    random, gate, finder = np.random.default_rng(1), MotionGate(), CutFinder()
    found = None
    for index, picture in enumerate((first, second * light)):
        noisy = np.clip(picture + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
        gate.measure(noisy, timestamp=0.2 * index)
        found = finder.find(0.2 * index, gate.fine, noisy.shape)
    return found


def _shot(seed: int) -> np.ndarray:
    picture, tones = WALL.copy(), np.random.default_rng(seed).uniform(30, 210, (5, 8)).astype(np.float32)
    picture[TOP : TOP + HIGH, LEFT : LEFT + WIDE] = cv2.resize(tones, (WIDE, HIGH))
    return picture


def _person(x: int, y: int) -> np.ndarray:
    picture = WALL.copy()
    cv2.ellipse(picture, (x, y), (45, 60), 0, 0, 360, 190.0, -1)
    cv2.rectangle(picture, (x - 110, y + 75), (x + 110, 480), 40.0, -1)
    return picture


@pytest.mark.parametrize("light", [1.0, 0.6])
def test_a_cut_is_found_where_the_screen_is(light: float) -> None:
    found = _frames_with(_shot(1), _shot(2), light)
    assert found is not None
    assert found.overlap(Box(LEFT, TOP, WIDE, HIGH)) > 0.8


def test_people_and_the_light_make_no_cuts() -> None:
    assert _frames_with(WALL, _person(320, 200)) is None, "somebody comes in"
    assert _frames_with(_person(320, 200), _person(350, 205)) is None, "somebody moves"
    assert _frames_with(_shot(1), _shot(1), 0.5) is None, "the lamp"
    lit = _shot(1)
    lit[TOP : TOP + HIGH, LEFT : LEFT + WIDE] *= 0.6
    assert _frames_with(_shot(1), lit) is None, "the lamp of the room behind a door"
    head = WALL.copy()
    tile = cv2.resize(scenes.composites()["happy"][0], (130, 130)).astype(np.float32)
    oval = np.zeros((480, 640), np.float32)
    cv2.ellipse(oval, (320, 240), (58, 65), 0, 0, 360, 1.0, -1)
    head[175:305, 255:385] = np.where(oval[175:305, 255:385] > 0, tile, head[175:305, 255:385])
    assert _frames_with(WALL, head) is None, "a head"


def test_a_jump_of_the_camera_is_no_cut() -> None:
    moved: Grey = np.roll(_shot(1), 40, axis=1)
    assert _frames_with(_shot(1), moved) is None


def test_frames_far_apart_say_nothing() -> None:
    finder, cells = CutFinder(), [np.full((48, 64), 100, np.float32) for _ in range(2)]
    cells[1][10:20, 10:30] = np.random.default_rng(2).uniform(0, 255, (10, 20))
    assert finder.find(0.0, cells[0], (480, 640)) is None
    assert finder.find(60.0, cells[1], (480, 640)) is None
    finder.clear()
    assert finder.find(60.2, cells[0], (480, 640)) is None


def test_shots_that_look_alike_at_an_edge_are_a_cut_too() -> None:
    left, top, wide, high = 230, 130, 240, 150
    shots = []
    for seed in (1, 2):
        picture, tones = WALL.copy(), np.random.default_rng(seed).uniform(30, 210, (6, 9)).astype(np.float32)
        picture[top : top + high, left : left + wide] = cv2.resize(tones, (wide, high))
        shots.append(picture)
    before, after = shots
    alike = np.s_[top + high - 50 : top + high, left + wide - 20 : left + wide]
    after[alike] = before[alike]
    found = _frames_with(before, after)
    assert found is not None
    assert found.overlap(Box(left, top, wide, high)) > 0.7


def test_an_oval_that_is_replaced_is_no_cut() -> None:
    for wide, high in ((70, 70), (60, 100), (110, 80), (120, 60)):
        shot, oval = WALL.copy(), np.zeros((480, 640), np.uint8)
        cv2.ellipse(oval, (320, 240), (wide, high), 0, 0, 360, 1, -1)
        tones = cv2.resize(np.random.default_rng(3).uniform(30, 210, (12, 16)).astype(np.float32), (640, 480))
        shot[oval > 0] = tones[oval > 0]
        assert _frames_with(WALL, shot) is None, (wide, high)


def _cut_behind(face: np.ndarray | None, other: np.ndarray | None = None) -> bool | None:
    """What two shots on a screen say about what is drawn over them, the second time `other`."""
    random, gate, finder = np.random.default_rng(2), MotionGate(), CutFinder()
    box, shape = Box(345, 225, 50, 60), (480, 640)
    for index, seed in enumerate((1, 1, 2)):
        picture, drawn = _shot(seed), other if index == 2 and other is not None else face
        if drawn is not None:
            picture[225:285, 345:395] = cv2.resize(drawn, (50, 60))
        noisy = np.clip(picture + random.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
        gate.measure(noisy, timestamp=0.2 * index)
        finder.find(0.2 * index, gate.fine, shape)
        told = finder.is_before(Box(LEFT, TOP, WIDE, HIGH), box, shape)
        assert told is None or index == 2, "nothing was cut yet"
    return told


def test_whom_a_cut_leaves_as_they_were_is_before_the_screen() -> None:
    faces = scenes.composites()
    assert _cut_behind(faces["happy"][0]) is True
    assert _cut_behind(None) is False
    assert _cut_behind(faces["happy"][0], 255 - faces["sad"][0]) is False
