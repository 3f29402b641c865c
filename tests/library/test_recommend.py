"""Recommendations of songs for a mood."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.errors import LibraryError
from edge.library.recommend import SONGS_PER_ARTIST_MAX, pick_songs, recommend
from edge.library.store import Store
from edge.songs import Placed
from tests.library.fixtures import WriteTable
from tests.library.test_placement import song


def placed(count: int) -> list[Placed]:
    return [Placed(song(n, 0.9, 0.8), "happy", n / count, "quadrant") for n in range(count)]


def test_a_seed_picks_the_same_songs_again_and_another_seed_others() -> None:
    songs = placed(200)
    first = pick_songs(songs, 10, seed=1)
    assert first == pick_songs(songs, 10, seed=1)
    assert len(first) == 10 and len({one.uri for one in first}) == 10
    assert {one.uri for one in first} != {one.uri for one in pick_songs(songs, 10, seed=2)}
    assert all(one.link == f"https://open.spotify.com/track/{one.uri.split(':')[-1]}" for one in first)


def test_typical_songs_are_picked_more_often() -> None:
    songs = placed(100)
    near = sum(int(one.uri.split(":")[-1]) < 20 for seed in range(50) for one in pick_songs(songs, 10, seed=seed))
    assert near > 250


def test_a_song_under_two_addresses_is_picked_once_and_an_artist_twice_at_most() -> None:
    twins = [
        Placed(song(n, 0.9, 0.8, artist="Queen", title="One" if n < 5 else f"Other {n}"), "happy", 0.0, "quadrant")
        for n in range(12)
    ]
    others = [Placed(song(100 + n, 0.9, 0.8), "happy", 0.0, "quadrant") for n in range(10)]
    for seed in range(10):
        found = pick_songs(twins + others, 12, seed=seed)
        assert sum(one.artist == "Queen" for one in found) <= SONGS_PER_ARTIST_MAX
        assert len(pick_songs(twins, 99, seed=seed)) == 8


@given(st.integers(-1, 30), st.integers(0, 20))
def test_no_more_songs_are_picked_than_there_are(n: int, count: int) -> None:
    found = pick_songs(placed(count), n, seed=0)
    assert len(found) == min(max(n, 0), count) == len({one.uri for one in found})


def test_recommendations_from_the_library_stay_the_same_all_day(happy_library: Path) -> None:
    found = recommend("happy", 10, path=happy_library)
    assert found == recommend("happy", 10, path=happy_library) and len(found) == 10
    assert recommend("happy", 10, path=happy_library, seed=1) != recommend("happy", 10, path=happy_library, seed=2)
    assert recommend("sad", 10, path=happy_library) == [] == recommend("absent", 10, path=happy_library)
    assert recommend("happy", 3, path=happy_library)[0].mood == "happy"


def test_recommendations_from_a_table_need_no_library(table: WriteTable, tmp_path: Path) -> None:
    found = recommend("happy", 5, table=table(), path=tmp_path / "none.db")
    assert len(found) == 5 and not (tmp_path / "none.db").exists()
    assert all(one.valence is not None and one.valence > 0.8 for one in found)
    assert all(one.link and one.link.startswith("https://open.spotify.com/track/") for one in found)


def test_a_moved_song_is_recommended_for_its_new_mood(table: WriteTable, tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    happy = recommend("happy", 999, table=table(), path=path)
    with Store(path) as store:
        store.move(happy[0].uri, "fear")
    assert happy[0].uri in {one.uri for one in recommend("fear", 999, table=table(), path=path)}
    assert happy[0].uri not in {one.uri for one in recommend("happy", 999, table=table(), path=path)}


def test_nothing_sorted_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="library sync"):
        recommend("happy", 5, path=tmp_path / "none.db")
