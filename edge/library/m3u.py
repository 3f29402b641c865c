"""A mood's songs as an M3U file in MPD's playlist directory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from edge.errors import ConfigError, LibraryError
from edge.library.publish import PlaylistChange, differences, songs_for
from edge.library.store import Published, Store
from edge.songs import SONG_MOODS
from edge.system.files import write_atomically

# The first line of our files, which tells them from a listener's own; MPD passes over it.
MARK = "# made by Moodroom, which writes it anew"


def plan(store: Store, folder: str | None, *, name: str) -> list[PlaylistChange]:
    """What publishing would change; reads only. folder: MPD's playlist_directory.

    Raises LibraryError, and ConfigError where a listener's own playlist has the name of one of ours.
    """
    if folder is None:
        raise ConfigError("library.playlist_folder: is needed to publish for MPD; it is MPD's playlist_directory")
    place = Path(folder).expanduser()
    if not os.path.isdir(place):
        raise ConfigError(f"library.playlist_folder: there is no folder {place}; it is MPD's playlist_directory")
    placed = store.placed()
    if not placed:
        raise LibraryError("library: nothing is sorted yet; `moodroom library sort` does it")
    known = {one.target for one in store.published("mpd").values()}
    changes = []
    for mood in SONG_MOODS:
        # MPD takes neither in a playlist's name.
        called = name.replace("{mood}", mood).replace("/", "-").replace("\n", " ")
        wanted = songs_for(placed, mood, "mpd:")
        file = place / f"{called}.m3u"
        lines = _read(file)
        there = os.path.exists(file)
        ours = there and (called in known or lines[:1] == [MARK])
        if there and not ours:
            if wanted:
                raise ConfigError(
                    f"library.playlist_name: {file} is there already, and not Moodroom's; rename it, or choose another "
                    "name"
                )
            continue
        present = [f"mpd:{line}" for line in lines if line and not line.startswith("#")]
        if wanted or present:
            changes.append(
                PlaylistChange(mood, called, called if ours else None, wanted, *differences(present, wanted))
            )
    return changes


def publish(store: Store, folder: str, changes: Iterable[PlaylistChange]) -> None:
    """Write the files, each in one move. Raises ConfigError."""
    place = Path(folder).expanduser()
    for change in changes:
        if change.needed:
            lines = [MARK, *(uri.removeprefix("mpd:") for uri in change.uris)]
            text = "".join(f"{line}\n" for line in lines)
            try:
                # MPD runs as another user and has to read it.
                write_atomically(place / f"{change.name}.m3u", text, mode=0o644)
            except OSError as error:
                raise ConfigError(f"library.playlist_folder: {place} can't be written ({error.strerror})") from None
        store.save_playlist(Published(change.mood, "mpd", change.name, change.name))


def _read(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
