"""Songs with audio features -> moods. Pure: what needs scikit-learn stands in `library/clusters.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge.circumplex import CIRCUMPLEX
from edge.songs import SONG_MOODS, Placed, Recommendation, Song, match_key

Points = NDArray[np.float64]
Labels = NDArray[np.int64]

# Each mood in the plane of audio features: valence and energy, 0..1, from its pleasure and arousal, -1..1.
PLANE = np.array([[(CIRCUMPLEX[mood][0] + 1) / 2, (CIRCUMPLEX[mood][1] + 1) / 2] for mood in SONG_MOODS])
SAMPLE = 1000  # songs from which a silhouette is estimated
TYPICAL = 5
PER_ARTIST = 2
SPREAD = 0.12  # how far from its mood's middle a song is still as good as any, in the plane


@dataclass(frozen=True)
class Cluster:
    """A group that k-means found. valence, energy: of its centre."""

    mood: str
    valence: float
    energy: float
    count: int


@dataclass(frozen=True)
class Sorting:
    """Songs by mood.

    unplaced: songs whose valence or energy isn't known and that nobody placed. silhouette: -1..1, how much closer songs
    are to their own mood's than to the next one's, from SAMPLE of them; None where there are fewer than two moods.
    """

    method: str
    placed: tuple[Placed, ...]
    unplaced: tuple[Song, ...]
    silhouette: float | None
    clusters: tuple[Cluster, ...] = ()

    def of(self, mood: str) -> list[Placed]:
        """A mood's songs, the most typical first."""
        return sorted((one for one in self.placed if one.mood == mood), key=lambda one: (one.distance, one.song.uri))


def points_of(songs: Sequence[Song]) -> Points:
    """(n, 2) valence and energy; NaN where it isn't known."""
    rows = [(song.features.valence, song.features.energy) if song.features else (None, None) for song in songs]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def quadrant(points: Points) -> Labels:
    """The nearest mood in the plane for each of (n, 2) points, as numbers in SONG_MOODS."""
    return np.asarray(_distances(points, PLANE).argmin(1), np.int64)


def silhouette(points: Points, labels: Labels, *, seed: int = 0, sample: int = SAMPLE) -> float | None:
    """The mean silhouette coefficient of at most `sample` points.

    After Rousseeuw (1987, doi 10.1016/0377-0427(87)90125-7); a point alone in its group counts 0.
    """
    if len(points) > sample:
        chosen = np.random.default_rng(seed).choice(len(points), sample, replace=False)
        points, labels = points[chosen], labels[chosen]
    names = np.unique(labels)
    if len(names) < 2:
        return None
    apart = _distances(points, points)
    counts = np.array([(labels == name).sum() for name in names])
    sums = np.stack([apart[:, labels == name].sum(1) for name in names], axis=1)
    rows, own = np.arange(len(points)), np.searchsorted(names, labels)
    inside = sums[rows, own] / np.maximum(counts[own] - 1, 1)
    means = sums / counts
    means[rows, own] = np.inf
    outside = means.min(1)
    larger = np.maximum(inside, outside)
    found = np.where((counts[own] > 1) & (larger > 0), (outside - inside) / np.where(larger > 0, larger, 1), 0.0)
    return float(found.mean())


def arrange(
    songs: Sequence[Song],
    moods: Mapping[str, str],
    *,
    method: str,
    moved: Mapping[str, str],
    clusters: tuple[Cluster, ...] = (),
    seed: int = 0,
) -> Sorting:
    """Put together what a method found.

    moods: song's address -> mood, for songs with a place in the plane. moved: the same, from the listener, who is
    always right.
    """
    kept = [song for song in songs if song.uri in moved or song.uri in moods]
    chosen = [moved.get(song.uri) or moods[song.uri] for song in kept]
    points = points_of(kept)
    known = ~np.isnan(points).any(1)
    labels = np.array([SONG_MOODS.index(mood) for mood in chosen], np.int64)
    distance = np.zeros(len(kept))
    for number in range(len(SONG_MOODS)):
        mine = known & (labels == number)
        if mine.any():
            distance[mine] = np.hypot(*(points[mine] - points[mine].mean(0)).T)
    placed = tuple(
        Placed(song, mood, round(float(far), 6), "moved" if song.uri in moved else method)
        for song, mood, far in zip(kept, chosen, distance, strict=True)
    )
    there = {song.uri for song in kept}
    return Sorting(
        method,
        placed,
        tuple(song for song in songs if song.uri not in there),
        silhouette(points[known], labels[known], seed=seed),
        clusters,
    )


def report(sorting: Sorting, *, typical: int = TYPICAL) -> dict[str, Any]:
    """The sorting as plain data for JSON: counts, the most typical songs of each mood, and where each song went."""
    total = len(sorting.placed) + len(sorting.unplaced)
    guessed = sum(1 for one in sorting.placed if one.song.features is not None and one.song.features.guessed)
    moods = {mood: sorting.of(mood) for mood in SONG_MOODS}
    return {
        "method": sorting.method,
        "songs": total,
        "placed": len(sorting.placed),
        "coverage": round(len(sorting.placed) / total, 4) if total else 0.0,
        "valence_guessed": guessed,
        "moved": sum(1 for one in sorting.placed if one.by == "moved"),
        "silhouette": None if sorting.silhouette is None else round(sorting.silhouette, 4),
        "moods": {
            mood: {"count": len(found), "typical": [_plain(one) for one in found[:typical]]}
            for mood, found in moods.items()
        },
        "clusters": [
            {
                "mood": one.mood,
                "valence": round(one.valence, 4),
                "energy": round(one.energy, 4),
                "count": one.count,
            }
            for one in sorting.clusters
        ],
        "tracks": [_plain(one) for one in sorting.placed],
    }


def recommend(placed: Sequence[Placed], n: int, *, seed: int) -> list[Recommendation]:
    """At most `n` songs of one mood: the typical ones more often, another choice for each seed.

    No song comes twice, under whatever address; of one artist PER_ARTIST come at most while there are others.
    """
    rng = np.random.default_rng(seed)
    # Gumbel's trick draws without repeats, in proportion to the weights.
    order = sorted(
        placed,
        key=lambda one: (
            (one.distance / SPREAD) ** 2 / 2 - float(rng.gumbel()),
            one.song.uri,
        ),
    )
    chosen: list[Placed] = []
    later: list[Placed] = []
    seen: set[str] = set()
    artists: dict[str, int] = {}
    for one in order:
        key = match_key(one.song.artist, one.song.title) or one.song.uri
        if key in seen:
            continue
        seen.add(key)
        artist = key.split("|")[0]
        artists[artist] = artists.get(artist, 0) + 1
        (later if artist and artists[artist] > PER_ARTIST else chosen).append(one)
    return [_recommendation(one) for one in (chosen + later)[: max(n, 0)]]


def _recommendation(one: Placed) -> Recommendation:
    song = one.song
    valence, energy = (song.features.valence, song.features.energy) if song.features else (None, None)
    return Recommendation(song.uri, song.title, song.artist, song.link, one.mood, valence, energy)


def _plain(one: Placed) -> dict[str, Any]:
    found = _recommendation(one)
    return {
        "uri": found.uri,
        "title": found.title,
        "artist": found.artist,
        "link": found.link,
        "mood": one.mood,
        "valence": found.valence,
        "energy": found.energy,
        "by": one.by,
    }


def _distances(a: Points, b: Points) -> Points:
    """(n, 2) and (m, 2) -> (n, m)."""
    return np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
