"""Whether anybody is here."""

from __future__ import annotations

from edge.music.presence import Presence


def test_an_empty_room_is_timed_from_when_the_last_one_left() -> None:
    absence = Presence()
    assert absence.empty_for(100) == 0 and not absence.long(100, 10)
    absence.presence(100, False)
    absence.presence(105, False)
    assert absence.empty_for(110) == 10
    assert absence.long(110, 10) and not absence.long(109, 10)
    assert not absence.long(10_000, None), "null is never"
    absence.presence(120, True)
    assert absence.empty_for(130) == 0


def test_while_nobody_looks_nothing_is_timed() -> None:
    absence = Presence()
    absence.presence(0, False)
    absence.presence(50, None)
    assert absence.empty_for(1000) == 0
    absence.presence(1000, False)
    assert absence.empty_for(1010) == 10


def test_who_asks_for_something_is_somewhere() -> None:
    absence = Presence()
    absence.stirred(0)
    assert absence.empty_for(10) == 0
    absence.presence(10, False)
    absence.stirred(60)
    assert absence.empty_for(70) == 10


def test_a_pause_is_over_after_a_while() -> None:
    absence = Presence()
    assert not absence.over(100, 10)
    absence.paused = 100
    assert not absence.over(110, 10) and absence.over(111, 10)
