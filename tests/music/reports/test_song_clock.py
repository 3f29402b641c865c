"""Positions that don't move while a song plays."""

from __future__ import annotations

from edge.music.reports.song_clock import SongClock


def test_a_position_that_moves_is_known() -> None:
    clock = SongClock()
    assert [clock.read(at, "s1", at - 10, playing=True) for at in (10, 40, 70)] == [0, 30, 60]


def test_a_position_that_stands_still_is_unknown_until_it_moves() -> None:
    clock = SongClock()
    assert clock.read(0, "s1", 0.0, playing=True) == 0
    assert clock.read(2, "s1", 0.0, playing=True) == 0, "too early to tell"
    assert clock.read(30, "s1", 0.0, playing=True) is None
    assert clock.read(60, "s2", 0.0, playing=True) is None, "the next song's neither"
    assert clock.read(90, "s2", 30.0, playing=True) == 30


def test_a_pause_stands_still_by_right() -> None:
    clock = SongClock()
    assert [clock.read(at, "s1", 50.0, playing=False) for at in (0, 30)] == [50, 50]
    assert clock.read(31, "s1", 50.0, playing=True) == 50
