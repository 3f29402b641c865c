"""Sorts songs into moods, with any of the methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from edge.errors import LibraryError
from edge.library.placement import Cluster, Sorting, build_sorting, nearest_moods, points_of
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

    method: one of METHODS. clusters: their number for kmeans; None to choose it from the songs. moved: address -> the
    listener's choice of a mood. Raises LibraryError if there is nothing to sort, ConfigError if the method needs a
    package that is missing.
    """
    moved = dict(moved or {})
    known = [song for song in songs if song.features is not None and song.features.placeable]
    if not songs:
        raise LibraryError("library: there are no songs; `moodroom library sync` reads them")
    labelled = {song.uri: song.mood for song in songs if song.mood is not None} | moved
    if not known and not any(song.uri in moved for song in songs):
        raise LibraryError(
            "library: no song's valence and energy are known; `moodroom library features --from TABLE.csv` or "
            "`--reccobeats` adds them"
        )
    found_clusters: tuple[Cluster, ...] = ()
    moods: dict[str, str] = {}
    if known:
        points = points_of(known)
        if method == "kmeans":
            from edge.library.clusters import kmeans

            labels, found_clusters = kmeans(points, k=clusters, seed=seed)
        elif method == "knn":
            from edge.library.clusters import nearest_neighbours

            labels = nearest_neighbours(known, labelled)
        else:
            labels = nearest_moods(points)
        moods = {song.uri: SONG_MOODS[label] for song, label in zip(known, labels.tolist(), strict=True)}
    if method == "knn":
        moved = labelled
    return build_sorting(songs, moods, method=method, moved=moved, clusters=found_clusters, seed=seed)
