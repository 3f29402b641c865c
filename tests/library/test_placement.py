"""Sorting without scikit-learn: the plane, the silhouette, the report, the choice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_score

from edge.circumplex import CIRCUMPLEX
from edge.library.placement import PLANE, SONGS_PER_ARTIST, arrange, points_of, quadrant, recommend, report, silhouette
from edge.songs import SONG_MOODS, Features, Placed, Song


def song(n: int, valence: float | None, energy: float | None, *, artist: str = "", title: str = "") -> Song:
    return Song(f"spotify:track:{n}", title or f"Song {n}", artist or f"Artist {n}", features=Features(valence, energy))


def test_each_mood_s_own_place_is_that_mood() -> None:
    assert quadrant(PLANE).tolist() == list(range(7))
    assert PLANE[SONG_MOODS.index("happy")] == pytest.approx([(CIRCUMPLEX["happy"][0] + 1) / 2, 0.755])


@pytest.mark.parametrize(
    ("valence", "energy", "mood"),
    [(0.95, 0.8, "happy"), (0.1, 0.2, "sad"), (0.5, 0.5, "neutral"), (0.3, 0.85, "angry"), (0.65, 0.95, "surprise")],
)
def test_the_nearest_mood_in_the_plane_counts(valence: float, energy: float, mood: str) -> None:
    assert SONG_MOODS[quadrant(np.array([[valence, energy]]))[0]] == mood


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 3)), min_size=3, max_size=40))
def test_the_silhouette_is_scikit_learn_s(rows: list[tuple[float, float, int]]) -> None:
    points = np.array([row[:2] for row in rows])
    labels = np.array([row[2] for row in rows])
    found = silhouette(points, labels)
    if not 2 <= len(set(labels.tolist())) < len(rows):
        assert found is None or len(set(labels.tolist())) == len(rows)
        return
    # Its own distances aren't exact where points lie very close together.
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert found == pytest.approx(float(silhouette_score(apart, labels, metric="precomputed")), abs=1e-6)


def test_a_large_table_s_silhouette_is_estimated_alike_for_one_seed() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 7, 1500)
    points = PLANE[labels] + rng.normal(0, 0.01, (1500, 2))
    found = silhouette(points, labels, sample=500)
    assert found == silhouette(points, labels, sample=500)
    assert found == pytest.approx(silhouette(points, labels, sample=1500), abs=0.03)


def test_what_the_listener_moved_stays_moved_and_what_has_no_place_is_told() -> None:
    songs = [song(1, 0.9, 0.8), song(2, 0.1, 0.2), song(3, None, 0.5), song(4, None, None)]
    moods = {"spotify:track:1": "happy", "spotify:track:2": "sad"}
    found = arrange(songs, moods, method="quadrant", moved={"spotify:track:1": "sad", "spotify:track:4": "fear"})
    assert {one.song.uri[-1]: (one.mood, one.by) for one in found.placed} == {
        "1": ("sad", "moved"), "2": ("sad", "quadrant"), "4": ("fear", "moved"),
    }  # fmt: skip
    assert [one.uri[-1] for one in found.unplaced] == ["3"]
    told = report(found)
    assert (told["songs"], told["placed"], told["coverage"], told["moved"]) == (4, 3, 0.75, 2)
    assert told["moods"]["sad"]["count"] == 2 and told["moods"]["happy"]["count"] == 0
    assert {one["uri"]: one["mood"] for one in told["tracks"]}["spotify:track:4"] == "fear"


def test_the_most_typical_song_is_the_one_in_the_middle() -> None:
    songs = [song(n, 0.6 + 0.1 * n, 0.8) for n in range(4)] + [song(9, 0.75, 0.8)]
    found = arrange(songs, {one.uri: "happy" for one in songs}, method="quadrant", moved={})
    assert found.of("happy")[0].song.uri == "spotify:track:9"
    assert report(found)["moods"]["happy"]["typical"][0]["uri"] == "spotify:track:9"
    assert found.silhouette is None


def test_points_that_aren_t_known_are_nan() -> None:
    points = points_of([song(1, 0.25, None), Song("mpd:x")])
    assert points.shape == (2, 2) and points[0, 0] == 0.25 and np.isnan(points[[0, 1, 1], [1, 0, 1]]).all()
    assert points_of([]).shape == (0, 2)


def placed(count: int) -> list[Placed]:
    return [Placed(song(n, 0.9, 0.8), "happy", n / count, "quadrant") for n in range(count)]


def test_recommendations_are_the_same_for_a_seed_and_others_for_another() -> None:
    songs = placed(200)
    first = recommend(songs, 10, seed=1)
    assert first == recommend(songs, 10, seed=1)
    assert len(first) == 10 and len({one.uri for one in first}) == 10
    assert {one.uri for one in first} != {one.uri for one in recommend(songs, 10, seed=2)}
    assert all(one.link == f"https://open.spotify.com/track/{one.uri.split(':')[-1]}" for one in first)


def test_typical_songs_come_more_often() -> None:
    songs = placed(100)
    near = sum(int(one.uri.split(":")[-1]) < 20 for seed in range(50) for one in recommend(songs, 10, seed=seed))
    assert near > 250


def test_one_song_under_two_addresses_comes_once_and_an_artist_twice_at_most() -> None:
    twins = [
        Placed(song(n, 0.9, 0.8, artist="Queen", title="One" if n < 5 else f"Other {n}"), "happy", 0.0, "quadrant")
        for n in range(12)
    ]
    others = [Placed(song(100 + n, 0.9, 0.8), "happy", 0.0, "quadrant") for n in range(10)]
    for seed in range(10):
        found = recommend(twins + others, 12, seed=seed)
        assert sum(one.artist == "Queen" for one in found) <= SONGS_PER_ARTIST
        assert len(recommend(twins, 99, seed=seed)) == 8


@given(st.integers(-1, 30), st.integers(0, 20))
def test_no_more_songs_come_than_there_are(n: int, count: int) -> None:
    found = recommend(placed(count), n, seed=0)
    assert len(found) == min(max(n, 0), count) == len({one.uri for one in found})
