"""The songs in a folder of MPD or Mopidy, which has no command that lists subfolders too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import mpd

from edge.players.mpd.refusal import NOT_FOUND, PERMISSION, Refusal

# Against sources without an end, such as a directory of radio stations.
MAX_FOLDERS = 10_000
MAX_DEPTH = 20
Listing = Callable[[str], list[dict[str, Any]]]


def songs_below(client: Any, folder: str, max_songs: int) -> list[str]:
    """Return the files of at most `max_songs` songs in a folder and its subfolders.

    client: a connected mpd.MPDClient. Raises mpd.CommandError for an unknown folder.
    """
    try:
        return [str(song["file"]) for song in client.listall(folder) if "file" in song][:max_songs]
    except mpd.CommandError as error:
        if Refusal.of(error).number in (NOT_FOUND, PERMISSION):
            raise
    files: list[str] = []
    for song in walk(client.lsinfo, folder):
        files.append(str(song["file"]))
        if len(files) >= max_songs:
            break
    return files


def walk(listing: Listing, folder: str) -> Iterator[dict[str, Any]]:
    """Yield the songs in a folder and its subfolders, each song once. listing: returns what is in one folder."""
    seen = {folder}
    songs: set[str] = set()
    waiting = [(folder, 0)]
    while waiting:
        current, depth = waiting.pop()
        subfolders: list[tuple[str, int]] = []
        for entry in listing(current):
            file, subfolder = entry.get("file"), entry.get("directory")
            if isinstance(file, str) and file not in songs:
                songs.add(file)
                yield entry
            elif isinstance(subfolder, str) and subfolder not in seen and depth < MAX_DEPTH and len(seen) < MAX_FOLDERS:
                seen.add(subfolder)
                subfolders.append((subfolder, depth + 1))
        waiting += reversed(subfolders)
