"""k-means with a mood for each cluster, and nearest neighbours."""

from __future__ import annotations

import csv
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

from edge.errors import ConfigError, LibraryError
from edge.library.clusters import assign_moods, kmeans
from edge.library.csv_table import read_table
from edge.library.placement import MOOD_POINTS
from edge.library.sort import sort_songs
from edge.songs import SONG_MOODS, Features, Song
from tests.library.fixtures import WriteTable


def truth(path: Path) -> dict[str, str]:
    with path.open(encoding="utf-8") as file:
        return {f"spotify:track:{row['track_id']}": row["truth"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("given", [None, 7])
def test_seven_known_clusters_get_their_moods_in_20_of_20_seeds(table: WriteTable, given: int | None) -> None:
    right = 0
    for seed in range(20):
        path = table(f"{seed}.csv", seed=seed)
        found = sort_songs(read_table(path), method="kmeans", clusters=given, seed=seed)
        known = truth(path)
        agree = np.mean([known[one.song.uri] == one.mood for one in found.placed])
        right += int(sorted(one.mood for one in found.clusters) == sorted(SONG_MOODS) and bool(agree > 0.97))
    assert right == 20


def test_moods_are_the_best_assignment_of_all() -> None:
    rng = np.random.default_rng(4)
    for count in (2, 3, 5, 7):
        centres = rng.uniform(0, 1, (count, 2))
        found = assign_moods(centres)
        assert len(set(found)) == count

        def cost(moods: tuple[int, ...], centres: np.ndarray = centres) -> float:
            return float(sum(np.hypot(*(centres[n] - MOOD_POINTS[mood])) for n, mood in enumerate(moods)))

        best = min(cost(moods) for moods in itertools.permutations(range(7), count))
        assert cost(tuple(found)) == pytest.approx(best)


def test_the_number_of_clear_groups_is_found() -> None:
    rng = np.random.default_rng(1)
    centres = np.array([[0.9, 0.8], [0.15, 0.3], [0.5, 0.5]])
    points = centres[rng.integers(0, 3, 300)] + rng.normal(0, 0.02, (300, 2))
    labels, clusters = kmeans(points, k=None, seed=0)
    assert {one.mood for one in clusters} == {"happy", "sad", "neutral"}
    assert sum(one.count for one in clusters) == 300 == len(labels)


def test_the_same_seed_sorts_alike(table: WriteTable) -> None:
    songs = read_table(table(spread=0.15))
    assert sort_songs(songs, method="kmeans", seed=3) == sort_songs(songs, method="kmeans", seed=3)


def test_too_few_songs_are_an_error() -> None:
    with pytest.raises(LibraryError, match="too few for 5 clusters"):
        kmeans(np.array([[0.1, 0.1], [0.1, 0.1], [0.2, 0.2]]), k=5, seed=0)
    with pytest.raises(LibraryError, match="too few"):
        kmeans(np.array([[0.1, 0.1], [0.1, 0.1]]), k=None, seed=0)
    labels, clusters = kmeans(np.array([[0.9, 0.8], [0.1, 0.2]]), k=None, seed=0)
    assert sorted(one.mood for one in clusters) == ["happy", "sad"] and len(labels) == 2


def similar_song(n: int) -> Song:
    """An acoustic or another song, all with about the same valence and energy, so that only labels tell them apart."""
    rng = np.random.default_rng(n)
    soft = n % 2 == 0
    features = Features(
        0.5 + rng.normal(0, 0.02), 0.5 + rng.normal(0, 0.02), 0.5, 100 if soft else 160,
        acousticness=0.9 if soft else 0.1,
    )  # fmt: skip
    return Song(f"spotify:track:{n}", f"Song {n}", features=features)


def test_neighbours_follow_the_songs_that_the_listener_moved() -> None:
    songs = [similar_song(n) for n in range(60)]
    moved = {f"spotify:track:{n}": "sad" if n % 2 == 0 else "angry" for n in range(8)}
    found = sort_songs(songs, method="knn", moved=moved)
    assert {one.mood for one in found.placed if int(one.song.uri.split(":")[-1]) % 2 == 0} == {"sad"}
    assert {one.mood for one in found.placed if int(one.song.uri.split(":")[-1]) % 2} == {"angry"}
    assert sum(one.by == "moved" for one in found.placed) == 8


def test_neighbours_use_the_moods_of_a_table_too(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,valence,energy,mood\na,0.9,0.8,fear\nb,0.1,0.2,surprise\nc,0.85,0.85,\nd,0.15,0.1,\n")
    found = sort_songs(read_table(path), method="knn")
    assert {one.song.uri[-1]: one.mood for one in found.placed} == {
        "a": "fear", "b": "surprise", "c": "fear", "d": "surprise",
    }  # fmt: skip


def test_neighbours_need_two_moods() -> None:
    with pytest.raises(LibraryError, match="at least two moods"):
        sort_songs([similar_song(n) for n in range(5)], method="knn", moved={"spotify:track:1": "sad"})


def test_nothing_to_sort_is_an_error() -> None:
    with pytest.raises(LibraryError, match="library sync"):
        sort_songs([])
    with pytest.raises(LibraryError, match="library features"):
        sort_songs([Song("mpd:x")])
    assert sort_songs([Song("mpd:x"), Song("mpd:y")], moved={"mpd:x": "sad"}).placed[0].mood == "sad"


@pytest.mark.parametrize("method", ["kmeans", "knn"])
def test_without_scikit_learn_the_error_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, table: WriteTable, method: str
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "sklearn"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    songs = read_table(table())
    with pytest.raises(ConfigError, match=r"pip install 'moodroom\[library\]'"):
        sort_songs(songs, method=method, moved={songs[0].uri: "sad", songs[1].uri: "happy"})
