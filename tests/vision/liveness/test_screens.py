"""Where a television is, learned from its cuts."""

from __future__ import annotations

from edge.values import Box
from edge.vision.liveness.screens import Screens

AREA = Box(100, 100, 80, 80)
FACE = Box(120, 120, 40, 50)


def test_cuts_again_and_again_make_a_place_a_screen() -> None:
    screens = Screens()
    for second in (0, 5, 10):
        screens.add_cut(second, AREA)
    assert not screens.contains(11, FACE), "three are too few"
    screens.add_cut(24, AREA)
    assert screens.contains(25, FACE)
    assert not screens.contains(25, Box(300, 120, 40, 50)), "beside it"
    assert not screens.contains(2000, FACE), "long ago"
    screens.clear()
    assert not screens.contains(25, FACE)


def test_cuts_within_a_moment_are_one_event() -> None:
    screens = Screens()
    for tenth in range(40):
        screens.add_cut(tenth / 10, AREA)
    assert not screens.contains(5, FACE)


def test_a_rectangle_that_is_replaced_twice_is_a_screen() -> None:
    screens = Screens()
    screens.add_rectangle(0.0, AREA)
    screens.add_rectangle(0.4, AREA)
    assert screens.suspects(1.0, FACE)
    assert not screens.contains(1.0, FACE), "one event so far"
    assert not screens.suspects(20.0, FACE), "only for a while"
    screens.add_rectangle(5.0, Box(98, 101, 82, 80))
    assert screens.contains(300.0, FACE)
    assert not screens.contains(300.0, Box(160, 120, 60, 70)), "in front of it"
    assert not screens.contains(700.0, FACE), "switched off long ago"
    screens.add_rectangle(701.0, AREA)
    assert not screens.contains(702.0, FACE), "begins again"


def test_once_is_enough_if_the_face_is_replaced_too() -> None:
    screens = Screens()
    screens.add_rectangle(0.0, AREA)
    screens.face_replaced(4.0, FACE)
    assert not screens.contains(5.0, FACE), "too late to be by this cut"
    screens.add_rectangle(20.0, Box(300, 100, 80, 80))
    screens.face_replaced(20.6, Box(320, 120, 40, 50))
    assert screens.contains(21.0, Box(320, 120, 40, 50))
    assert not screens.contains(21.0, FACE)


def test_what_is_hardly_larger_than_a_face_is_no_screen() -> None:
    """A head that looks different from one frame to the next."""
    screens = Screens()
    for second in (0.0, 10.0, 20.0):
        screens.add_rectangle(second, Box(116, 115, 48, 60))
        screens.face_replaced(second + 0.5, FACE)
    assert not screens.suspects(21.0, FACE)
