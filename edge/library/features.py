"""Adds features to the library's songs from a table, from ReccoBeats or from the songs' files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.errors import ConfigError
from edge.library.reccobeats import IDS_PER_REQUEST, ReccoBeats
from edge.library.retrying import Retrier
from edge.library.store import Store
from edge.songs import Features, Song, match_key

# Called with (source, songs done, songs in total).
Step = Callable[[str, int, int], None]
# Files that are analysed between two writes to the store.
FILES_PER_WRITE = 8


@dataclass(frozen=True)
class Coverage:
    """How many songs have valence and energy. by: source -> songs. guessed: songs whose valence is only a guess."""

    songs: int
    placeable: int
    by: dict[str, int]
    guessed: int

    @property
    def share(self) -> float:
        return self.placeable / self.songs if self.songs else 0.0


def coverage(songs: Sequence[Song]) -> Coverage:
    """Count the songs whose valence and energy are known."""
    known = [song.features for song in songs if song.features is not None and song.features.placeable]
    by = Counter(one.source for one in known)
    return Coverage(len(songs), len(known), dict(by), sum(one.guessed for one in known))


def from_table(store: Store, table: Iterable[Song]) -> dict[str, int]:
    """Save a table's features of the library's songs; returns how many matched by `id`, `isrc` and `name`."""
    by_id: dict[str, Features] = {}
    by_isrc: dict[str, Features] = {}
    by_name: dict[str, Features] = {}
    for song in table:
        if song.features is None or not song.features.placeable:
            continue
        by_id.setdefault(song.uri, song.features)
        if song.isrc:
            by_isrc.setdefault(song.isrc, song.features)
        if song.artist and (key := match_key(song.artist, song.title)):
            by_name.setdefault(key, song.features)
    matched: dict[str, Features | None] = {}
    counts = {"id": 0, "isrc": 0, "name": 0}
    for song in store.songs():
        for kind, features in (
            ("id", by_id.get(song.uri)),
            ("isrc", by_isrc.get(song.isrc or "")),
            ("name", by_name.get(match_key(song.artist, song.title))),
        ):
            if features is not None:
                matched[song.uri] = features
                counts[kind] += 1
                break
    store.add_features(matched, "table")
    return counts


def from_reccobeats(store: Store, api: ReccoBeats, retrier: Retrier, *, step: Step = lambda *_: None) -> int:
    """Look up the Spotify songs without features, each once ever; returns for how many it had them.

    Each batch is saved before the next one is requested. Raises PlayerError or StoppedError.
    """
    looked_up = store.looked_up("reccobeats")
    todo = [
        song.uri
        for song in store.songs()
        if song.uri.startswith("spotify:track:")
        and song.uri not in looked_up
        and (song.features is None or song.features.source == "audio")
    ]
    known = 0
    for start in range(0, len(todo), IDS_PER_REQUEST):
        batch = todo[start : start + IDS_PER_REQUEST]
        features = retrier.call(lambda: api.features(batch))  # noqa: B023
        store.add_features({uri: features.get(uri) for uri in batch}, "reccobeats")
        known += len(features)
        step("ReccoBeats", min(start + IDS_PER_REQUEST, len(todo)), len(todo))
    return known


def from_files(
    store: Store, folder: Path, *, stopping: Callable[[], bool] = lambda: False, step: Step = lambda *_: None
) -> tuple[int, int]:
    """Analyse the files of MPD's songs without features; returns how many were analysed and how many failed.

    folder: MPD's music_directory. stopping: whether to stop before the next file. Raises ConfigError if the folder or
    librosa is missing.
    """
    if not os.path.isdir(folder):
        raise ConfigError(f"library.music_folder: there is no folder {folder}; set it to MPD's music_directory")
    from edge.library.audio import analyse, require_librosa

    require_librosa()
    looked_up = store.looked_up("audio")
    todo = [
        song.uri
        for song in store.songs()
        if song.uri.startswith("mpd:") and song.features is None and song.uri not in looked_up
    ]
    unsaved: dict[str, Features | None] = {}
    done = failed = 0
    for number, uri in enumerate(todo, 1):
        if stopping():
            break
        # A missing file, for example on a disk that isn't mounted, is tried again next time.
        path = folder / uri.removeprefix("mpd:")
        if os.path.isfile(path):
            unsaved[uri] = analyse(path)
        analysed = unsaved.get(uri) is not None
        done, failed = done + analysed, failed + (not analysed)
        if len(unsaved) >= FILES_PER_WRITE:
            store.add_features(unsaved, "audio")
            unsaved = {}
        step("analysing", number, len(todo))
    store.add_features(unsaved, "audio")
    return done, failed
