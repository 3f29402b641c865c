"""Where people were last seen, and what moves there."""

from __future__ import annotations

import cv2
import numpy as np

from edge.values import Box, Grey
from edge.vision.last_places import LastPlaces
from edge.vision.tracks import Track

HERE, THERE = Box(280, 190, 80, 80), Box(60, 190, 80, 80)


def face(number: int, box: Box = HERE, at: float = 0.0) -> Track:
    return Track(number, box, 0.0, at)


def picture(back: float | None = 320.0, curtain: float = 0.0) -> Grey:
    """A room with a chair, a curtain at the right edge, and the back of a head at x."""
    grey = np.full((480, 640), 140, np.uint8)
    grey[60:160, 200:280] = 90
    grey[240:, 260:380] = 105
    for stripe in range(0, 80, 10):
        grey[:400, 560 + stripe + round(curtain) : 565 + stripe + round(curtain)] = 180
    if back is not None:
        cv2.ellipse(grey, (round(back), 340), (90, 90), 0, 0, 360, 70, -1)
        cv2.ellipse(grey, (round(back), 220), (45, 55), 0, 0, 360, 40, -1)
    return grey


def turned_away(box: Box = HERE) -> LastPlaces:
    places = LastPlaces()
    places.look([face(1, box)])
    places.look([])
    return places


def test_the_back_of_a_head_that_moves_is_a_sign_of_life() -> None:
    places = turned_away()
    for step in range(40):
        places.watch(step / 2, picture(320 + 6 * (step // 6 % 2)))
    assert places.moved_at == 18.0


def test_what_moves_too_slowly_to_be_seen_adds_up() -> None:
    places, signs = turned_away(), set()
    for step in range(60):
        places.watch(step / 2, picture(320 + step / 4))
        signs.add(places.moved_at)
    assert len(signs) >= 6


def test_an_empty_chair_and_a_curtain_elsewhere_are_none() -> None:
    places = turned_away()
    places.watch(0.0, picture(320))
    places.watch(0.5, picture(330))
    for step in range(2, 60):
        places.watch(step / 2, picture(None, curtain=4 * np.sin(step)))
    assert places.moved_at == 1.0, "the moment in which the person left"


def test_somebody_who_walks_out_leaves_the_place_behind() -> None:
    places = turned_away()
    for step in range(5):
        places.watch(step * 0.4, picture(320 + 80 * step))
    assert places.boxes[0].x < HERE.x + HERE.w
    left = places.moved_at
    for step in range(5, 60):
        places.watch(step * 0.4, picture(None, curtain=4 * np.sin(step)))
    assert places.moved_at is not None and left is not None and places.moved_at <= left + 0.8


def test_a_place_follows_somebody_who_leans_over_slowly() -> None:
    places = turned_away()
    for step in range(120):
        places.watch(step / 2, picture(320 + step))
    assert places.moved_at is not None and places.moved_at > 58
    assert 60 < places.boxes[0].x - HERE.x < 140


def test_a_camera_that_was_pushed_is_no_sign_of_life() -> None:
    places = turned_away()
    textured = np.random.default_rng(1).integers(40, 220, (12, 16)).astype(np.uint8)
    room = cv2.resize(textured, (640, 480), interpolation=cv2.INTER_NEAREST)
    for step in range(20):
        places.watch(step / 2, np.roll(room, 2 * step, axis=1))
    assert places.moved_at is None


def shelf(grey: Grey, step: int) -> Grey:
    """The picture of a camera that a loudspeaker on its shelf moves by fractions of a pixel, with noise."""
    random = np.random.default_rng(step)
    across, down = random.normal(0, 0.7, 2)
    moved = cv2.warpAffine(grey, np.array([[1, 0, across], [0, 1, down]]), (640, 480), borderMode=cv2.BORDER_REPLICATE)
    return np.clip(moved + random.normal(0, 1.5, moved.shape), 0, 255).astype(np.uint8)


def test_a_camera_that_trembles_with_the_music_is_no_sign_of_life_and_hides_none() -> None:
    """On the wall there are shelves and pictures."""
    for back, alive in ((None, False), (320.0, True)):
        places, signs = turned_away(), []
        for step in range(28):
            grey = picture(None if back is None else back + 3 * np.sin(step))
            for board in range(60, 400, 40):
                cv2.rectangle(grey, (20, board), (180, board + 22), 60 + board // 3, -1)
                cv2.rectangle(grey, (440, board), (540, board + 22), 200 - board // 3, -1)
            places.watch(step / 2, shelf(grey, step))
            signs.append(places.moved_at)
        last = signs[-1]
        assert (last is not None and last >= 12.0) if alive else last is None


def test_there_are_as_many_places_as_people_who_were_seen_at_once() -> None:
    places = LastPlaces()
    places.look([face(1, THERE)])
    places.look([face(2, HERE)])
    assert places.boxes == [], "somebody who walked over, under a new number"
    places.look([])
    assert places.boxes == [HERE]
    places.look([face(3, THERE), face(4, HERE)])
    places.look([face(3, THERE)])
    assert places.boxes == [HERE]
    places.look([])
    assert places.boxes == [HERE, THERE]
    places.look([face(5, Box(290, 200, 80, 80))])
    assert places.boxes == [THERE], "the other one turned back"


def test_nothing_is_watched_while_somebody_is_in_view_or_nobody_was() -> None:
    places = LastPlaces()
    for step in range(10):
        places.watch(step / 2, picture(320 + 10 * step))
    places.look([face(1, HERE), face(2, THERE)])
    places.look([face(1, HERE)])
    for step in range(10):
        places.watch(step / 2, picture(100 + 10 * step))
    assert places.moved_at is None and places.boxes == [THERE]
    places.clear()
    assert places.boxes == []


def test_what_moves_on_a_television_is_no_sign_of_life() -> None:
    alone, beside = turned_away(), turned_away()
    for step in range(40):
        grey = picture(320 + 6 * (step // 6 % 2))
        alone.watch(step / 2, grey, [Box(170, 100, 300, 380)])
        beside.watch(step / 2, grey, [Box(500, 100, 120, 80)])
    assert alone.moved_at is None
    assert beside.moved_at == 18.0


def test_a_place_that_followed_a_film_out_of_the_screen_is_forgotten() -> None:
    places, screen = turned_away(), Box(260, 180, 130, 110)
    for step in range(40):
        places.watch(step / 2, picture(320 + 90 * (step % 2)))
    (box,) = places.boxes
    assert box.overlap(HERE) < 0.7
    assert places.forget(lambda face: face.overlap(screen) > 0.4)
    assert not places.boxes
