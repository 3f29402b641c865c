"""Publishes a mood's songs as an M3U file in MPD's playlist directory."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from edge.errors import ConfigError, LibraryError
from edge.library.publish import PlaylistChange, differences, songs_for
from edge.library.store import Published, Store
from edge.songs import SONG_MOODS
from edge.system.files import write_atomically
from edge.system.reading import read_text

# A playlist of this size has some 100,000 songs; a larger one, like what can't be read, isn't from Moodroom.
PLAYLIST_MAX_BYTES = 16 * 2**20
# The first line of Moodroom's files, which distinguishes them from a listener's own. MPD ignores it.
MARK_LINE = "# made by Moodroom, which writes it anew"


def plan(store: Store, folder: str | None, *, name: str) -> list[PlaylistChange]:
    """Return what publishing would change, without changing it.

    folder: MPD's playlist_directory. name: contains {mood}. Raises LibraryError if nothing is sorted, and ConfigError
    if a listener's own playlist has the same name.
    """
    if folder is None:
        raise ConfigError("library.playlist_folder: is needed to publish for MPD; set it to MPD's playlist_directory")
    directory = Path(folder).expanduser()
    if not os.path.isdir(directory):
        raise ConfigError(
            f"library.playlist_folder: there is no folder {directory}; set it to MPD's playlist_directory"
        )
    placed = store.placed()
    if not placed:
        raise LibraryError("library: nothing is sorted yet; `moodroom library sort` sorts your songs")
    published = {playlist.target for playlist in store.published("mpd").values()}
    changes = []
    for mood in SONG_MOODS:
        # MPD allows neither / nor a line break in a playlist's name.
        playlist = name.replace("{mood}", mood).replace("/", "-").replace("\n", " ")
        target_uris = songs_for(placed, mood, "mpd:")
        file = directory / f"{playlist}.m3u"
        lines = _read(file)
        exists = os.path.exists(file)
        made_by_moodroom = exists and (playlist in published or lines[:1] == [MARK_LINE])
        if exists and not made_by_moodroom:
            if target_uris:
                raise ConfigError(
                    f"library.playlist_name: {file} exists already and isn't from Moodroom; rename it, or choose "
                    "another name"
                )
            continue
        current_uris = [f"mpd:{line}" for line in lines if line and not line.startswith("#")]
        if target_uris or current_uris:
            changes.append(
                PlaylistChange(
                    mood,
                    playlist,
                    playlist if made_by_moodroom else None,
                    target_uris,
                    *differences(current_uris, target_uris),
                )
            )
    return changes


def publish(store: Store, folder: str, changes: Iterable[PlaylistChange]) -> None:
    """Write the changed files, each atomically. Raises ConfigError."""
    directory = Path(folder).expanduser()
    for change in changes:
        if change.needed:
            lines = [MARK_LINE, *(uri.removeprefix("mpd:") for uri in change.uris)]
            text = "".join(f"{line}\n" for line in lines)
            try:
                # MPD runs as another user, which must be able to read the file.
                write_atomically(directory / f"{change.name}.m3u", text, mode=0o644)
            except OSError as error:
                raise ConfigError(
                    f"library.playlist_folder: {directory} can't be written ({error.strerror}); check its permissions"
                ) from None
        store.save_playlist(Published(change.mood, "mpd", change.name, change.name))


def _read(file: Path) -> list[str]:
    try:
        return read_text(file, max_bytes=PLAYLIST_MAX_BYTES).splitlines()
    except (OSError, UnicodeDecodeError):
        return []
