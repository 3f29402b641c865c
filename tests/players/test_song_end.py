"""Music that waits for the end of a song, where the player itself can't wait."""

from __future__ import annotations

import pytest

from edge.players.song_end import CurrentSong, SongEnd, paused_position

WAITING = SongEnd("one", 100.0)


def song(
    key: str | None = "one", state: str = "playing", position: float | None = 50.0, lead: float = 1.0
) -> CurrentSong:
    return CurrentSong(key, state, position, 60.0, lead)


@pytest.mark.parametrize(
    ("now", "current", "what"),
    [
        (90.0, song(), "wait"),
        (99.5, song(position=59.5), "start"),
        (95.0, song(position=50.0, lead=12.0), "start"),
        (90.0, song(state="paused"), "wait"),
        (90.0, None, "drop"),
        # Stopped long before its end, and around it.
        (50.0, song(None, "idle"), "wait"),
        (99.0, song(None, "idle"), "start"),
        # Another song: chosen by a person, just begun by itself, or well on its way.
        (60.0, song("two", position=1.0), "drop"),
        (101.0, song("two", position=1.0), "start"),
        (120.0, song("two", position=20.0), "wait"),
        (101.0, song("two", position=None), "start"),
    ],
)
def test_what_to_do(now: float, current: CurrentSong | None, what: str) -> None:
    assert WAITING.judge(now, current)[0] == what


def test_the_end_of_the_next_song_is_waited_for_where_one_was_missed() -> None:
    assert WAITING.judge(120.0, song("two", position=20.0)) == ("wait", SongEnd("two", 160.0))


def test_a_song_has_an_end_while_it_plays_and_its_length_is_known() -> None:
    assert song().has_end and not song(state="paused").has_end and not song(None).has_end
    assert not CurrentSong("station", "playing", 5.0).has_end and song(position=None).ends(0.0) is None


@pytest.mark.parametrize(
    ("position", "duration", "told"), [(10.0, 60.0, 10.0), (59.0, 60.0, 57.5), (None, 60.0, None), (5.0, None, 5.0)]
)
def test_a_pause_is_told_before_the_songs_end(
    position: float | None, duration: float | None, told: float | None
) -> None:
    assert paused_position(position, duration) == told


def test_a_pause_that_the_server_ends_isnt_the_songs_end() -> None:
    what, waiting = WAITING.judge(90.0, song(state="paused"))
    assert what == "wait"
    assert waiting.judge(120.0, song(state="idle"))[0] == "wait"
    assert waiting.judge(121.0, song("two", position=1.0))[0] == "drop", "somebody chose it"
    assert waiting.judge(130.0, song(position=50.0)) == ("wait", SongEnd("one", 140.0)), "it goes on"
