"""Places songs in moods by valence and energy. Pure; what needs scikit-learn is in `library/clusters.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.circumplex import CIRCUMPLEX
from edge.songs import SONG_MOODS, Placed, Song

Points = NDArray[np.float64]
Labels = NDArray[np.int64]

# Each mood's valence and energy, 0..1, from its valence and arousal in the circumplex, -1..1.
MOOD_POINTS = np.array([[(CIRCUMPLEX[mood][0] + 1) / 2, (CIRCUMPLEX[mood][1] + 1) / 2] for mood in SONG_MOODS])
# The silhouette is estimated from at most this many songs.
SILHOUETTE_SONGS_MAX = 1000
TYPICAL_SONGS = 5


@dataclass(frozen=True)
class Cluster:
    """A cluster that k-means found. valence, energy: of its centre."""

    mood: str
    valence: float
    energy: float
    count: int


@dataclass(frozen=True)
class Sorting:
    """Songs by mood.

    unplaced: songs without valence or energy that the listener didn't move either. silhouette: -1..1, higher where the
    moods are further apart; None for fewer than two moods.
    """

    method: str
    placed: tuple[Placed, ...]
    unplaced: tuple[Song, ...]
    silhouette: float | None
    clusters: tuple[Cluster, ...] = ()

    def of(self, mood: str) -> list[Placed]:
        """Return a mood's songs, the most typical first."""
        songs = (song for song in self.placed if song.mood == mood)
        return sorted(songs, key=lambda placed: (placed.distance, placed.song.uri))


def points_of(songs: Sequence[Song]) -> Points:
    """Return (n, 2) valence and energy; NaN where unknown."""
    rows = [(song.features.valence, song.features.energy) if song.features else (None, None) for song in songs]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def nearest_moods(points: Points) -> Labels:
    """Return the nearest mood of each of (n, 2) points, as indices into SONG_MOODS."""
    return np.asarray(distances(points, MOOD_POINTS).argmin(1), np.int64)


def silhouette(points: Points, labels: Labels, *, seed: int = 0, sample: int = SILHOUETTE_SONGS_MAX) -> float | None:
    """Return the mean silhouette coefficient of at most `sample` points; None for fewer than two labels.

    Rousseeuw (1987, doi 10.1016/0377-0427(87)90125-7). A point that is alone in its group counts as 0.
    """
    if len(points) > sample:
        chosen = np.random.default_rng(seed).choice(len(points), sample, replace=False)
        points, labels = points[chosen], labels[chosen]
    groups = np.unique(labels)
    if len(groups) < 2:
        return None
    apart = distances(points, points)
    counts = np.array([(labels == group).sum() for group in groups])
    sums = np.stack([apart[:, labels == group].sum(1) for group in groups], axis=1)
    rows, own = np.arange(len(points)), np.searchsorted(groups, labels)
    inside = sums[rows, own] / np.maximum(counts[own] - 1, 1)
    means = sums / counts
    means[rows, own] = np.inf
    outside = means.min(1)
    larger = np.maximum(inside, outside)
    coefficients = np.where((counts[own] > 1) & (larger > 0), (outside - inside) / np.where(larger > 0, larger, 1), 0.0)
    return float(coefficients.mean())


def build_sorting(
    songs: Sequence[Song],
    moods: Mapping[str, str],
    *,
    method: str,
    moved: Mapping[str, str],
    clusters: tuple[Cluster, ...] = (),
    seed: int = 0,
) -> Sorting:
    """Combine a method's result with the listener's moves, which take precedence.

    moods: a song's address -> the mood that the method found. moved: the same, chosen by the listener.
    """
    sorted_songs = [song for song in songs if song.uri in moved or song.uri in moods]
    chosen = [moved.get(song.uri) or moods[song.uri] for song in sorted_songs]
    points = points_of(sorted_songs)
    known = ~np.isnan(points).any(1)
    labels = np.array([SONG_MOODS.index(mood) for mood in chosen], np.int64)
    distance = np.zeros(len(sorted_songs))
    for number in range(len(SONG_MOODS)):
        members = known & (labels == number)
        if members.any():
            distance[members] = np.hypot(*(points[members] - points[members].mean(0)).T)
    placed = tuple(
        Placed(song, mood, round(float(far), 6), "moved" if song.uri in moved else method)
        for song, mood, far in zip(sorted_songs, chosen, distance, strict=True)
    )
    uris = {song.uri for song in sorted_songs}
    return Sorting(
        method,
        placed,
        tuple(song for song in songs if song.uri not in uris),
        silhouette(points[known], labels[known], seed=seed),
        clusters,
    )


def report(sorting: Sorting, *, typical: int = TYPICAL_SONGS) -> dict[str, Any]:
    """Return the sorting for JSON: counts, the most typical songs of each mood, and the mood of each song."""
    total = len(sorting.placed) + len(sorting.unplaced)
    features = [placed.song.features for placed in sorting.placed]
    moods = {mood: sorting.of(mood) for mood in SONG_MOODS}
    return {
        "method": sorting.method,
        "songs": total,
        "placed": len(sorting.placed),
        "coverage": round(len(sorting.placed) / total, 4) if total else 0.0,
        "valence_guessed": sum(1 for known in features if known is not None and known.guessed),
        "moved": sum(1 for placed in sorting.placed if placed.by == "moved"),
        "silhouette": None if sorting.silhouette is None else round(sorting.silhouette, 4),
        "moods": {
            mood: {"count": len(songs), "typical": [_song_as_dict(placed) for placed in songs[:typical]]}
            for mood, songs in moods.items()
        },
        "clusters": [
            {
                "mood": cluster.mood,
                "valence": round(cluster.valence, 4),
                "energy": round(cluster.energy, 4),
                "count": cluster.count,
            }
            for cluster in sorting.clusters
        ],
        "tracks": [_song_as_dict(placed) for placed in sorting.placed],
    }


def _song_as_dict(placed: Placed) -> dict[str, Any]:
    song = placed.song
    return {
        "uri": song.uri,
        "title": song.title,
        "artist": song.artist,
        "link": song.link,
        "mood": placed.mood,
        "valence": song.features.valence if song.features else None,
        "energy": song.features.energy if song.features else None,
        "by": placed.by,
    }


def distances(a: Points, b: Points) -> Points:
    """Return the (n, m) distances between (n, 2) and (m, 2) points."""
    return np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
