"""Presence, and how long the room has been empty."""

from __future__ import annotations

from edge.music.presence import Presence


def test_the_room_is_empty_from_when_the_last_person_left() -> None:
    presence = Presence()
    assert presence.empty_for(100) == 0 and not presence.is_empty_for(100, 10)
    presence.update(100, False)
    presence.update(105, False)
    assert presence.empty_for(110) == 10
    assert presence.is_empty_for(110, 10) and not presence.is_empty_for(109, 10)
    assert not presence.is_empty_for(10_000, None), "null is never"
    presence.update(120, True)
    assert presence.empty_for(130) == 0


def test_the_room_is_not_empty_while_the_camera_is_off() -> None:
    presence = Presence()
    presence.update(0, False)
    presence.update(50, None)
    assert presence.empty_for(1000) == 0
    presence.update(1000, False)
    assert presence.empty_for(1010) == 10


def test_a_person_who_acts_restarts_the_empty_time() -> None:
    presence = Presence()
    presence.person_acted(0)
    assert presence.empty_for(10) == 0
    presence.update(10, False)
    presence.person_acted(60)
    assert presence.empty_for(70) == 10


def test_how_long_the_pause_has_lasted() -> None:
    presence = Presence()
    assert not presence.paused_longer_than(100, 10)
    presence.paused_at = 100
    assert not presence.paused_longer_than(110, 10) and presence.paused_longer_than(111, 10)
