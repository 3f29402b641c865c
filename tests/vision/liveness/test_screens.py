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
