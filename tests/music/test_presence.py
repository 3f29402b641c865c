"""Whether anybody is here."""

from __future__ import annotations

from edge.music.presence import Presence


def test_an_empty_room_is_timed_from_when_the_last_one_left() -> None:
    presence = Presence()
    assert presence.empty_for(100) == 0 and not presence.is_empty_for(100, 10)
    presence.update(100, False)
    presence.update(105, False)
    assert presence.empty_for(110) == 10
    assert presence.is_empty_for(110, 10) and not presence.is_empty_for(109, 10)
    assert not presence.is_empty_for(10_000, None), "null is never"
    presence.update(120, True)
    assert presence.empty_for(130) == 0


def test_while_nobody_looks_nothing_is_timed() -> None:
    presence = Presence()
    presence.update(0, False)
    presence.update(50, None)
    assert presence.empty_for(1000) == 0
    presence.update(1000, False)
    assert presence.empty_for(1010) == 10


def test_who_asks_for_something_is_somewhere() -> None:
    presence = Presence()
    presence.person_acted(0)
    assert presence.empty_for(10) == 0
    presence.update(10, False)
    presence.person_acted(60)
    assert presence.empty_for(70) == 10


def test_a_pause_is_over_after_a_while() -> None:
    presence = Presence()
    assert not presence.paused_longer_than(100, 10)
    presence.paused_at = 100
    assert not presence.paused_longer_than(110, 10) and presence.paused_longer_than(111, 10)
