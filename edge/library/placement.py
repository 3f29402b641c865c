"""Songs sorted into moods by their audio features. Pure; methods that need scikit-learn are in `library/clusters`."""

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

# Each mood's valence and energy, 0..1, from its valence and arousal on the circumplex, -1..1.
PLANE = np.array([[(CIRCUMPLEX[mood][0] + 1) / 2, (CIRCUMPLEX[mood][1] + 1) / 2] for mood in SONG_MOODS])
# The silhouette is estimated from a sample of this size.
SILHOUETTE_SONGS = 1000
TYPICAL_SONGS_SHOWN = 5
SONGS_PER_ARTIST = 2
# The standard deviation of the weights by which songs are chosen, as a distance in the plane from the mood's centre.
CHOICE_SPREAD = 0.12


@dataclass(frozen=True)
class Cluster:
    """A cluster found by k-means. valence, energy: its centre."""

    mood: str
    valence: float
    energy: float
    count: int


@dataclass(frozen=True)
class Sorting:
    """Songs by mood.

    unplaced: songs with unknown valence or energy that the listener didn't move. silhouette: -1..1, how much closer
    songs are to those of their own mood than to those of the next one; None with fewer than two moods.
    """

    method: str
    placed: tuple[Placed, ...]
    unplaced: tuple[Song, ...]
    silhouette: float | None
    clusters: tuple[Cluster, ...] = ()

    def of(self, mood: str) -> list[Placed]:
        """Return a mood's songs, the most typical first."""
        return sorted((one for one in self.placed if one.mood == mood), key=lambda one: (one.distance, one.song.uri))


def points_of(songs: Sequence[Song]) -> Points:
    """Return (n, 2) valence and energy; NaN where unknown."""
    rows = [(song.features.valence, song.features.energy) if song.features else (None, None) for song in songs]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def quadrant(points: Points) -> Labels:
    """Return the index in SONG_MOODS of the nearest mood for each of (n, 2) points."""
    return np.asarray(_distances(points, PLANE).argmin(1), np.int64)


def silhouette(points: Points, labels: Labels, *, seed: int = 0, sample: int = SILHOUETTE_SONGS) -> float | None:
    """Return the mean silhouette coefficient of at most `sample` points.

    As defined by Rousseeuw (1987, doi 10.1016/0377-0427(87)90125-7); a point alone in its group counts 0.
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
    scores = np.where((counts[own] > 1) & (larger > 0), (outside - inside) / np.where(larger > 0, larger, 1), 0.0)
    return float(scores.mean())


def arrange(
    songs: Sequence[Song],
    moods: Mapping[str, str],
    *,
    method: str,
    moved: Mapping[str, str],
    clusters: tuple[Cluster, ...] = (),
    seed: int = 0,
) -> Sorting:
    """Combine a method's result with the listener's moves, which take precedence.

    moods: address -> mood, for songs that have a place in the plane. moved: address -> mood, from the listener.
    """
    kept = [song for song in songs if song.uri in moved or song.uri in moods]
    chosen = [moved.get(song.uri) or moods[song.uri] for song in kept]
    points = points_of(kept)
    known = ~np.isnan(points).any(1)
    labels = np.array([SONG_MOODS.index(mood) for mood in chosen], np.int64)
    distance = np.zeros(len(kept))
    for number in range(len(SONG_MOODS)):
        members = known & (labels == number)
        if members.any():
            distance[members] = np.hypot(*(points[members] - points[members].mean(0)).T)
    placed = tuple(
        Placed(song, mood, round(float(far), 6), "moved" if song.uri in moved else method)
        for song, mood, far in zip(kept, chosen, distance, strict=True)
    )
    kept_uris = {song.uri for song in kept}
    return Sorting(
        method,
        placed,
        tuple(song for song in songs if song.uri not in kept_uris),
        silhouette(points[known], labels[known], seed=seed),
        clusters,
    )


def report(sorting: Sorting, *, typical: int = TYPICAL_SONGS_SHOWN) -> dict[str, Any]:
    """Return the sorting as plain data for JSON: counts, each mood's most typical songs, and the mood of each song."""
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
    """Choose at most `n` songs of one mood at random; typical ones are more likely.

    Each song comes once, even if it has several addresses. More than SONGS_PER_ARTIST songs of one artist come only
    when there are no others.
    """
    rng = np.random.default_rng(seed)
    # The Gumbel trick draws without replacement, in proportion to the weights.
    order = sorted(
        placed,
        key=lambda one: (
            (one.distance / CHOICE_SPREAD) ** 2 / 2 - float(rng.gumbel()),
            one.song.uri,
        ),
    )
    chosen: list[Placed] = []
    later: list[Placed] = []
    chosen_keys: set[str] = set()
    artists: dict[str, int] = {}
    for one in order:
        key = match_key(one.song.artist, one.song.title) or one.song.uri
        if key in chosen_keys:
            continue
        chosen_keys.add(key)
        artist = key.split("|")[0]
        artists[artist] = artists.get(artist, 0) + 1
        (later if artist and artists[artist] > SONGS_PER_ARTIST else chosen).append(one)
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
    """Return the (n, m) distances between (n, 2) and (m, 2) points."""
    return np.hypot(a[:, None, 0] - b[None, :, 0], a[:, None, 1] - b[None, :, 1])
