"""A song that is said to play and stands still at its beginning."""

from __future__ import annotations

from edge.players.mpd.stall_watch import SKIPS_MAX, StallWatch


def heard() -> StallWatch:
    """A watch that has seen song 1 play."""
    watch = StallWatch()
    for second in range(3):
        assert not watch.look(second, "1", float(second), station=False)
    return watch


def test_a_song_that_stands_still_at_its_beginning_is_skipped_after_ten_seconds() -> None:
    watch = heard()
    assert [second for second in range(3, 20) if watch.look(second, "2", 0.0, station=False)] == [13]
    assert watch.waiting and not watch.has_played("2")


def test_mopidy_names_the_song_before_the_one_that_does_not_play() -> None:
    watch = heard()
    assert [second for second in range(3, 20) if watch.look(second, "1", 0.0, station=False)] == [13]
    assert watch.has_played("1")


def test_a_station_has_longer() -> None:
    watch = heard()
    assert [second for second in range(3, 50) if watch.look(second, "2", 0.0, station=True)] == [33]


def test_songs_that_move_pause_or_tell_no_position_are_left_alone() -> None:
    watch = heard()
    assert not any(watch.look(second, "2", second / 10, station=False) for second in range(3, 60))
    assert not any(watch.look(second, None, 0.0, station=False) for second in range(60, 90))
    assert not any(watch.look(second, "3", 25.0, station=False) for second in range(90, 120)), "only buffering"
    silent = StallWatch()
    assert not any(silent.look(second, "1", 0.0, station=False) for second in range(60)), "it never tells any"


def test_songs_are_not_skipped_for_ever() -> None:
    watch = heard()
    told = [second for second in range(3, 100) if watch.look(second, f"{second // 20}", 0.0, station=False)]
    assert len(told) == SKIPS_MAX + 1 and watch.hopeless
    assert not watch.look(100, "9", 0.0, station=False) and not watch.look(101, "9", 1.0, station=False)
    assert not watch.hopeless, "it plays again"
