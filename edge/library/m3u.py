"""Publishing for MPD: an M3U file for each mood in MPD's playlist directory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from edge.errors import ConfigError, LibraryError
from edge.library.publish import PlaylistChange, differences, songs_for
from edge.library.store import Published, Store
from edge.songs import SONG_MOODS
from edge.system.files import write_atomically

# The first line of files written by the device, which separates them from the listener's own; MPD ignores it.
MARK = "# made by Moodroom, which writes it anew"


def plan(store: Store, folder: str | None, *, name: str) -> list[PlaylistChange]:
    """Return what publishing would change; only reads. folder: MPD's playlist_directory.

    Raises LibraryError, and ConfigError if one of the listener's own playlists already has the name.
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
        # MPD accepts neither / nor a line break in a playlist's name.
        title = name.replace("{mood}", mood).replace("/", "-").replace("\n", " ")
        target = songs_for(placed, mood, "mpd:")
        file = place / f"{title}.m3u"
        lines = _read(file)
        exists = os.path.exists(file)
        own = exists and (title in known or lines[:1] == [MARK])
        if exists and not own:
            if target:
                raise ConfigError(
                    f"library.playlist_name: {file} is there already and wasn't made by Moodroom; rename it, or choose "
                    "another name"
                )
            continue
        present = [f"mpd:{line}" for line in lines if line and not line.startswith("#")]
        if target or present:
            changes.append(PlaylistChange(mood, title, title if own else None, target, *differences(present, target)))
    return changes


def publish(store: Store, folder: str, changes: Iterable[PlaylistChange]) -> None:
    """Write each file atomically. Raises ConfigError."""
    place = Path(folder).expanduser()
    for change in changes:
        if change.needed:
            lines = [MARK, *(uri.removeprefix("mpd:") for uri in change.uris)]
            text = "".join(f"{line}\n" for line in lines)
            try:
                # MPD runs as another user and must be able to read it.
                write_atomically(place / f"{change.name}.m3u", text, mode=0o644)
            except OSError as error:
                raise ConfigError(f"library.playlist_folder: {place} can't be written ({error.strerror})") from None
        store.save_playlist(Published(change.mood, "mpd", change.name, change.name))


def _read(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
