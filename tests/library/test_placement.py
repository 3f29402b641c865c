"""Sorting without scikit-learn: the nearest mood, the silhouette, the report."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import silhouette_score

from edge.circumplex import CIRCUMPLEX
from edge.library.placement import MOOD_POINTS, build_sorting, nearest_moods, points_of, report, silhouette
from edge.songs import SONG_MOODS, Features, Song


def song(n: int, valence: float | None, energy: float | None, *, artist: str = "", title: str = "") -> Song:
    return Song(f"spotify:track:{n}", title or f"Song {n}", artist or f"Artist {n}", features=Features(valence, energy))


def test_the_point_of_each_mood_is_nearest_to_that_mood() -> None:
    assert nearest_moods(MOOD_POINTS).tolist() == list(range(7))
    assert MOOD_POINTS[SONG_MOODS.index("happy")] == pytest.approx([(CIRCUMPLEX["happy"][0] + 1) / 2, 0.755])


@pytest.mark.parametrize(
    ("valence", "energy", "mood"),
    [(0.95, 0.8, "happy"), (0.1, 0.2, "sad"), (0.5, 0.5, "neutral"), (0.3, 0.85, "angry"), (0.65, 0.95, "surprise")],
)
def test_points_get_the_nearest_mood(valence: float, energy: float, mood: str) -> None:
    assert SONG_MOODS[nearest_moods(np.array([[valence, energy]]))[0]] == mood


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), st.integers(0, 3)), min_size=3, max_size=40))
def test_the_silhouette_equals_scikit_learns(rows: list[tuple[float, float, int]]) -> None:
    points = np.array([row[:2] for row in rows])
    labels = np.array([row[2] for row in rows])
    found = silhouette(points, labels)
    if not 2 <= len(set(labels.tolist())) < len(rows):
        assert found is None or len(set(labels.tolist())) == len(rows)
        return
    # scikit-learn's own distances aren't exact for points that lie very close together.
    apart = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))
    assert found == pytest.approx(float(silhouette_score(apart, labels, metric="precomputed")), abs=1e-6)


def test_the_estimated_silhouette_is_close_and_the_same_for_a_seed() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 7, 1500)
    points = MOOD_POINTS[labels] + rng.normal(0, 0.01, (1500, 2))
    found = silhouette(points, labels, sample=500)
    assert found == silhouette(points, labels, sample=500)
    assert found == pytest.approx(silhouette(points, labels, sample=1500), abs=0.03)


def test_moves_win_over_the_method_and_songs_without_features_are_unplaced() -> None:
    songs = [song(1, 0.9, 0.8), song(2, 0.1, 0.2), song(3, None, 0.5), song(4, None, None)]
    moods = {"spotify:track:1": "happy", "spotify:track:2": "sad"}
    found = build_sorting(songs, moods, method="quadrant", moved={"spotify:track:1": "sad", "spotify:track:4": "fear"})
    assert {one.song.uri[-1]: (one.mood, one.by) for one in found.placed} == {
        "1": ("sad", "moved"), "2": ("sad", "quadrant"), "4": ("fear", "moved"),
    }  # fmt: skip
    assert [one.uri[-1] for one in found.unplaced] == ["3"]
    data = report(found)
    assert (data["songs"], data["placed"], data["coverage"], data["moved"]) == (4, 3, 0.75, 2)
    assert data["moods"]["sad"]["count"] == 2 and data["moods"]["happy"]["count"] == 0
    assert {one["uri"]: one["mood"] for one in data["tracks"]}["spotify:track:4"] == "fear"


def test_the_song_nearest_to_the_centre_is_the_most_typical() -> None:
    songs = [song(n, 0.6 + 0.1 * n, 0.8) for n in range(4)] + [song(9, 0.75, 0.8)]
    found = build_sorting(songs, {one.uri: "happy" for one in songs}, method="quadrant", moved={})
    assert found.of("happy")[0].song.uri == "spotify:track:9"
    assert report(found)["moods"]["happy"]["typical"][0]["uri"] == "spotify:track:9"
    assert found.silhouette is None


def test_unknown_features_are_nan() -> None:
    points = points_of([song(1, 0.25, None), Song("mpd:x")])
    assert points.shape == (2, 2) and points[0, 0] == 0.25 and np.isnan(points[[0, 1, 1], [1, 0, 1]]).all()
    assert points_of([]).shape == (0, 2)
