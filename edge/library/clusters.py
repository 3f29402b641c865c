"""The sorting methods that need scikit-learn: k-means with a mood for each cluster, and nearest neighbours."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edge.errors import ConfigError, LibraryError
from edge.library.placement import MOOD_POINTS, Cluster, Labels, Points, distances
from edge.songs import FEATURES, SONG_MOODS, Song

KNN_NEIGHBOURS = 5
# The number of clusters and their first centres are computed from at most this many songs.
KMEANS_SAMPLE_SONGS = 2000
# Nearest neighbours uses a feature only if at least this share of the songs has it.
MIN_FEATURE_SHARE = 0.9
# scikit-learn would run lscpu for the number of cores, and warn with a traceback where that can't tell.
os.environ.setdefault("LOKY_MAX_CPU_COUNT", "1")


def kmeans(points: Points, *, k: int | None, seed: int) -> tuple[Labels, tuple[Cluster, ...]]:
    """Cluster (n, 2) points of the plane; returns an index into SONG_MOODS for each, and the clusters.

    k: 2..7, or None to choose it from the songs. Raises ConfigError if scikit-learn is missing, LibraryError if there
    are too few different songs.
    """
    try:
        from sklearn.cluster import KMeans
        from threadpoolctl import threadpool_limits
    except ImportError:
        raise _scikit_learn_missing("kmeans") from None
    different = len(np.unique(points, axis=0))
    if different < max(k or 2, 2):
        raise LibraryError(
            f"kmeans: {different} different songs with features are too few for {max(k or 2, 2)} clusters; "
            "use --method quadrant"
        )
    # For so little data, threads take longer than one thread alone, above all on a busy machine.
    with threadpool_limits(1):
        # A sample is enough for k and the first centres; the final centres use all songs.
        rng = np.random.default_rng(seed)
        sample = points
        if len(points) > KMEANS_SAMPLE_SONGS:
            sample = points[rng.choice(len(points), KMEANS_SAMPLE_SONGS, replace=False)]
        k = k or _best_cluster_count(sample, min(len(SONG_MOODS), different - 1), seed)
        first_centres = KMeans(k, n_init=20, random_state=seed).fit(sample).cluster_centers_
        model = KMeans(k, init=first_centres, n_init=1, random_state=seed).fit(points)
    centres = np.asarray(model.cluster_centers_)
    moods = assign_moods(centres)
    labels = model.labels_.astype(np.int64)
    clusters = tuple(
        Cluster(SONG_MOODS[moods[n]], float(centres[n, 0]), float(centres[n, 1]), int((labels == n).sum()))
        for n in range(k)
    )
    return np.asarray(moods)[labels], clusters


def _best_cluster_count(points: Points, k_max: int, seed: int) -> int:
    """Return the number of clusters, 2..k_max, with the best Bayesian information criterion.

    Computed as in X-means (Pelleg and Moore, 2000, ICML, pages 727-734), for spherical clusters of equal variance. The
    silhouette isn't used because it tends to merge moods that lie close together.
    """
    from sklearn.cluster import KMeans

    count, axes = points.shape
    scores = {}
    for k in range(2, k_max + 1):
        model = KMeans(k, n_init=8, random_state=seed).fit(points)
        sizes = np.bincount(model.labels_, minlength=k)
        variance = max(float(model.inertia_), 1e-9) / (axes * (count - k))
        likelihood = float((sizes * np.log(np.maximum(sizes, 1) / count)).sum())
        likelihood -= count * axes / 2 * np.log(2 * np.pi * variance) + axes * (count - k) / 2
        scores[k] = likelihood - k * (axes + 1) / 2 * np.log(count)
    return max(scores, key=scores.__getitem__, default=2)


def assign_moods(centres: Points) -> list[int]:
    """Assign a different mood to each of (k, 2) centres, k at most 7, with the smallest sum of distances.

    Returns indices into SONG_MOODS. Kuhn's Hungarian method (1955, doi 10.1002/nav.3800020109), from SciPy.
    """
    from scipy.optimize import linear_sum_assignment

    cost = distances(centres, MOOD_POINTS)
    rows, moods = linear_sum_assignment(cost)
    return [int(moods[rows.tolist().index(n)]) for n in range(len(centres))]


def nearest_neighbours(songs: Sequence[Song], labelled: Mapping[str, str]) -> Labels:
    """Return an index into SONG_MOODS for each song, from the songs that the listener labelled (address -> mood).

    Features are standardised. Raises ConfigError if scikit-learn is missing, LibraryError if fewer than two moods have
    labels.
    """
    known = [n for n, song in enumerate(songs) if song.uri in labelled]
    moods = [SONG_MOODS.index(labelled[songs[n].uri]) for n in known]
    if len(set(moods)) < 2:
        raise LibraryError(
            "knn: needs songs with features that you moved to at least two moods; `moodroom library move SONG MOOD` "
            "moves one"
        )
    try:
        from sklearn.neighbors import KNeighborsClassifier
        from sklearn.preprocessing import StandardScaler
    except ImportError:
        raise _scikit_learn_missing("knn") from None
    table = StandardScaler().fit_transform(_table(songs))
    model = KNeighborsClassifier(min(KNN_NEIGHBOURS, len(known)), weights="distance").fit(table[known], moods)
    return np.asarray(model.predict(table), np.int64)


def _table(songs: Sequence[Song]) -> NDArray[np.float64]:
    """Return an (n, features) array; unknown values are the median of the known ones."""
    rows = [[getattr(song.features, name) if song.features else None for name in FEATURES] for song in songs]
    table = np.array(rows, np.float64)
    known = ~np.isnan(table)
    table = table[:, known.mean(0) >= MIN_FEATURE_SHARE]
    return np.where(np.isnan(table), np.nanmedian(table, axis=0), table)


def _scikit_learn_missing(method: str) -> ConfigError:
    return ConfigError(
        f"--method {method}: needs scikit-learn; run `sudo scripts/install --with library`, "
        "or pip install 'moodroom[library]'"
    )
