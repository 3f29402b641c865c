"""Who counts: drawn faces at known places, without a detector."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

import scenes
from edge.values import Box, Grey
from edge.vision.liveness.registration import Reference, area_around
from edge.vision.liveness.subject import SAME_FACE_LIKENESS, SAME_LIKENESS, begin, was_cut
from edge.vision.liveness.verdict import Liveness
from edge.vision.motion import MotionGate
from edge.vision.tracks import Track

FACES = scenes.composites()
SIDE = 60
WALL = scenes.draw_room(np.random.default_rng(3)).astype(np.float32)
NOISE = [np.random.default_rng(seed).normal(0, 2, WALL.shape).astype(np.float32) for seed in range(16)]


def _frame(at: float, *faces: tuple[str, float, float], light: float = 1.0, screen: Grey | None = None) -> Grey:
    """The room with these faces: expression and centre. screen: what a television behind them shows."""
    picture = WALL.copy()
    if screen is not None:
        picture[120 : 120 + screen.shape[0], 170 : 170 + screen.shape[1]] = screen
    for name, x, y in faces:
        tile = cv2.resize(FACES[name][0], (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
        matrix = np.array([[1.0, 0, x - SIDE / 2], [0, 1.0, y - SIDE / 2]])
        cv2.warpAffine(tile, matrix, (640, 480), dst=picture, borderMode=cv2.BORDER_TRANSPARENT)
    return np.clip(picture * np.float32(light) + NOISE[int(at * 10) % len(NOISE)], 0, 255).astype(np.uint8)


def _track(number: int, x: float, y: float) -> Track:
    return Track(number, Box(x - 23, y - 28, 46, 58), 0.0, 0.0)


def test_a_picture_counts_never_whatever_the_light_does() -> None:
    liveness = Liveness()
    for second in range(120):
        light = 0.5 if 40 <= second < 60 else 1 + 0.08 * math.sin(second * 2.1)
        grey = _frame(second, ("happy", 300, 200), light=light)
        assert liveness.look(second, grey, [_track(1, 300, 200)]) == set()
        assert liveness.is_picture(1) == (second >= 8)
        assert liveness.pending == (second < 8)


def test_somebody_who_breathes_counts_within_seconds_and_then_goes_on_keeping_still() -> None:
    liveness = Liveness()
    counted = []
    for step in range(60):
        at = 0.4 * step
        y = 200 + 0.6 * math.sin(at * 1.5)
        counted.append(bool(liveness.look(at, _frame(at, ("happy", 300, y)), [_track(1, 300, 200)])))
    assert counted.index(True) <= 8
    assert all(counted[8:])
    for second in range(30, 600, 3):
        grey = _frame(second, ("happy", 300, 200))
        assert liveness.look(second, grey, [_track(1, 300, 200)]) == {1}, "ten minutes without the least movement"


def test_somebody_who_comes_in_counts_at_the_first_look() -> None:
    liveness = Liveness()
    before = _frame(0.0, ("happy", 280, 200))
    assert liveness.look(0.1, _frame(0.1, ("happy", 300, 200)), [_track(1, 300, 200)], before=before) == {1}


def test_a_picture_that_somebody_stood_before_is_still_a_picture() -> None:
    liveness = Liveness()
    for second in range(12):
        liveness.look(second, _frame(second, ("happy", 300, 200)), [_track(1, 300, 200)])
    # Somebody walks in front of it; the tracks take them for one face.
    for step in range(20):
        at, x = 12 + 0.2 * step, 420 - 6.0 * step
        alive = liveness.look(at, _frame(at, ("angry", x, 200)), [_track(2, x, 200)])
    assert alive == {2}
    for step in range(10):
        at = 16 + 0.4 * step
        alive = liveness.look(at, _frame(at, ("happy", 300, 200)), [_track(2, 300, 200)])
    assert alive == set()


def test_a_picture_that_is_like_whoever_stood_before_it_counts_for_a_minute_at_most() -> None:
    liveness = Liveness()
    for step in range(50):
        at = 0.4 * step
        grey = _frame(at, ("surprise", 300, 200 + 0.8 * math.sin(at * 1.5)))
        alive = liveness.look(at, grey, [_track(1, 300, 200)])
    assert alive == {1}
    area = area_around(_track(1, 300, 200).box)
    known = Reference(grey, area)
    one, other = (_frame(20, (name, 300, 200)) for name in ("surprise", "fear"))
    blended = (np.asarray(cv2.addWeighted(one, 1 - share / 20, other, share / 20, 0)) for share in range(21))
    picture = next(grey for grey in blended if known.compare(grey).likeness < SAME_LIKENESS)
    assert known.resembles(picture, area) >= SAME_FACE_LIKENESS
    for second in range(21, 90):
        alive = liveness.look(second, picture, [_track(1, 300, 200)])
    assert alive == set()


def test_a_slide_show_of_faces_never_moves() -> None:
    liveness = Liveness()
    random = np.random.default_rng(7)
    for second in range(60):
        if second % 4 == 0:
            texture = cv2.GaussianBlur(random.uniform(0, 255, (SIDE, SIDE)).astype(np.float32), (0, 0), 4)
            slide = np.clip(128 + 8 * (texture - texture.mean()), 0, 255)
        grey = _frame(second)
        grey[170:230, 270:330] = slide
        assert liveness.look(second, grey, [_track(1, 300, 200)]) == set()


def test_a_camera_that_is_moved_brings_no_picture_to_life() -> None:
    liveness = Liveness()
    for second in range(40):
        shift = 1.5 * math.sin(second)
        matrix = np.array([[1.0, 0, shift], [0, 1.0, 0.7 * shift]])
        grey = cv2.warpAffine(_frame(second, ("happy", 300, 200)), matrix, (640, 480), borderMode=cv2.BORDER_REPLICATE)
        assert liveness.look(second, np.asarray(grey, np.uint8), [_track(1, 300, 200)]) == set()


def test_somebody_before_a_television_counts_through_its_cuts_and_a_face_on_it_does_not() -> None:
    liveness, gate = Liveness(), MotionGate()
    random = np.random.default_rng(11)
    counted = []
    for step in range(100):
        at = 0.4 * step
        if step % 12 == 0:
            shot = cv2.resize(random.uniform(20, 220, (5, 9)).astype(np.float32), (330, 190))
            filmed = ("sad", "surprise", "angry")[step // 12 % 3]
        y = 200 + 0.6 * math.sin(at * 1.5)
        grey = _frame(at, ("happy", 300, y), (filmed, 420 + 2 * math.sin(at * 2.0), 200), screen=shot)
        gate.measure(grey, timestamp=at)
        liveness.watch(at, gate.fine, grey.shape)
        counted.append(liveness.look(at, grey, [_track(1, 300, 200), _track(2, 420, 200)]))
    assert all(1 in alive for alive in counted[24:])
    assert not any(2 in alive for alive in counted[24:])
    assert not liveness.is_on_screen(_track(1, 300, 200).box)
    assert liveness.is_on_screen(_track(2, 420, 200).box)


@pytest.mark.parametrize("push", [(22.0, -9.0, 0.0, 1.0), (2.0, 1.0, 1.5, 1.0), (0.0, 0.0, 0.0, 1.02)])
def test_a_camera_that_is_pushed_tilted_or_zooms_brings_no_picture_to_life(push: tuple[float, ...]) -> None:
    liveness = Liveness()
    across, down, turned, zoom = push
    matrix = cv2.getRotationMatrix2D((320, 240), turned, zoom)
    matrix[:, 2] += across, down
    x, y = (matrix @ (200.0, 160.0, 1.0)).tolist()
    before = None
    for step in range(60):
        at, moved = 0.4 * step, step % 40 >= 25
        grey = _frame(at, ("happy", 200, 160))
        if moved:
            grey = np.asarray(cv2.warpAffine(grey, matrix, (640, 480), borderMode=cv2.BORDER_REPLICATE), np.uint8)
        track = _track(1, x, y) if moved else _track(1, 200, 160)
        assert liveness.look(at, grey, [track], before=before) == set()
        before = grey
    # Somebody in the same picture moves otherwise than the camera does.
    alive = set()
    for step in range(60, 80):
        at = 0.4 * step
        grey = _frame(at, ("happy", 200, 160 + 1.2 * math.sin(at * 1.5)))
        if step % 2:
            grey = np.asarray(cv2.warpAffine(grey, matrix, (640, 480), borderMode=cv2.BORDER_REPLICATE), np.uint8)
        alive |= liveness.look(at, grey, [_track(1, x, y) if step % 2 else _track(1, 200, 160)])
    assert alive == {1}


def test_switched_off_every_face_counts() -> None:
    liveness = Liveness(enabled=False)
    assert liveness.look(0.0, _frame(0, ("happy", 300, 200)), [_track(1, 300, 200)]) == {1}
    assert not liveness.pending
    assert not liveness.is_picture(1)


def test_another_face_before_the_same_wall_is_no_cut() -> None:
    """A darker face makes the picture of the place darker, but not the wall behind."""
    known = begin(0.0, _frame(0), _track(1, 300, 200), None)
    dark = _frame(1).copy()
    dark[168:232, 270:330] = 30
    assert not was_cut(known, dark)
    assert not was_cut(known, _frame(1, light=0.5)), "the light went down"
    film = _frame(1).copy()
    film[140:260, 240:360] = np.tile(np.linspace(20, 230, 120), (120, 1))
    assert was_cut(known, film)
