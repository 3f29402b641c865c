"""Sorting songs into moods by any of the methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge.errors import LibraryError
from edge.library.placement import Cluster, Sorting, arrange, points_of, quadrant
from edge.songs import SONG_MOODS, Song

METHODS = ("quadrant", "kmeans", "knn")


def sort_songs(
    songs: Sequence[Song],
    *,
    method: str = "quadrant",
    clusters: int | None = None,
    moved: Mapping[str, str] | None = None,
    seed: int = 0,
) -> Sorting:
    """Sort songs into moods.

    method: one of METHODS. clusters: number of clusters for kmeans; None chooses it from the songs. moved: moods that
    the listener assigned (address -> mood). Raises LibraryError if there is nothing to sort, ConfigError if a package
    that the method needs is missing.
    """
    moved = dict(moved or {})
    known = [song for song in songs if song.features is not None and song.features.placeable]
    if not songs:
        raise LibraryError("library: there are no songs; `moodroom library sync` reads them")
    labelled = {song.uri: song.mood for song in songs if song.mood is not None} | moved
    if not known and not any(song.uri in moved for song in songs):
        raise LibraryError(
            "library: no song's valence and energy are known; `moodroom library features --from TABLE.csv` or "
            "`--reccobeats` gets them"
        )
    cluster_list: tuple[Cluster, ...] = ()
    if not known:
        moods: dict[str, str] = {}
    else:
        points = points_of(known)
        if method == "kmeans":
            from edge.library.clusters import kmeans

            labels, cluster_list = kmeans(points, k=clusters, seed=seed)
        elif method == "knn":
            from edge.library.clusters import nearest

            labels = nearest(known, labelled)
        else:
            labels = quadrant(points)
        moods = {song.uri: SONG_MOODS[label] for song, label in zip(known, labels.tolist(), strict=True)}
    if method == "knn":
        moved = labelled
    return arrange(songs, moods, method=method, moved=moved, clusters=cluster_list, seed=seed)
