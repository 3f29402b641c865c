"""The sources of songs' features: a table, ReccoBeats, or the audio file; each is queried only for unknown ones."""

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

Step = Callable[[str, int, int], None]
FILES_PER_WRITE = 8


@dataclass(frozen=True)
class Coverage:
    """How many songs can be placed in the valence-energy plane.

    by: their number by source. guessed: how many have a guessed valence.
    """

    songs: int
    placeable: int
    by: dict[str, int]
    guessed: int

    @property
    def share(self) -> float:
        return self.placeable / self.songs if self.songs else 0.0


def coverage(songs: Sequence[Song]) -> Coverage:
    """Count the songs that can be placed in the plane."""
    known = [song.features for song in songs if song.features is not None and song.features.placeable]
    by = Counter(one.source for one in known)
    return Coverage(len(songs), len(known), dict(by), sum(one.guessed for one in known))


def from_table(store: Store, table: Iterable[Song]) -> dict[str, int]:
    """Store a table's features of the library's songs; return how many songs matched by `id`, `isrc` and `name`."""
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
    found: dict[str, Features | None] = {}
    counts = {"id": 0, "isrc": 0, "name": 0}
    for song in store.songs():
        for kind, features in (
            ("id", by_id.get(song.uri)),
            ("isrc", by_isrc.get(song.isrc or "")),
            ("name", by_name.get(match_key(song.artist, song.title))),
        ):
            if features is not None:
                found[song.uri] = features
                counts[kind] += 1
                break
    store.add_features(found, "table")
    return counts


def from_reccobeats(store: Store, api: ReccoBeats, retrier: Retrier, *, step: Step = lambda *_: None) -> int:
    """Request the features of Spotify songs that have none, each once; return the number of songs it knows.

    Each batch is stored before the next request. Raises PlayerError or StoppedError.
    """
    queried = store.looked_up("reccobeats")
    todo = [
        song.uri
        for song in store.songs()
        if song.uri.startswith("spotify:track:")
        and song.uri not in queried
        and (song.features is None or song.features.source == "audio")
    ]
    knew = 0
    for at in range(0, len(todo), IDS_PER_REQUEST):
        batch = todo[at : at + IDS_PER_REQUEST]
        found = retrier.call(lambda: api.features(batch))  # noqa: B023
        store.add_features({uri: found.get(uri) for uri in batch}, "reccobeats")
        knew += len(found)
        step("ReccoBeats", min(at + IDS_PER_REQUEST, len(todo)), len(todo))
    return knew


def from_files(
    store: Store, folder: Path, *, stopping: Callable[[], bool] = lambda: False, step: Step = lambda *_: None
) -> tuple[int, int]:
    """Analyse the files of MPD's songs without features; return the numbers of analysed and of unreadable files.

    folder: MPD's music_directory. Raises ConfigError if the folder or librosa is missing.
    """
    if not os.path.isdir(folder):
        raise ConfigError(f"library.music_folder: there is no folder {folder}; it is MPD's music_directory")
    from edge.library.audio import analyse, need_librosa

    need_librosa()
    queried = store.looked_up("audio")
    todo = [
        song.uri
        for song in store.songs()
        if song.uri.startswith("mpd:") and song.features is None and song.uri not in queried
    ]
    found: dict[str, Features | None] = {}
    done = failed = 0
    for number, uri in enumerate(todo, 1):
        if stopping():
            break
        # A missing file, such as on a drive that isn't mounted, is not stored as failed, so that a later run tries it.
        path = folder / uri.removeprefix("mpd:")
        if os.path.isfile(path):
            found[uri] = analyse(path)
        known = found.get(uri) is not None
        done, failed = done + known, failed + (not known)
        if len(found) >= FILES_PER_WRITE:
            store.add_features(found, "audio")
            found = {}
        step("analysing", number, len(todo))
    store.add_features(found, "audio")
    return done, failed
